/* SPDX-License-Identifier: Apache-2.0 */
/* fleet.c - the fleet in a few numbers, and its certificates by the time they have left */
#include "gr-report/html.h"
#include "gr-report/report.h"
#include "registry/fleet_totals.h"

#include <stdio.h>

enum status report_fleet(const struct report *r)
{
	struct fleet_totals t;
	enum status st = fleet_totals_read(&t, r->db);

	if (st != GR_OK)
		return st;
	const struct { const char *name; int64_t value; } numbers[] = {
		{ "things", t.things }, { "ACTIVE certificates", t.certificates },
		{ "connected", t.connected }, { "queued or in progress", t.open },
		{ "rotated", t.rotated }, { "rolled back", t.rolled_back }
	};

	puts("<dl>");
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		printf("<div><dt>%s</dt><dd>", numbers[i].name);
		html_number(numbers[i].value);
		puts("</dd></div>");
	}
	puts("</dl>");
	return GR_OK;
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
		st = fleet_totals_expiring(&count[i], r->db, today + ranges[i].first,
				     today + ranges[i + 1].first);
		most = count[i] > most ? count[i] : most;
	}
	html_section("ACTIVE certificates by the time until they expire");
	puts("<table id=\"expiry\">");
	for (int i = 0; i < RANGES; i++) {
		fputs("<tr>", stdout);
		html_cell(ranges[i].name);
		html_cell_bar(i < 2 ? &(struct html_bar){ .bad = count[i], .all = most }
				    : &(struct html_bar){ .good = count[i], .all = most });
		html_cell_number(count[i]);
		puts("</tr>");
	}
	puts("</table>");
	return st;
}
