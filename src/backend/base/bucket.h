/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket.h - how much each peer may do: a bucket of tokens for each, filled at a steady rate.
 *
 * Whoever has a token may do what he asks for, whatever it costs, and owes the rest: so a peer
 * that always asks for too much still gets something dear done now and then, and never more than
 * the rate in the long run.
 */
#ifndef GR_BASE_BUCKET_H
#define GR_BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct buckets;

/*
 * rate: tokens a second; burst: how many a bucket holds, which is full at first. NULL: out of
 * memory.
 */
struct buckets *buckets_new(uint32_t rate, uint32_t burst);
void buckets_free(struct buckets *buckets);	/* takes NULL */

/*
 * Takes cost tokens of the peer's; now is clock_boot_ms and never goes back. False, and nothing is
 * taken: none are left. Where there are more peers than there is room for (8192), those whose
 * bucket was used longest ago start with a full one.
 */
bool buckets_take(struct buckets *buckets, const char *peer, uint32_t cost, int64_t now);
/* All buckets are full again. */
void buckets_fill(struct buckets *buckets);

#endif
