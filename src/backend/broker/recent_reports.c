/* SPDX-License-Identifier: Apache-2.0 */
/* recent_reports.c - what was reported lately */
#include "broker/recent_reports.h"

#include <stddef.h>
#include <stdlib.h>

/*
 * All reports of one certificate are in one set and may fill half of it, so that one certificate
 * alone cannot suppress the reports of others. Where a set is full one more is not reported.
 */
enum { SETS = 256, WAYS = 16, SHARE = 8 };

struct recent_reports {
	struct entry {
		uint64_t owner, key;
		int64_t at;
	} set[SETS][WAYS];
};

struct recent_reports *recent_reports_new(void)
{
	struct recent_reports *r = calloc(1, sizeof *r);

	for (size_t i = 0; r && i < SETS * WAYS; i++)
		r->set[i / WAYS][i % WAYS].at = -RECENT_REPORTS_QUIET_MS;
	return r;
}

void recent_reports_free(struct recent_reports *recent)
{
	free(recent);
}

static uint64_t hash(uint64_t start, const char *text)
{
	for (; *text; text++)
		start = (start ^ (unsigned char)*text) * 1099511628211u;
	return start;
}

bool recent_reports_admit(struct recent_reports *recent, int64_t now, const char *certificate,
			  const char *client, const char *what)
{
	uint64_t owner = hash(14695981039346656037u, certificate),
		 key = hash(hash(owner, client) + 1, what);
	struct entry *set = recent->set[owner % SETS], *free_way = NULL;
	unsigned owned = 0;

	for (size_t i = 0; i < WAYS; i++) {
		bool fresh = now - set[i].at < RECENT_REPORTS_QUIET_MS;

		if (fresh && set[i].key == key)
			return false;
		if (!fresh)
			free_way = &set[i];
		owned += fresh && set[i].owner == owner;
	}
	if (!free_way || owned >= SHARE)
		return false;
	*free_way = (struct entry){ owner, key, now };
	return true;
}
