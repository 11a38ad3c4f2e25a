/* SPDX-License-Identifier: Apache-2.0 */
/* log_repeats.c - writes a repeated line once, then how often it was left out */
#include "base/log_repeats.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * All lines of one owner are in one set, and may take SHARE of its WAYS entries, so that other
 * owners have room there. A line without an owner may be in any set.
 */
enum { SETS = 256, WAYS = 16, SHARE = 8 };

struct log_repeats {
	void (*write)(const char *line);
	int64_t due;		/* when the entries must be looked through again */
	uint64_t beyond;	/* lines left out because there was no free entry */
	struct entry {
		char *line;	/* NULL: free */
		uint64_t owner, key;
		int64_t since;	/* when the line, or its last count, was written */
		uint64_t count;	/* how often the line was left out since then */
	} set[SETS][WAYS];
};

struct log_repeats *log_repeats_new(void (*write)(const char *line))
{
	struct log_repeats *r = calloc(1, sizeof *r);

	if (r)
		r->write = write;
	return r;
}

static void write_count(struct log_repeats *r, const char *line, uint64_t count, int64_t ms)
{
	char text[REPEAT_LINE + 64];

	snprintf(text, sizeof text, "%s (%llu more in the last %lld s)", line,
		 (unsigned long long)count, (long long)((ms + 500) / 1000));
	r->write(text);
}

/* Writes the entry's count; frees the entry if the line did not come again in its minute. */
static void end_minute(struct log_repeats *r, struct entry *e, int64_t now)
{
	if (e->count > 0) {
		write_count(r, e->line, e->count, now - e->since);
		e->count = 0;
		e->since = now;
		return;
	}
	free(e->line);
	*e = (struct entry){ 0 };
}

static void look(struct log_repeats *r, int64_t now, int64_t age)
{
	int64_t due = now + REPEAT_MS;

	for (size_t i = 0; i < SETS * WAYS; i++) {
		struct entry *e = &r->set[i / WAYS][i % WAYS];

		if (e->line && now - e->since >= age)
			end_minute(r, e, now);
		if (e->line && e->since + REPEAT_MS < due)
			due = e->since + REPEAT_MS;
	}
	if (r->beyond > 0)
		write_count(r, "too many different lines to write each", r->beyond, REPEAT_MS);
	r->beyond = 0;
	r->due = due;
}

void log_repeats_tick(struct log_repeats *repeats, int64_t now)
{
	if (now >= repeats->due)
		look(repeats, now, REPEAT_MS);
}

void log_repeats_free(struct log_repeats *repeats)
{
	if (!repeats)
		return;
	for (size_t i = 0; i < SETS * WAYS; i++) {
		struct entry *e = &repeats->set[i / WAYS][i % WAYS];

		if (e->line && e->count > 0)
			write_count(repeats, e->line, e->count, REPEAT_MS);
		free(e->line);
	}
	free(repeats);
}

/* FNV-1a */
static uint64_t hash(uint64_t start, const char *text)
{
	for (; *text; text++)
		start = (start ^ (unsigned char)*text) * 1099511628211u;
	return start;
}

bool log_repeats_admit(struct log_repeats *repeats, const char *owner, const char *line,
		       int64_t now)
{
	uint64_t of = hash(14695981039346656037u, owner), key = hash(of, line);
	struct entry *set = repeats->set[(*owner ? of : key) % SETS], *room = NULL;
	unsigned owned = 0;
	size_t size = strlen(line) + 1;

	log_repeats_tick(repeats, now);
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].line && set[i].key == key) {
			set[i].count++;
			return false;
		}
		if (!set[i].line)
			room = &set[i];
		owned += set[i].line && *owner && set[i].owner == of;
	}
	if (size > REPEAT_LINE)
		size = REPEAT_LINE;
	if (!room || owned >= SHARE || !(room->line = malloc(size))) {
		repeats->beyond++;
		return false;
	}
	memcpy(room->line, line, size - 1);
	room->line[size - 1] = '\0';
	room->owner = of;
	room->key = key;
	room->since = now;
	room->count = 0;
	if (repeats->due > now + REPEAT_MS || repeats->due == 0)
		repeats->due = now + REPEAT_MS;
	return true;
}

void log_repeats_say(struct log_repeats *repeats, const char *owner, const char *line, int64_t now)
{
	if (log_repeats_admit(repeats, owner, line, now))
		repeats->write(line);
}
