/* SPDX-License-Identifier: Apache-2.0 */
/* last_issued.c - for which execution each session was given its newest certificate */
#include "daemon/last_issued.h"

#include <stddef.h>
#include <stdlib.h>

enum { SETS = 256, WAYS = 8 };

struct last_issued {
	uint64_t turn;		/* grows with each note: a lower one is older */
	struct note {
		uint64_t key;
		uint64_t turn;
		int64_t execution;	/* 0: the entry is free */
	} set[SETS][WAYS];
};

struct last_issued *last_issued_new(void)
{
	return calloc(1, sizeof(struct last_issued));
}

void last_issued_free(struct last_issued *issued)
{
	free(issued);
}

/* FNV-1a */
static uint64_t key_of(const char *client)
{
	uint64_t h = 14695981039346656037u;

	for (; *client; client++)
		h = (h ^ (unsigned char)*client) * 1099511628211u;
	return h;
}

void last_issued_note(struct last_issued *issued, const char *client, int64_t execution)
{
	uint64_t key = key_of(client);
	struct note *set = issued->set[key % SETS], *to = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].execution && set[i].key == key) {
			to = &set[i];
			break;
		}
		if (set[i].turn < to->turn)
			to = &set[i];
	}
	if (execution || (to->execution && to->key == key))
		*to = (struct note){ key, execution ? ++issued->turn : 0, execution };
}

int64_t last_issued_find(const struct last_issued *issued, const char *client)
{
	uint64_t key = key_of(client);
	const struct note *set = issued->set[key % SETS];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].execution && set[i].key == key)
			return set[i].execution;
	return 0;
}
