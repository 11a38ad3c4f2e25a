/* SPDX-License-Identifier: Apache-2.0 */
/* lite.c - reads config.db of nucleus lite */
#include "config/greengrass/lite.h"
#include "complain.h"
#include "file.h"
#include "json.h"
#include "str.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	LITE_FILE_MAX = 64 << 20,
	LITE_DEPTH = 5,
	LITE_WAIT = 5000,	/* milliseconds to wait for a lock; a write takes far less */
	LITE_STEPS = 5000000,	/* instructions of SQLite's VM a query: a hostile file must end */
	LITE_VALUE_MAX = 1 << 20
};

struct lite {
	sqlite3 *db;
	char path[PATH_MAX + 64];
};

/* "*" stands for the name of the nucleus's service. */
static const char *const keys[NUCLEUS_COUNT][LITE_DEPTH] = {
	[NUCLEUS_THING_NAME]            = { "system", "thingName" },
	[NUCLEUS_PRIVATE_KEY_PATH]      = { "system", "privateKeyPath" },
	[NUCLEUS_CERTIFICATE_FILE_PATH] = { "system", "certificateFilePath" },
	[NUCLEUS_ROOT_CA_PATH]          = { "system", "rootCaPath" },
	[NUCLEUS_IOT_DATA_ENDPOINT]     = { "services", "*", "configuration", "iotDataEndpoint" },
};

/* The names that the nucleus's service may have; newer versions also use the second one. */
static const char *const services[] = { "aws.greengrass.NucleusLite", "aws.greengrass.Nucleus" };

static enum status fail(const struct lite *lite)
{
	int code = sqlite3_errcode(lite->db);

	complain("%s: %s", lite->path,
		 code == SQLITE_INTERRUPT ? "takes too long to read" : sqlite3_errmsg(lite->db));
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_NOMEM:
		return GR_FAIL;
	default:
		return GR_BAD;
	}
}

static int give_up(void *unused)
{
	(void)unused;
	return 1;
}

