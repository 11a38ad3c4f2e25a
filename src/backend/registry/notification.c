/* SPDX-License-Identifier: Apache-2.0 */
/* notification.c - what an operator is to be told */
#include "registry/notification.h"
#include "complain.h"
#include "json.h"
#include "printable.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum status notification_channel_find(struct notification_channel *channel, struct db *db)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT done, attempts, due FROM channel WHERE name = ?", "s",
				  channel->name);

	if (st == GR_NO) {
		channel->attempts = channel->due = 0;
		return db_number(
		    &channel->done, db,
		    "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'notice'), 0)",
		    "");
	}
	if (st != GR_OK)
		return st;
	channel->done = db_int(row, 0);
	channel->attempts = db_int(row, 1);
	channel->due = db_int(row, 2);
	db_done(row);
	return GR_OK;
}

enum status notification_channel_save(struct db *db, const struct notification_channel *channel)
{
	return db_run(db,
		      "INSERT INTO channel (name, done, attempts, due) VALUES (?1, ?2, ?3, ?4)"
		      " ON CONFLICT (name) DO UPDATE SET done = ?2, attempts = ?3, due = ?4",
		      "siii", channel->name, channel->done, channel->attempts, channel->due);
}

static bool is_one_of(const char *name, const struct notification_channel *channels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(channels[i].name, name) == 0)
			return true;
	return false;
}

enum status notification_channels_keep(struct db *db, const struct notification_channel *channels,
				       size_t count)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT name FROM channel", "");

	for (; st == GR_OK; st = db_next(db, &row))
		if (!is_one_of(db_text(row, 0), channels, count) &&
		    db_run(db, "DELETE FROM channel WHERE name = ?", "s", db_text(row, 0)) !=
			GR_OK) {
			db_done(row);
			return GR_FAIL;
		}
	return st == GR_NO ? GR_OK : st;
}

static json_t *harmless(const json_t *value);

static json_t *harmless_object(const json_t *object)
{
	json_t *copy = json_object(), *value;
	const char *key;

	json_object_foreach((json_t *)object, key, value) {
		json_object_set_new(copy, key, harmless(value));
	}
	return copy;
}

/*
 * A copy for channels, which hand it on as it is: to terminals, mail, logs. What registers hold
 * from before went through no door.
 */
static json_t *harmless(const json_t *value)
{
	char *text;
	json_t *copy;

	if (json_is_object(value))
		return harmless_object(value);
	if (!json_is_string(value) || !(text = strdup(json_string_value(value))))
		return json_deep_copy(value);
	printable_clean(text);
	copy = json_string(text);
	free(text);
	return copy;
}

/* NULL: out of memory, or no JSON. */
static json_t *read_body(const char *body)
{
	char *text = strdup(body);
	json_t *whole = NULL, *clean;

	if (text) {
		printable_clean(text);	/* bytes that are not UTF-8 would make it unreadable */
		whole = json_object_parse(text, strlen(text));
	}
	free(text);
	clean = whole ? harmless(whole) : NULL;
	json_decref(whole);
	return clean;
}

/* One line, with its end. NULL: out of memory. */
static char *make_line(int64_t id, const char *body)
{
	json_t *line = json_pack("{s:I}", "notificationId", (json_int_t)id),
	       *members = read_body(body);
	char *text, *more = NULL;
	size_t len;

	if (members)
		json_object_update(line, members);
	else
		json_object_set_new(line, "summary",
				    json_string("a notification that cannot be read"));
	json_decref(members);
	text = json_compact(line);
	json_decref(line);
	len = text ? strlen(text) : 0;
	if (text && (more = realloc(text, len + 2)))
		memcpy(more + len, "\n", 2);
	else
		free(text);
	return more;
}

/* What has no value is left out, by json_patch. */
static const char next_notice[] =
    "SELECT id, CASE WHEN body <> '' THEN body ELSE json_patch('{}', json_object('eventType', "
    "event, 'timestamp', at / 1000,"
    " 'summary', CASE event"
    "   WHEN 'JOB_EXECUTION' THEN 'job ' || job || ' on ' || thing || ': ' || status || "
    "coalesce(': ' || json_extract(details, '$.DeviceFailureReason'), '')"
    "   WHEN 'JOB' THEN 'job ' || job || ': ' || status || coalesce(': ' || comment, ': ' || "
    "reason, '')"
    "   ELSE 'alarm ' || kind || coalesce(': ' || thing, '') || ': ' || text END,"
    " 'jobId', job, 'thingName', thing, 'executionNumber', number, 'status', status, "
    "'statusDetails', json(details),"
    " 'reasonCode', reason, 'comment', comment, 'kind', kind, 'certificateId', certificate, "
    "'text', text)) END"
    " FROM notice WHERE id > ? ORDER BY id LIMIT 1";

enum status notification_next(int64_t *id, char **json, struct db *db, int64_t after)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, next_notice, "i", after);

	if (st != GR_OK)
		return st;
	*id = db_int(row, 0);
	if (!(*json = make_line(*id, db_text(row, 1))))
		complain("notification %lld: out of memory", (long long)*id);
	db_done(row);
	return *json ? GR_OK : GR_FAIL;
}

enum status notification_tidy(int *lost, struct db *db, int64_t kept_ms, int64_t now)
{
	enum status st = db_run(db,
				"DELETE FROM notice WHERE id <= (SELECT coalesce(min(done), "
				"9223372036854775807) FROM channel)",
				"");

	if (st == GR_OK)
		st = db_run(db,
			    "DELETE FROM notice WHERE id < (SELECT coalesce((SELECT id FROM "
			    "notice WHERE at >= ? ORDER BY id LIMIT 1), 9223372036854775807))",
			    "i", now - kept_ms);
	if (st == GR_OK)
		*lost = db_changes(db);
	return st;
}
