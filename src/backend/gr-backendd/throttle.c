/* throttle.c - how many Jobs requests each thing may make in a second */
#include "gr-backendd/throttle.h"

#include <stddef.h>
#include <stdlib.h>

/* Where more things ask at once than there is room for, those that have not asked for the longest start afresh. */
enum { SETS = 1024, WAYS = 8, SECOND_MS = 1000 };

struct throttle {
	uint32_t rate;
	struct account {
		uint64_t key;	/* 0: nobody's */
		int64_t since;	/* when its second began */
		uint32_t count;
	} set[SETS][WAYS];
};

struct throttle *throttle_new(uint32_t rate)
{
	struct throttle *t = calloc(1, sizeof *t);

	if (t)
		t->rate = rate;
	return t;
}

void throttle_free(struct throttle *throttle)
{
	free(throttle);
}

/* FNV-1a */
static uint64_t key_of(const char *thing)
{
	uint64_t h = 14695981039346656037u;

	for (; *thing; thing++)
		h = (h ^ (unsigned char)*thing) * 1099511628211u;
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

bool throttle_admits(struct throttle *throttle, const char *thing, int64_t now)
{
	struct account *a;

	if (!throttle)
		return true;
	a = account_of(throttle, key_of(thing), now);
	if (now - a->since >= SECOND_MS) {
		a->since = now;
		a->count = 0;
	}
	if (a->count >= throttle->rate)
		return false;
	a->count++;
	return true;
}
