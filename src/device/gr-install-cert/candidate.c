/* SPDX-License-Identifier: Apache-2.0 */
/* candidate.c - looks through the generations for a pair that can be made live */
#include "gr-install-cert/candidate.h"
#include "store/generation.h"
#include "store/pair.h"

enum status candidate_is_complete(const struct store *store, uint32_t n)
{
	struct pair pair;
	enum status st;

	if (n == 0)
		return GR_NO;
	st = pair_read(&pair, store, n);
	if (st == GR_OK)
		pair_release(&pair);
	return st == GR_BAD ? GR_NO : st;
}

/* Is n complete, and committed where that is asked for? GR_NO: no. */
static enum status is_candidate(const struct store *store, uint32_t n, bool committed)
{
	enum status st;

	if (committed) {
		st = generation_is_committed(store, n);
		if (st != GR_OK)
			return st;
	}
	return candidate_is_complete(store, n);
}

enum status candidate_newest(uint32_t *generation, const struct store *store, bool committed,
			     uint32_t skip)
{
	struct generation_list list;
	enum status st;

	*generation = 0;
	st = generation_list(&list, store);
	if (st != GR_OK)
		return st;
	for (size_t i = list.count; i-- > 0;) {
		uint32_t n = list.number[i];

		if (n == skip)
			continue;
		st = is_candidate(store, n, committed);
		if (st == GR_OK)
			*generation = n;
		if (st != GR_NO)
			return st;
	}
	return GR_OK;
}

enum status candidate_best(uint32_t *generation, const struct store *store, uint32_t skip)
{
	enum status st;

	st = candidate_newest(generation, store, true, skip);
	if (st == GR_OK && *generation == 0)
		st = candidate_newest(generation, store, false, skip);
	return st;
}
