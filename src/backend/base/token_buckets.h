/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token_buckets.h - limits how much each peer may do: each has a bucket of tokens, which is filled
 * at a steady rate.
 *
 * A peer that has a token left may do what it asks for, whatever that costs, and owes the rest. So
 * a peer that always asks for too much still gets something expensive done now and then, and never
 * more than the rate in the long run.
 */
#ifndef GR_BASE_TOKEN_BUCKETS_H
#define GR_BASE_TOKEN_BUCKETS_H

#include <stdbool.h>
#include <stdint.h>

struct token_buckets;

/*
 * rate: tokens a second; burst: how many a bucket holds, which is full at first. NULL: out of
 * memory.
 */
struct token_buckets *token_buckets_new(uint32_t rate, uint32_t burst);
void token_buckets_free(struct token_buckets *buckets);	/* takes NULL */

/*
 * Takes cost tokens from the peer's bucket. False, and nothing is taken: none are left. now is
 * clock_boot_ms and never goes back. With more than 8192 peers, those whose bucket was used
 * longest ago start with a full one again.
 */
bool token_buckets_take(struct token_buckets *buckets, const char *peer, uint32_t cost,
			int64_t now);
/* Fills all buckets. */
void token_buckets_fill(struct token_buckets *buckets);

#endif
