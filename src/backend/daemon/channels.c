/* SPDX-License-Identifier: Apache-2.0 */
/* channels.c - delivers notifications over channels */
#include "daemon/channels.h"
#include "base/notifier_protocol.h"
#include "clock.h"
#include "complain.h"
#include "str.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	HOUSEKEEPING_MS = 1000,
	PERMANENT = 100,	/* the exit status that gives a notification up */
	RETRY_DOUBLINGS = 10,
	RETRY_MINUTES = 15,
	NOTIFIER_MS = 10000	/* for gr-notifier's answer, after the program's own time */
};
/* A channel that has not worked for a week must not fill the disk. */
#define KEPT_MS (INT64_C(7) * 86400000)

void channels_open(struct channels *c, const struct home *home, const char *socket,
		   int64_t minute_ms)
{
	*c = (struct channels){ .minute_ms = minute_ms };
	str_copy(c->notifier, sizeof c->notifier, home->notifier);
	str_copy(c->dir, sizeof c->dir, home->channels);
	str_copy(c->home, sizeof c->home, home->dir);
	str_copy(c->socket, sizeof c->socket, socket);
}

/* Closing the connection ends the program. */
void channels_close(struct channels *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->deliveries[i].under_way)
			helper_process_close(&c->deliveries[i].helper);
	c->count = 0;
}

/* A name with a dot is no channel: settings and backups of editors lie beside the programs. */
static bool is_channel(const struct channels *c, const char *name)
{
	char path[PATH_MAX];
	struct stat info;

	return str_is_name(name, NOTIFICATION_CHANNEL - 1, "_-") &&
	    str_format(path, sizeof path, "%s/%s", c->dir, name) && stat(path, &info) == 0 &&
	    S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

static struct channels_delivery *find(struct channels *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->deliveries[i].channel.name, name) == 0)
			return &c->deliveries[i];
	return NULL;
}

static enum status add(struct channels *c, struct db *db, const char *name)
{
	struct channels_delivery delivery = { .changed = true };
	enum status st;

	if (c->count == CHANNELS_MAX) {
		if (!c->crowded)
			complain("%s: more than %d channels; the rest is not used", c->dir,
				 CHANNELS_MAX);
		c->crowded = true;
		return GR_OK;
	}
	str_copy(delivery.channel.name, sizeof delivery.channel.name, name);
	if ((st = notification_channel_find(&delivery.channel, db)) == GR_OK)
		c->deliveries[c->count++] = delivery;
	return st;
}

/* A channel whose program still runs stays until the program has ended. */
static void drop_missing(struct channels *c)
{
	for (size_t i = 0; i < c->count;)
		if (c->deliveries[i].under_way || is_channel(c, c->deliveries[i].channel.name)) {
			i++;
		} else {
			c->deliveries[i] = c->deliveries[--c->count];
			c->gone = true;
			c->crowded = false;
		}
}

static enum status look(struct channels *c, struct db *db)
{
	DIR *dir = opendir(c->dir);
	enum status st = GR_OK;
	struct dirent *entry;

	if (!dir && errno != ENOENT) {
		complain("%s: %s", c->dir, strerror(errno));
		return GR_OK;	/* the channels that are known go on */
	}
	while (dir && st == GR_OK && (entry = readdir(dir)))
		if (is_channel(c, entry->d_name) && !find(c, entry->d_name))
			st = add(c, db, entry->d_name);
	if (dir)
		closedir(dir);
	drop_missing(c);
	if (c->count == 0)
		c->gone = true;	/* removes those that an earlier daemon saved, too */
	return st;
}

static void delivered(struct channels_delivery *p)
{
	p->channel.done = p->notification;
	p->channel.attempts = p->channel.due = 0;
	p->changed = true;
}

/* Tries again after a second, doubled each time, up to a quarter of an hour. */
static void postpone(struct channels *c, struct channels_delivery *p, const char *why)
{
	int64_t doublings = p->channel.attempts < RETRY_DOUBLINGS ? p->channel.attempts
								  : RETRY_DOUBLINGS;
	int64_t delay = (c->minute_ms / 60 + 1) << doublings, most = RETRY_MINUTES * c->minute_ms;

	if (delay > most)
		delay = most;
	complain("%s/%s: notification %" PRId64 " not delivered: %s; again in %" PRId64 " s",
		 c->dir, p->channel.name, p->notification, why, (delay + 999) / 1000);
	p->channel.attempts++;
	p->channel.due = clock_real_ms() + delay;
	p->changed = true;
}

