/* SPDX-License-Identifier: Apache-2.0 */
/* wall_clock.c - tells whether the wall clock can be believed */
#include "registry/wall_clock.h"
#include "clock.h"
#include "registry/timer_clock.h"

#include <stdlib.h>

/* What is on record. newest and proven are ms since the epoch less the timers' clock. */
struct mark {
	bool there, this_boot;	/* this_boot: newest was recorded in it */
	int64_t newest, proven;
};

enum { STEP_MS = 1000 };	/* a smaller difference is not worth a write */

static enum status read_mark(struct mark *m, struct db *db)
{
	char boot[64];
	sqlite3_stmt *row;
	enum status st;

	*m = (struct mark){ .there = false };
	clock_boot_id(boot);
	st = db_query(&row, db,
		      "SELECT n.value, p.value, b.value = ? FROM meta n, meta p, meta b"
		      " WHERE n.key = 'clock_newest' AND p.key = 'clock_proven'"
		      " AND b.key = 'clock_boot'",
		      "s", boot);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	*m = (struct mark){ true, db_int(row, 2) != 0, db_int(row, 0), db_int(row, 1) };
	db_done(row);
	return GR_OK;
}

static enum status write_mark(struct db *db, const struct mark *m)
{
	char boot[64];

	clock_boot_id(boot);
	return db_run(db,
		      "INSERT INTO meta (key, value) VALUES ('clock_newest', ?), ('clock_proven', "
		      "?), ('clock_boot', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
		      "iis", m->newest, m->proven, boot);
}

static bool is_near(int64_t off)
{
	return off <= WALL_CLOCK_TOLERANCE_MS && off >= -WALL_CLOCK_TOLERANCE_MS;
}

static enum wall_clock_state judge(int64_t off, const struct mark *m)
{
	if (off < -WALL_CLOCK_TOLERANCE_MS)
		return WALL_CLOCK_BEHIND;
	if (is_near(off) || clock_is_synchronised())
		return WALL_CLOCK_WELL;
	return m->this_boot || off > WALL_CLOCK_AWAY_MS ? WALL_CLOCK_AHEAD : WALL_CLOCK_WELL;
}

enum status wall_clock_read(struct wall_clock *c, struct db *db)
{
	struct mark m;
	int64_t timer, now = clock_real_ms();
	enum status st = timer_clock_now(&timer, db);

	if (st == GR_OK)
		st = read_mark(&m, db);
	if (st != GR_OK)
		return st;
	*c = (struct wall_clock){ .now = now, .proven = now, .timer = timer };
	if (!m.there)
		return GR_OK;
	c->off = now - timer - m.newest;
	c->state = judge(c->off, &m);
	if (timer + m.proven < now && !is_near(now - timer - m.proven) && !clock_is_synchronised())
		c->proven = timer + m.proven;
	return GR_OK;
}

const char *wall_clock_doubt(const struct wall_clock *c)
{
	switch (c->state) {
	case WALL_CLOCK_WELL: break;
	case WALL_CLOCK_BEHIND:
		return "the backend's clock is behind the time by which certificates were issued: "
		       "none is issued until it is right, or until gr-registry confirm-clock says "
		       "that it is";
	case WALL_CLOCK_AHEAD:
		return "the backend's clock is ahead of what it should be: no certificate is "
		       "issued until it is right, or until gr-registry confirm-clock says that it "
		       "is";
	}
	return NULL;
}

static bool differs(const struct mark *a, const struct mark *b)
{
	return !a->there || !a->this_boot || llabs(a->newest - b->newest) >= STEP_MS ||
	    llabs(a->proven - b->proven) >= STEP_MS;
}

/* Records c->now as the newest time, and c->proven. */
static enum status record(struct db *db, const struct wall_clock *c)
{
	const struct mark m = { .newest = c->now - c->timer, .proven = c->proven - c->timer };
	struct mark before;
	enum status st = read_mark(&before, db);

	if (st != GR_OK)
		return st;
	if (!differs(&before, &m))
		return GR_OK;
	st = timer_clock_keep(db);
	return st == GR_OK ? write_mark(db, &m) : st;
}

enum status wall_clock_follow(struct db *db, const struct wall_clock *c)
{
	return c->state == WALL_CLOCK_WELL && c->proven == c->now ? record(db, c) : GR_OK;
}

enum status wall_clock_rely(struct db *db, const struct wall_clock *c)
{
	return record(db, c);
}

enum status wall_clock_confirm(struct db *db, const struct wall_clock *c)
{
	struct wall_clock right = *c;

	right.proven = right.now;
	return record(db, &right);
}
