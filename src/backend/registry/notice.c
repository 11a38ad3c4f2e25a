/* notice.c - what an operator is to be told */
#include "registry/notice.h"
#include "complain.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum { ID_ROOM = 64 };

enum status notice_channel_find(struct notice_channel *channel, struct db *db)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT done, attempts, due FROM channel WHERE name = ?", "s", channel->name);

	if (st == GR_NO) {
		channel->attempts = channel->due = 0;
		return db_number(&channel->done, db, "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'notice'), 0)", "");
	}
	if (st != GR_OK)
		return st;
	channel->done = db_int(row, 0);
	channel->attempts = db_int(row, 1);
	channel->due = db_int(row, 2);
	db_done(row);
	return GR_OK;
}

enum status notice_channel_save(struct db *db, const struct notice_channel *channel)
{
	return db_run(db, "INSERT INTO channel (name, done, attempts, due) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (name) DO UPDATE SET done = ?2, attempts = ?3, due = ?4", "siii", channel->name, channel->done, channel->attempts, channel->due);
}

static bool is_one_of(const char *name, const struct notice_channel *channels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(channels[i].name, name) == 0)
			return true;
	return false;
}

enum status notice_channels_keep(struct db *db, const struct notice_channel *channels, size_t count)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT name FROM channel", "");

	for (; st == GR_OK; st = db_next(db, &row))
		if (!is_one_of(db_text(row, 0), channels, count) && db_run(db, "DELETE FROM channel WHERE name = ?", "s", db_text(row, 0)) != GR_OK) {
			db_done(row);
			return GR_FAIL;
		}
	return st == GR_NO ? GR_OK : st;
}

/* What has no value is left out, by json_patch. */
static const char next_notice[] =
"SELECT id, CASE WHEN body <> '' THEN body ELSE json_patch('{}', json_object('eventType', event, 'timestamp', at / 1000,"
" 'summary', CASE event"
"   WHEN 'JOB_EXECUTION' THEN 'job ' || job || ' on ' || thing || ': ' || status || coalesce(': ' || json_extract(details, '$.DeviceFailureReason'), '')"
"   WHEN 'JOB' THEN 'job ' || job || ': ' || status || coalesce(': ' || comment, ': ' || reason, '')"
"   ELSE 'alarm ' || kind || coalesce(': ' || thing, '') || ': ' || text END,"
" 'jobId', job, 'thingName', thing, 'executionNumber', number, 'status', status, 'statusDetails', json(details),"
" 'reasonCode', reason, 'comment', comment, 'kind', kind, 'certificateId', certificate, 'text', text)) END"
" FROM notice WHERE id > ? ORDER BY id LIMIT 1";

enum status notice_next(int64_t *id, char **json, struct db *db, int64_t after)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, next_notice, "i", after);
	size_t size;

	if (st != GR_OK)
		return st;
	size = strlen(db_text(row, 1)) + ID_ROOM;
	*id = db_int(row, 0);
	if ((*json = malloc(size)))	/* the body begins with its brace */
		str_format(*json, size, "{\"notificationId\":%lld,%s\n", (long long)*id, db_text(row, 1) + 1);
	else
		complain("notification %lld: out of memory", (long long)*id);
	db_done(row);
	return *json ? GR_OK : GR_FAIL;
}

enum status notice_tidy(int *lost, struct db *db, int64_t kept_ms, int64_t now)
{
	enum status st = db_run(db, "DELETE FROM notice WHERE id <= (SELECT coalesce(min(done), 9223372036854775807) FROM channel)", "");

	if (st == GR_OK)
		st = db_run(db, "DELETE FROM notice WHERE id < (SELECT coalesce((SELECT id FROM notice WHERE at >= ? ORDER BY id LIMIT 1), 9223372036854775807))",
			    "i", now - kept_ms);
	if (st == GR_OK)
		*lost = db_changes(db);
	return st;
}
