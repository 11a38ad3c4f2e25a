/* SPDX-License-Identifier: Apache-2.0 */
/* token_buckets.c - limits the rate of each peer */
#include "base/token_buckets.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A token is MS parts; a bucket gets rate parts each millisecond. */
enum { SETS = 1024, WAYS = 8, MS = 1000 };

struct token_buckets {
	int64_t rate, burst;	/* in parts */
	struct bucket {
		uint64_t key;	/* 0: the entry is free */
		int64_t used;	/* when it was last asked for tokens */
		int64_t left;	/* parts in it at that time; less than 0: the peer owes them */
	} set[SETS][WAYS];
};

struct token_buckets *token_buckets_new(uint32_t rate, uint32_t burst)
{
	struct token_buckets *b = calloc(1, sizeof *b);

	if (b) {
		b->rate = rate;
		b->burst = (int64_t)burst * MS;
	}
	return b;
}

void token_buckets_free(struct token_buckets *buckets)
{
	free(buckets);
}

/* FNV-1a */
static uint64_t key_of(const char *peer)
{
	uint64_t h = 14695981039346656037u;

	for (; *peer; peer++)
		h = (h ^ (unsigned char)*peer) * 1099511628211u;
	return h ? h : 1;
}

static struct bucket *bucket_of(struct token_buckets *b, uint64_t key, int64_t now)
{
	struct bucket *set = b->set[key % SETS], *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	*oldest = (struct bucket){ key, now, b->burst };
	return oldest;
}

bool token_buckets_take(struct token_buckets *buckets, const char *peer, uint32_t cost,
			int64_t now)
{
	struct bucket *b = bucket_of(buckets, key_of(peer), now);
	int64_t left = b->left + (now - b->used) * buckets->rate;

	b->left = left < buckets->burst ? left : buckets->burst;
	b->used = now;
	if (b->left < MS)
		return false;
	b->left -= (int64_t)cost * MS;
	return true;
}

void token_buckets_fill(struct token_buckets *buckets)
{
	memset(buckets->set, 0, sizeof buckets->set);
}
