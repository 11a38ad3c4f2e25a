/* SPDX-License-Identifier: Apache-2.0 */
/* throttle.c - how often each peer did something lately */
#include "daemon/throttle.h"

#include <stddef.h>
#include <stdlib.h>

/*
 * Where there are more peers than there is room for, those that have not been here for the longest
 * start afresh.
 */
enum { SETS = 1024, WAYS = 8 };

struct throttle {
	uint32_t rate;
	int64_t window_ms;
	struct account {
		uint64_t key;	/* 0: nobody's */
		int64_t since;	/* when its window began */
		uint32_t count;
	} set[SETS][WAYS];
};

struct throttle *throttle_new(uint32_t rate, int64_t window_ms)
{
	struct throttle *t = calloc(1, sizeof *t);

	if (t) {
		t->rate = rate;
		t->window_ms = window_ms;
	}
	return t;
}

void throttle_free(struct throttle *throttle)
{
	free(throttle);
}

/* FNV-1a */
static uint64_t key_of(const char *peer)
{
	uint64_t h = 14695981039346656037u;

	for (; *peer; peer++)
		h = (h ^ (unsigned char)*peer) * 1099511628211u;
	return h ? h : 1;
}

static struct account *account_of(struct throttle *t, uint64_t key, int64_t now)
{
	struct account *set = t->set[key % SETS], *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].since < oldest->since)
			oldest = &set[i];
	}
	*oldest = (struct account){ .key = key, .since = now };
	return oldest;
}

uint32_t throttle_count(struct throttle *throttle, const char *peer, int64_t now)
{
	struct account *a = account_of(throttle, key_of(peer), now);

	if (now - a->since >= throttle->window_ms) {
		a->since = now;
		a->count = 0;
	}
	if (a->count <= throttle->rate)
		a->count++;
	return a->count;
}

bool throttle_admits(struct throttle *throttle, const char *peer, int64_t now)
{
	return !throttle || throttle_count(throttle, peer, now) <= throttle->rate;
}
