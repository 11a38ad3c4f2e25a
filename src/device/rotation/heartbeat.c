/* SPDX-License-Identifier: Apache-2.0 */
/* heartbeat.c - writes and checks the watchdog's heartbeat */
#include "rotation/heartbeat.h"
#include "clock.h"
#include "complain.h"
#include "file.h"
#include "rotation/journal.h"
#include "str.h"
#include "stray.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEARTBEAT_MAX = PATH_MAX + 256 };

struct heartbeat {
	uint32_t version;
	char boot[64];
	int64_t at;		/* seconds since boot */
	const char *store;	/* in the text that was parsed */
};

static void heartbeat_path(char path[static PATH_MAX], const struct conf *conf)
{
	/* conf.state leaves room */
	str_format(path, PATH_MAX, "%s/heartbeat", conf->state);
}

enum status heartbeat_stamp(const struct conf *conf, const char *store)
{
	char path[PATH_MAX], text[HEARTBEAT_MAX], boot[64];
	int n;

	stray_remove_in(conf->state);	/* of a watchdog that was cut off here */
	heartbeat_path(path, conf);
	clock_boot_id(boot);
	n = snprintf(text, sizeof text, "%d %s %" PRId64 " %s\n", JOURNAL_VERSION, boot,
		     clock_boot_ms() / 1000, store);
	return file_replace(path, text, (size_t)n, 0600);
}

/* Changes text. False: not ours. */
static bool parse(struct heartbeat *beat, char *text)
{
	int at = 0;

	if (sscanf(text, "%" SCNu32 " %63s %" SCNd64 " %n", &beat->version, beat->boot, &beat->at,
		   &at) != 3 ||
	    at == 0)
		return false;
	beat->store = text + at;
	text[at + strcspn(text + at, "\n")] = '\0';
	return true;
}

static enum status judge(const struct heartbeat *beat, const struct conf *conf, const char *store)
{
	int64_t age = clock_boot_ms() / 1000 - beat->at;
	char boot[64];

	clock_boot_id(boot);
	if (strcmp(beat->boot, boot) != 0 || age < 0)
		complain("watchdog: gr-rotate recover has not run since this device booted; is "
			 "gr-watchdog.timer on?");
	else if (age > conf_number(conf, CONF_WATCHDOG_SECONDS))
		complain("watchdog: gr-rotate recover ran %" PRId64
			 " s ago, watchdogSeconds allows %" PRIu32 "; is gr-watchdog.timer on?",
			 age, conf_number(conf, CONF_WATCHDOG_SECONDS));
	else if (beat->version < JOURNAL_VERSION)
		complain("watchdog: it reads journals up to version %" PRIu32
			 ", ours have version %d; update what runs gr-rotate recover",
			 beat->version, JOURNAL_VERSION);
	else if (strcmp(beat->store, store) != 0)
		complain(
		    "watchdog: it looks after %s, not after %s; give it the same configuration",
		    beat->store, store);
	else
		return GR_OK;
	return GR_NO;
}

enum status heartbeat_check(const struct conf *conf, const char *store)
{
	struct heartbeat beat;
	char path[PATH_MAX], *text;
	size_t len;
	enum status st;

	heartbeat_path(path, conf);
	if ((st = file_read(&text, &len, path, HEARTBEAT_MAX)) == GR_NO) {
		complain("watchdog: nothing runs gr-rotate recover on this device (%s is not "
			 "there); turn gr-watchdog.timer on",
			 path);
		return GR_NO;
	}
	if (st != GR_OK)
		return st == GR_BAD ? GR_NO : st;
	if (parse(&beat, text)) {
		st = judge(&beat, conf, store);
	} else {
		complain("watchdog: %s: not a heartbeat", path);
		st = GR_NO;
	}
	free(text);
	return st;
}
