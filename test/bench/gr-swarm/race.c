/* SPDX-License-Identifier: Apache-2.0 */
/* race.c - many devices at once */
#include "gr-swarm/race.h"
#include "complain.h"
#include "tick.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum { EVENTS = 256, LOOK_MS = 100, SECOND_US = 1000000 };

/* Devices that wait for their turn, in order. Each is in here once at the most. */
struct line {
	struct device **waiting;
	size_t first, count, size;
};
struct course {
	struct race *race;
	struct device *devices;
	size_t count;
	const struct world *world;
	const struct race_limits *limits;
	struct line line;
	bool *running;			/* by index of the device */
	int64_t *began, start;
	size_t active, started;
};

static void line_join(struct line *l, struct device *d)
{
	l->waiting[(l->first + l->count++) % l->size] = d;
}

static struct device *line_leave(struct line *l)
{
	struct device *d = l->waiting[l->first];

	l->first = (l->first + 1) % l->size;
	l->count--;
	return d;
}

static bool keep(struct samples *s, int64_t us)
{
	int64_t *more;

	if (s->count == s->size) {
		s->size = s->size ? 2 * s->size : 1024;
		if (!(more = realloc(s->us, s->size * sizeof *more)))
			return false;
		s->us = more;
	}
	s->us[s->count++] = us;
	return true;
}

static bool keep_times(struct race *race, const struct device *d, int64_t whole)
{
	for (enum stage i = 0; i < d->stage; i++)
		if (!keep(&race->stage[i], d->took[i]) ||
		    (stage_is_jobs(i) && !keep(&race->jobs, d->took[i])))
			return false;
	return keep(&race->whole, whole);
}

/* A device that failed does not try again. */
static enum status settle(struct course *c, struct device *d, enum outcome outcome)
{
	size_t i = (size_t)(d - c->devices);

	if (outcome == DEVICE_UNDER_WAY)
		return GR_OK;
	c->running[i] = false;
	c->active--;
	if (outcome == DEVICE_FAILED)
		c->race->failures++;
	if (outcome != DEVICE_DONE && outcome != DEVICE_STAYS)
		return GR_OK;
	c->race->took = tick_us() - c->start;
	if (outcome == DEVICE_DONE)
		line_join(&c->line, d);
	if (keep_times(c->race, d, tick_us() - c->began[i]))
		return GR_OK;
	complain("out of memory");
	return GR_FAIL;
}

static bool is_over(const struct course *c)
{
	return tick_us() - c->start >= (int64_t)c->limits->seconds * SECOND_US;
}

/* Microseconds until the rate allows another start; 0: now. */
static int64_t pause_left(const struct course *c)
{
	int64_t due = c->limits->rate ? (int64_t)c->started * SECOND_US / c->limits->rate : 0,
		left = due - (tick_us() - c->start);

	return left > 0 ? left : 0;
}

static enum status start_some(struct course *c)
{
	enum status st = GR_OK;

	while (st == GR_OK && c->line.count > 0 && c->active < c->limits->at_once &&
	       pause_left(c) == 0 && !is_over(c)) {
		struct device *d = line_leave(&c->line);
		size_t i = (size_t)(d - c->devices);

		c->running[i] = true;
		c->began[i] = tick_us();
		c->active++;
		c->started++;
		st = settle(c, d, device_start(d, c->world));
	}
	return st;
}

static enum status give_up_late(struct course *c)
{
	int64_t latest = tick_us() - (int64_t)c->limits->patience * SECOND_US;
	enum status st = GR_OK;

	for (size_t i = 0; i < c->count && st == GR_OK; i++)
		if (c->running[i] && c->began[i] < latest) {
			device_abandon(&c->devices[i], "no answer in time");
			st = settle(c, &c->devices[i], DEVICE_FAILED);
		}
	return st;
}

static int wait_ms(const struct course *c)
{
	int64_t left = (pause_left(c) + 999) / 1000;

	return c->line.count == 0 || c->active == c->limits->at_once || left > LOOK_MS ? LOOK_MS
										       : (int)left;
}

static enum status serve(struct course *c)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(c->world->epoll, events, EVENTS, wait_ms(c));
	enum status st = GR_OK;

	if (n < 0 && errno != EINTR) {
		complain("epoll: %s", strerror(errno));
		return GR_FAIL;
	}
	for (int i = 0; i < n && st == GR_OK; i++) {
		struct device *d = events[i].data.ptr;

		/* Its channel may have been closed by the event before this one. */
		if (c->running[d - c->devices])
			st = settle(c, d, device_turn(d, c->world));
	}
	return st == GR_OK ? give_up_late(c) : st;
}

enum status race_run(struct race *race, struct device *devices, size_t count,
		     const struct world *world, const struct race_limits *limits)
{
	struct course c = { .race = race,
			    .devices = devices,
			    .count = count,
			    .world = world,
			    .limits = limits,
			    .start = tick_us(),
			    .line = { .waiting = calloc(count, sizeof *c.line.waiting),
				      .size = count },
			    .running = calloc(count, sizeof *c.running),
			    .began = calloc(count, sizeof *c.began) };
	enum status st = GR_OK;

	*race = (struct race){ 0 };
	if (!c.line.waiting || !c.running || !c.began) {
		complain("out of memory");
		st = GR_FAIL;
	}
	for (size_t i = 0; i < count && st == GR_OK; i++)
		line_join(&c.line, &devices[i]);
	if (st == GR_OK)
		st = start_some(&c);
	while (st == GR_OK && (c.active > 0 || (c.line.count > 0 && !is_over(&c))))
		if ((st = serve(&c)) == GR_OK)
			st = start_some(&c);
	free(c.line.waiting);
	free(c.running);
	free(c.began);
	return st;
}

void race_release(struct race *race)
{
	for (int i = 0; i < STAGE_COUNT; i++)
		free(race->stage[i].us);
	free(race->jobs.us);
	free(race->whole.us);
	*race = (struct race){ 0 };
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int64_t samples_quantile(struct samples *samples, double share)
{
	if (samples->count == 0)
		return 0;
	qsort(samples->us, samples->count, sizeof *samples->us, compare);
	return samples->us[(size_t)(share * (double)(samples->count - 1) + 0.5)];
}
