/* SPDX-License-Identifier: Apache-2.0 */
/* asked.c - for which execution each session was given its newest certificate */
#include "daemon/asked.h"

#include <stddef.h>
#include <stdlib.h>

enum { SETS = 256, WAYS = 8 };

struct asked {
	uint64_t turn;		/* grows with each note */
	struct note {
		uint64_t key;
		uint64_t turn;
		int64_t execution;	/* 0: nobody's */
	} set[SETS][WAYS];
};

struct asked *asked_new(void)
{
	return calloc(1, sizeof(struct asked));
}

void asked_free(struct asked *asked)
{
	free(asked);
}

/* FNV-1a */
static uint64_t key_of(const char *client)
{
	uint64_t h = 14695981039346656037u;

	for (; *client; client++)
		h = (h ^ (unsigned char)*client) * 1099511628211u;
	return h;
}

void asked_note(struct asked *asked, const char *client, int64_t execution)
{
	uint64_t key = key_of(client);
	struct note *set = asked->set[key % SETS], *to = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].execution && set[i].key == key) {
			to = &set[i];
			break;
		}
		if (set[i].turn < to->turn)
			to = &set[i];
	}
	if (execution || (to->execution && to->key == key))
		*to = (struct note){ key, execution ? ++asked->turn : 0, execution };
}

int64_t asked_find(const struct asked *asked, const char *client)
{
	uint64_t key = key_of(client);
	const struct note *set = asked->set[key % SETS];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].execution && set[i].key == key)
			return set[i].execution;
	return 0;
}
