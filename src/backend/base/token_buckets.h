/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token_buckets.h - limits the rate of each peer: each has a bucket of tokens, to which tokens are
 * added at a steady rate.
 *
 * A peer with at least one token left may do what it asks for, also where that costs more than it
 * has; it owes the rest. So an expensive request succeeds now and then, and in the long run no
 * peer gets more than the rate.
 */
#ifndef GR_BASE_TOKEN_BUCKETS_H
#define GR_BASE_TOKEN_BUCKETS_H

#include <stdbool.h>
#include <stdint.h>

struct token_buckets;

/* rate: tokens a second; burst: tokens in a full bucket, as each is at first. NULL: no memory. */
struct token_buckets *token_buckets_new(uint32_t rate, uint32_t burst);
void token_buckets_free(struct token_buckets *buckets);	/* takes NULL */

/*
 * Takes cost tokens from the peer's bucket. False: it has no whole token, and nothing is taken.
 * now is clock_boot_ms, which never goes back. There are 8192 buckets at most: a new peer may get
 * the bucket that was unused for longest, whose peer then begins with a full one again.
 */
bool token_buckets_take(struct token_buckets *buckets, const char *peer, uint32_t cost,
			int64_t now);
/* Fills all buckets. */
void token_buckets_fill(struct token_buckets *buckets);

#endif
