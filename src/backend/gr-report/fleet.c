/* SPDX-License-Identifier: Apache-2.0 */
/* fleet.c - the fleet in a few numbers, and its certificates by the time they have left */
#include "gr-report/page.h"
#include "gr-report/report.h"

#include <stdio.h>

enum status report_fleet(const struct report *r)
{
	static const struct { const char *name, *sql; } numbers[] = {
		{ "things", "SELECT count(*) FROM thing" },
		{ "ACTIVE certificates", "SELECT coalesce(sum(certificates), 0) FROM expiry" },
		{ "connected", "SELECT count FROM total WHERE name = 'connections'" },
		{ "queued or in progress", "SELECT sum(count) FROM tally"
		  " WHERE job = '' AND status IN ('QUEUED', 'IN_PROGRESS')" },
		{ "rotated", "SELECT count FROM total WHERE name = 'rotations' AND label = 'NEW'" },
		{ "rolled back", "SELECT count FROM total WHERE name = 'rotations' AND label = 'OLD'" }
	};
	enum status st = GR_OK;

	puts("<dl>");
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && st == GR_OK; i++) {
		int64_t number = 0;

		st = db_number(&number, r->db, numbers[i].sql, "");
		printf("<div><dt>%s</dt><dd>", numbers[i].name);
		page_number(number);
		puts("</dd></div>");
	}
	puts("</dl>");
	return st;
}

/* In days from today; each range ends where the next one begins. */
static const struct { const char *name; int64_t first; } ranges[] = {
	{ "expired", -1000000 }, { "less than 7 days", 0 }, { "7 to 13 days", 7 },
	{ "14 to 29 days", 14 }, { "30 to 59 days", 30 }, { "60 to 89 days", 60 },
	{ "90 to 179 days", 90 }, { "180 to 364 days", 180 }, { "1 to 2 years", 365 },
	{ "longer", 730 }, { NULL, 10000000 }
};
enum { RANGES = sizeof ranges / sizeof ranges[0] - 1 };

enum status report_expiry(const struct report *r)
{
	int64_t today = r->now / REPORT_DAY_MS, count[RANGES] = { 0 }, most = 1;
	enum status st = GR_OK;

	for (int i = 0; i < RANGES && st == GR_OK; i++) {
		st = db_number(
		    &count[i], r->db,
		    "SELECT coalesce(sum(certificates), 0) FROM expiry WHERE day >= ? AND day < ?",
		    "ii", today + ranges[i].first, today + ranges[i + 1].first);
		most = count[i] > most ? count[i] : most;
	}
	page_section("ACTIVE certificates by the time until they expire");
	puts("<table id=\"expiry\">");
	for (int i = 0; i < RANGES; i++) {
		fputs("<tr>", stdout);
		page_cell(ranges[i].name);
		page_cell_bar(i < 2 ? &(struct page_bar){ .bad = count[i], .all = most }
				    : &(struct page_bar){ .good = count[i], .all = most });
		page_cell_number(count[i]);
		puts("</tr>");
	}
	puts("</table>");
	return st;
}