static void take_answer(struct channels *c, struct channels_delivery *p, struct wire *answer)
{
	enum notifier_end end = (enum notifier_end)wire_byte(answer);
	int64_t number = wire_number(answer);
	char why[COMPLAIN_MAX];

	wire_text(why, sizeof why, answer);
	if (!wire_is_done(answer))
		postpone(c, p, "gr-notifier has ended");
	else if (end == NOTIFIER_EXITED && number == 0)
		delivered(p);
	else if (end == NOTIFIER_EXITED && number == PERMANENT) {
		complain("%s/%s: notification %" PRId64 " is given up: exit status %d", c->dir,
			 p->channel.name, p->notification, PERMANENT);
		delivered(p);
	} else {
		if (end != NOTIFIER_FAILED)
			str_format(why, sizeof why,
				   end == NOTIFIER_LATE		? "its program took too long"
				       : end == NOTIFIER_KILLED ? "signal %d"
								: "exit status %d",
				   (int)number);
		postpone(c, p, why);
	}
}

/* gr-notifier ends a program that takes too long; gr-notifier is killed if it does not answer. */
static void look_at(struct channels *c, struct channels_delivery *p)
{
	struct pollfd fd = { .fd = p->helper.fd, .events = POLLIN };

	if (poll(&fd, 1, 0) == 1) {
		if (!wire_receive(&c->wire, p->helper.fd))
			c->wire.bad = true;
		take_answer(c, p, &c->wire);
	} else if (clock_boot_ms() < p->until) {
		return;
	} else {
		postpone(c, p, "gr-notifier does not answer");
		helper_process_kill(&p->helper);
	}
	helper_process_close(&p->helper);
	p->under_way = false;
}

static bool ask(struct channels *c, struct channels_delivery *p, const char *json)
{
	if (helper_process_open(&p->helper, &notifier_kind, c->notifier) != GR_OK)
		return false;
	wire_clear(&c->wire);
	wire_put_text(&c->wire, p->channel.name);
	wire_put_text(&c->wire, json);
	wire_put_text(&c->wire, c->home);
	wire_put_text(&c->wire, c->socket);
	wire_put_number(&c->wire, c->minute_ms / 2);
	if (wire_send(&c->wire, p->helper.fd))
		return true;
	complain("%s: gr-notifier cannot be asked: %s", c->notifier, strerror(errno));
	helper_process_close(&p->helper);
	return false;
}

static enum status start(struct channels *c, struct channels_delivery *p, struct db *db)
{
	char *json = NULL;
	enum status st = notification_next(&p->notification, &json, db, p->channel.done);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	p->until = clock_boot_ms() + c->minute_ms / 2 + NOTIFIER_MS;
	p->under_way = ask(c, p, json);
	if (!p->under_way)
		postpone(c, p, "gr-notifier cannot be reached");
	free(json);
	return GR_OK;
}

/* A time further away than any delay comes from a clock that was set back: it counts as due. */
static bool is_due(const struct channels *c, const struct channels_delivery *p)
{
	int64_t left = p->channel.due - clock_real_ms();

	return left <= 0 || left > RETRY_MINUTES * c->minute_ms;
}

enum status channels_deliver(struct channels *c, struct db *db)
{
	enum status st = GR_OK;

	for (size_t i = 0; i < c->count && st == GR_OK; i++) {
		struct channels_delivery *p = &c->deliveries[i];

		if (p->under_way)
			look_at(c, p);
		if (!p->under_way && is_due(c, p))
			st = start(c, p, db);
	}
	return st;
}

static enum status save(const struct channels *c, int *lost, struct db *db)
{
	struct notification_channel channels[CHANNELS_MAX];
	enum status st = GR_OK;

	for (size_t i = 0; i < c->count && st == GR_OK; i++) {
		channels[i] = c->deliveries[i].channel;
		if (c->deliveries[i].changed)
			st = notification_channel_save(db, &channels[i]);
	}
	if (st == GR_OK && c->gone)
		st = notification_channels_keep(db, channels, c->count);
	return st == GR_OK ? notification_tidy(lost, db, KEPT_MS, clock_real_ms()) : st;
}

enum status channels_housekeeping(struct channels *c, struct db *db)
{
	int lost = 0;
	enum status st;

	if (clock_boot_ms() < c->next)
		return GR_OK;
	c->next = clock_boot_ms() + HOUSEKEEPING_MS;
	if ((st = look(c, db)) != GR_OK || (st = db_begin(db)) != GR_OK)
		return st;
	if ((st = save(c, &lost, db)) != GR_OK || (st = db_commit(db)) != GR_OK) {
		db_rollback(db);
		return st;
	}
	for (size_t i = 0; i < c->count; i++)
		c->deliveries[i].changed = false;
	c->gone = false;
	if (lost > 0)
		complain("%s: %d notification(s) of more than a week ago were given up", c->dir,
			 lost);
	return GR_OK;
}
