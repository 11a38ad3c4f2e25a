/* SPDX-License-Identifier: Apache-2.0 */
/* gr-report: how the fleet is, as one page for a browser */
#include "gr-report/html.h"
#include "gr-report/report.h"
#include "registry/command.h"
#include "secret.h"

#include <sys/stat.h>
#include <unistd.h>

enum { DAYS = 30, DAYS_MAX = 36500 };

static const struct arg_option options[] = {
	HOME_OPTION,
	{ 'd', "days", "N", "show the failures of the last N days (default 30)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-report", "[-H DIR] [-d N]",
	"Print an HTML page: expiry, running jobs, failures by reason, what needs attention.",
	options
};

static enum status print(const struct report *r)
{
	enum status st;

	html_begin("Fleet", r->now);
	if ((st = report_fleet(r)) != GR_OK)
		return st;
	if ((st = report_expiry(r)) != GR_OK)
		return st;
	if ((st = report_jobs(r)) != GR_OK)
		return st;
	if ((st = report_failures(r)) != GR_OK)
		return st;
	if ((st = report_findings(r)) != GR_OK)
		return st;
	html_end();
	return GR_OK;
}

int main(int argc, char *argv[])
{
	struct report r = { .days = DAYS };
	struct command v = { 0 };
	enum status st = GR_OK;
	int ch;

	secret_guard();
	umask(077);
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 'd')
			st = arg_range(&r.days, "--days", optarg, 1, DAYS_MAX);
		else
			command_option(&v, ch);
	if (st != GR_OK)
		return st;
	if ((st = command_open(&v, &spec, argc, argv, 0, 0)) == GR_OK &&
	    (st = db_snapshot(v.db)) == GR_OK) {
		r.db = v.db;
		r.now = v.now;
		st = print(&r);
	}
	return command_close(&v, st);
}