static enum status database_open(struct lite *lite)
{
	if (sqlite3_open_v2(lite->path, &lite->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK) {
		if (lite->db)
			return fail(lite);
		complain("%s: out of memory", lite->path);
		return GR_FAIL;
	}
	sqlite3_busy_timeout(lite->db, LITE_WAIT);
	sqlite3_limit(lite->db, SQLITE_LIMIT_LENGTH, LITE_VALUE_MAX);
	sqlite3_db_config(lite->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(lite->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_progress_handler(lite->db, LITE_STEPS, give_up, NULL);
	/* One read transaction for all values, so that they belong together. */
	return sqlite3_exec(lite->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK ? GR_OK : fail(lite);
}

/* A query; its parameter ?1 is name and ?2 is id. NULL or 0: it does not have that parameter. */
struct query {
	const char *sql, *name;
	int64_t id;
};

static enum status bind(const struct lite *lite, sqlite3_stmt *stmt, const struct query *query)
{
	const char *name = query->name;

	if (name && sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC) != SQLITE_OK)
		return fail(lite);
	if (query->id && sqlite3_bind_int64(stmt, 2, query->id) != SQLITE_OK)
		return fail(lite);
	return GR_OK;
}

/* GR_NO, silent: there are no more rows. */
static enum status step(const struct lite *lite, sqlite3_stmt *stmt)
{
	switch (sqlite3_step(stmt)) {
	case SQLITE_ROW: return GR_OK;
	case SQLITE_DONE: return GR_NO;
	default: return fail(lite);
	}
}

/* Reads the first column of the next row. GR_NO, silent: there is no row. */
static enum status read_row(int64_t *number, char **text, const struct lite *lite,
			    sqlite3_stmt *stmt)
{
	const char *column;
	enum status st;

	if ((st = step(lite, stmt)) != GR_OK)
		return st;
	*number = sqlite3_column_int64(stmt, 0);
	if (!text)
		return GR_OK;
	column = (const char *)sqlite3_column_text(stmt, 0);
	if ((*text = strdup(column ? column : "null")))
		return GR_OK;
	complain("%s: out of memory", lite->path);
	return GR_FAIL;
}

/*
 * Reads the first column of the one row that the query yields, as a number and, unless text is
 * NULL, as text (free it). GR_NO, silent: no row. GR_BAD, one line: more than one row.
 */
static enum status ask(int64_t *number, char **text, const struct lite *lite,
		       const struct query *query)
{
	sqlite3_stmt *stmt = NULL;
	enum status st, more;

	if (text)
		*text = NULL;
	if (sqlite3_prepare_v2(lite->db, query->sql, -1, &stmt, NULL) != SQLITE_OK)
		return fail(lite);
	if ((st = bind(lite, stmt, query)) == GR_OK)
		st = read_row(number, text, lite, stmt);
	if (st == GR_OK && (more = step(lite, stmt)) != GR_NO) {
		st = more;
		if (more == GR_OK) {
			complain("%s: %s: set twice", lite->path,
				 query->name ? query->name : "a value");
			st = GR_BAD;
		}
	}
	sqlite3_finalize(stmt);
	if (st != GR_OK && text) {
		free(*text);
		*text = NULL;
	}
	return st;
}

/*
 * Checks that the three tables exist as tables: a view of such a name could run any query. GR_NO,
 * silent: the database is empty.
 */
static enum status check_tables(const struct lite *lite)
{
	static const struct query everything = { .sql = "SELECT count(*) FROM sqlite_master" };
	static const struct query tables = {
		.sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table'"
		       " AND name IN ('keyTable', 'relationTable', 'valueTable')"
	};
	enum status st;
	int64_t n, all;

	if ((st = ask(&all, NULL, lite, &everything)) != GR_OK)
		return st;
	if ((st = ask(&n, NULL, lite, &tables)) != GR_OK)
		return st;
	if (n == 3)
		return GR_OK;
	if (all == 0)
		return GR_NO;
	complain("%s: not a configuration of nucleus lite", lite->path);
	return GR_BAD;
}

/* Follows path from the root key, with service in place of "*". GR_NO, silent: no such key. */
static enum status find_key(int64_t *id, const struct lite *lite, const char *const path[],
			    const char *service)
{
	static const char root[] = "SELECT keyid FROM keyTable WHERE keyvalue = ?1"
				   " AND keyid NOT IN (SELECT keyid FROM relationTable)";
	static const char child[] = "SELECT k.keyid FROM relationTable r"
				    " JOIN keyTable k ON k.keyid = r.keyid"
				    " WHERE k.keyvalue = ?1 AND r.parentid = ?2";
	enum status st = GR_OK;

	*id = 0;
	for (size_t i = 0; i < LITE_DEPTH && path[i] && st == GR_OK; i++) {
		struct query query = { i == 0 ? root : child, path[i], *id };

		if (strcmp(path[i], "*") == 0)
			query.name = service;
		st = ask(id, NULL, lite, &query);
	}
	return st;
}

/*
 * Takes a JSON string or number as text; other kinds are left out. A value that came from a YAML
 * file is a string, one that came by a deployment may be a number.
 */
static enum status take_json(struct nucleus *nucleus, enum nucleus_item item, const char *json,
			     const char *source, int64_t stamp)
{
	json_t *value = json_loads(json, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	enum status st = GR_OK;

	if (!value) {
		complain("%s: not JSON", source);
		st = GR_BAD;
	} else if (json_is_string(value)) {
		st = nucleus_take(nucleus, item, json_string_value(value), source, stamp);
	} else if (json_is_number(value)) {
		st = nucleus_take(nucleus, item, json, source, stamp);
	}
	json_decref(value);
	return st;
}

/* Takes the item from the key of this service. GR_NO, silent: no such key, or without a value. */
static enum status take_key(struct nucleus *nucleus, enum nucleus_item item,
			    const struct lite *lite, const char *service)
{
	struct query value = { .sql = "SELECT value FROM valueTable WHERE keyid = ?2" };
	struct query time = { .sql = "SELECT timeStamp FROM valueTable WHERE keyid = ?2" };
	char source[sizeof lite->path + 256];
	int64_t id, ignored, stamp;
	char *json = NULL;
	enum status st;

	if ((st = find_key(&id, lite, keys[item], service)) != GR_OK)
		return st;
	if (strcmp(keys[item][0], "system") == 0)
		str_format(source, sizeof source, "%s: system.%s", lite->path, keys[item][1]);
	else
		str_format(source, sizeof source, "%s: services.%s.configuration.%s", lite->path,
			   service, keys[item][3]);
	value.id = time.id = id;
	if ((st = ask(&ignored, &json, lite, &value)) != GR_OK)
		return st;
	st = ask(&stamp, NULL, lite, &time);
	if (st == GR_OK)
		st = take_json(nucleus, item, json, source, stamp);
	free(json);
	return st;
}

static enum status take_item(struct nucleus *nucleus, enum nucleus_item item,
			     const struct lite *lite)
{
	enum status st = GR_OK;

	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
		if (nucleus->value[item])
			return GR_OK;
		st = take_key(nucleus, item, lite, services[i]);
		if (st != GR_OK && st != GR_NO)
			return st;
	}
	return GR_OK;
}

static enum status take_all(struct nucleus *nucleus, const struct lite *lite)
{
	enum status st = GR_OK;

	for (enum nucleus_item i = 0; i < NUCLEUS_COUNT && st == GR_OK; i++)
		if (keys[i][0])
			st = take_item(nucleus, i, lite);
	return st;
}

enum status lite_read(struct nucleus *nucleus)
{
	struct lite lite = { 0 };
	enum status st;
	int fd;

	str_format(lite.path, sizeof lite.path, "%s/config.db", nucleus->root);
	/*
	 * Open the file once before SQLite does: file_open's error lines say more than SQLite's.
	 * Close it before SQLite opens it, because a later close would drop SQLite's POSIX locks.
	 */
	if ((st = file_open(&fd, lite.path, LITE_FILE_MAX)) != GR_OK)
		return st;
	close(fd);
	nucleus_note_file(nucleus, lite.path);
	if ((st = database_open(&lite)) == GR_OK)
		st = check_tables(&lite);
	if (st == GR_OK)
		st = take_all(nucleus, &lite);
	sqlite3_close(lite.db);
	return st;
}
