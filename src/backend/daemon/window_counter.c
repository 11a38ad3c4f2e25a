/* SPDX-License-Identifier: Apache-2.0 */
/* window_counter.c - counts what each peer does in a window of time */
#include "daemon/window_counter.h"

#include <stddef.h>
#include <stdlib.h>

enum { SETS = 1024, WAYS = 8 };

struct window_counter {
	uint32_t limit;
	int64_t window_ms;
	struct account {
		uint64_t key;	/* 0: the entry is free */
		int64_t since;	/* when its window began */
		uint32_t count;
	} set[SETS][WAYS];
};

struct window_counter *window_counter_new(uint32_t limit, int64_t window_ms)
{
	struct window_counter *counter = calloc(1, sizeof *counter);

	if (counter) {
		counter->limit = limit;
		counter->window_ms = window_ms;
	}
	return counter;
}

void window_counter_free(struct window_counter *counter)
{
	free(counter);
}

/* FNV-1a */
static uint64_t key_of(const char *peer)
{
	uint64_t h = 14695981039346656037u;

	for (; *peer; peer++)
		h = (h ^ (unsigned char)*peer) * 1099511628211u;
	return h ? h : 1;
}

static struct account *account_of(struct window_counter *counter, uint64_t key, int64_t now)
{
	struct account *set = counter->set[key % SETS], *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].since < oldest->since)
			oldest = &set[i];
	}
	*oldest = (struct account){ .key = key, .since = now };
	return oldest;
}

uint32_t window_counter_add(struct window_counter *counter, const char *peer, int64_t now)
{
	struct account *a = account_of(counter, key_of(peer), now);

	if (now - a->since >= counter->window_ms) {
		a->since = now;
		a->count = 0;
	}
	if (a->count <= counter->limit)
		a->count++;
	return a->count;
}

bool window_counter_admits(struct window_counter *counter, const char *peer, int64_t now)
{
	return !counter || window_counter_add(counter, peer, now) <= counter->limit;
}
