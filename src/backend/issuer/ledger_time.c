/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_time.c - the newest time in the ledger */
#include "issuer/ledger_time.h"
#include "base/utc.h"
#include "complain.h"
#include "issuer/issuer.h"
#include "issuer/ledger_chain.h"
#include "str.h"

#include <string.h>
#include <sys/stat.h>

enum { TAIL = 1 << 20 };	/* so much of the end of the file is read */

static bool is_event(const struct ledger_line *line, const char *event)
{
	char head[64];

	str_format(head, sizeof head, "{\"event\":\"%s\"", event);
	return line->len >= strlen(head) && memcmp(line->text, head, strlen(head)) == 0;
}

/* Any other line is also written by a clock that is in doubt, and by which nothing is issued. */
static bool is_of_issue(const struct ledger_line *line)
{
	return is_event(line, "signed") || is_event(line, "issued") ||
	       is_event(line, "registered");
}

struct newest {
	bool begins_within;	/* the first line is the rest of one */
	int64_t ms;
};

static enum status take(void *arg, const struct ledger_line *line)
{
	struct newest *newest = arg;
	int64_t at = ledger_chain_time(line->text, line->len);

	if (!ledger_chain_is_whole(line->text, line->len) ||
	    (newest->begins_within && line->number == 1))
		return GR_OK;
	if ((at > newest->ms && is_of_issue(line)) || is_event(line, LEDGER_TIME_CONFIRMED))
		newest->ms = at;
	return GR_OK;
}

static enum status read_newest(struct newest *newest, const char *path)
{
	struct stat info;

	*newest = (struct newest){ .ms = 0 };
	if (stat(path, &info) != 0)
		return GR_OK;
	newest->begins_within = info.st_size > TAIL;
	return ledger_chain_each(path, newest->begins_within ? info.st_size - TAIL : 0, take,
				 newest);
}

enum status ledger_time_check(const char *path, int64_t now)
{
	struct newest newest;
	char is[32], was[32];
	enum status st = read_newest(&newest, path);

	if (st != GR_OK || newest.ms <= now + (int64_t)ISSUER_BACKDATE * 1000)
		return st;
	utc_format(is, now);
	utc_format(was, newest.ms);
	complain("%s: the clock, %s, is behind its newest line, %s: nothing is signed until it is "
		 "right, or until gr-registry confirm-clock says that it is",
		 path, is, was);
	return GR_FAIL;
}
