/* SPDX-License-Identifier: Apache-2.0 */
/* registry_reader.c - reads the registry for the broker plugin */
#include "registry/registry_reader.h"
#include "registry/schema.h"
#include "registry/second_look.h"
#include "str.h"

#include <openssl/pem.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BUSY_MS = 100 };	/* the whole broker waits meanwhile; readers in WAL mode hardly ever do */

enum query {
	QUERY_VERSION,
	QUERY_CERTIFICATE,
	QUERY_PEM,
	QUERY_POLICIES,
	QUERY_USABLE_AFTER_ALL,
	QUERY_POLICIES_DIFFER,
	QUERY_MAY_BE_ADOPTED,
	QUERY_DATA_VERSION,
	QUERY_EPOCH,
	QUERY_LAST,
	QUERY_DEPARTED,
	QUERY_COUNT
};

static const char *const sql[QUERY_COUNT] = {
	[QUERY_VERSION] = "SELECT value FROM meta WHERE key = 'version'",
	[QUERY_CERTIFICATE] =
	    "SELECT c.status, p.thing, EXISTS (SELECT 1 FROM revoked WHERE certificate = ?1),"
	    " (SELECT value FROM meta WHERE key = 'version')"
	    " FROM (SELECT ?1 AS id) AS q LEFT JOIN certificate AS c ON c.id = q.id"
	    " LEFT JOIN principal AS p ON p.certificate = q.id",
	[QUERY_PEM] = "SELECT pem FROM certificate WHERE id = ?1",
	[QUERY_POLICIES] = "SELECT p.name, p.document FROM certificate_policy AS a JOIN policy AS "
			   "p ON p.name = a.policy"
			   " WHERE a.certificate = ?1",
	[QUERY_USABLE_AFTER_ALL] = "SELECT " SECOND_LOOK_USABLE " OR " SECOND_LOOK_DAMAGED,
	[QUERY_POLICIES_DIFFER] =
	    "SELECT " SECOND_LOOK_POLICIES_DIFFER " OR " SECOND_LOOK_DAMAGED,
	[QUERY_MAY_BE_ADOPTED] =
	    "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'adopting')"
	    " AND NOT EXISTS (SELECT 1 FROM certificate WHERE id = ?1)"
	    " AND NOT EXISTS (SELECT 1 FROM revoked WHERE certificate = ?1)"
	    " AND NOT EXISTS (SELECT 1 FROM rotation WHERE new = ?1 OR old = ?1)",
	[QUERY_DATA_VERSION] = "PRAGMA data_version",
	[QUERY_EPOCH] = "SELECT value FROM meta WHERE key = 'policy_epoch'",
	[QUERY_LAST] = "SELECT ifnull(max(seq), 0) FROM departure",
	[QUERY_DEPARTED] =
	    "SELECT seq, certificate FROM departure WHERE seq > ?1 ORDER BY seq LIMIT ?2",
};

struct registry_reader {
	sqlite3 *db;			/* NULL: closed */
	sqlite3_stmt *query[QUERY_COUNT];
	dev_t device;
	ino_t inode;
	sqlite3_int64 data_version, registry_epoch, departure;
	unsigned long epoch;
	bool damage;			/* see registry_reader_met_damage */
	bool behind;			/* departures are left from the last poll */
	char reason[256];
	char path[];
};

struct registry_reader *registry_reader_new(const char *path)
{
	struct registry_reader *reader = calloc(1, sizeof *reader + strlen(path) + 1);

	if (reader)
		strcpy(reader->path, path);
	return reader;
}

static void close_all(struct registry_reader *reader)
{
	for (int i = 0; i < QUERY_COUNT; i++) {
		sqlite3_finalize(reader->query[i]);
		reader->query[i] = NULL;
	}
	sqlite3_close(reader->db);
	reader->db = NULL;
}

void registry_reader_free(struct registry_reader *reader)
{
	if (reader)
		close_all(reader);
	free(reader);
}

bool registry_reader_is_open(const struct registry_reader *reader)
{
	return reader->db != NULL;
}

const char *registry_reader_reason(const struct registry_reader *reader)
{
	return reader->reason;
}

bool registry_reader_met_damage(const struct registry_reader *reader)
{
	return reader->damage;
}

unsigned long registry_reader_epoch(const struct registry_reader *reader)
{
	return reader->epoch;
}

static enum status fail(struct registry_reader *reader, const char *reason)
{
	str_format(reader->reason, sizeof reader->reason, "%.255s", reason);
	reader->damage = false;
	close_all(reader);
	return GR_FAIL;
}

/*
 * Notes why; a database that is only busy stays open, and one with a damaged page too: it concerns
 * those alone whose rows are on it.
 */
static enum status fail_sqlite(struct registry_reader *reader)
{
	int code = sqlite3_errcode(reader->db) & 0xff;

	str_format(reader->reason, sizeof reader->reason, "%.255s", sqlite3_errmsg(reader->db));
	reader->damage = code == SQLITE_CORRUPT;
	if (code != SQLITE_BUSY && code != SQLITE_LOCKED && code != SQLITE_CORRUPT)
		close_all(reader);
	return GR_FAIL;
}

/* Steps to the next row: GR_OK, or GR_NO after the last. Reset the statement when done with it. */
static enum status row(struct registry_reader *reader, enum query query)
{
	int rc = sqlite3_step(reader->query[query]);

	if (rc == SQLITE_ROW)
		return GR_OK;
	if (rc == SQLITE_DONE) {
		sqlite3_reset(reader->query[query]);
		return GR_NO;
	}
	sqlite3_reset(reader->query[query]);
	return fail_sqlite(reader);
}

static enum status start(struct registry_reader *reader, enum query query, const char *text)
{
	if (!reader->db)
		return GR_FAIL;
	if (sqlite3_bind_text(reader->query[query], 1, text, -1, SQLITE_TRANSIENT) != SQLITE_OK)
		return fail_sqlite(reader);
	return GR_OK;
}

/* The first column of the first row. */
static enum status number(struct registry_reader *reader, enum query query, sqlite3_int64 *value)
{
	enum status st = row(reader, query);

	if (st == GR_NO)
		return fail(reader, "a row of table meta is missing");
	if (st != GR_OK)
		return st;
	*value = sqlite3_column_int64(reader->query[query], 0);
	sqlite3_reset(reader->query[query]);
	return GR_OK;
}

static const char *text(struct registry_reader *reader, enum query query, int column)
{
	const char *value = (const char *)sqlite3_column_text(reader->query[query], column);

	return value ? value : "";
}

/* Another program may upgrade the tables while the broker has them open. */
static enum status check_version(struct registry_reader *reader, sqlite3_int64 version)
{
	if (version == SCHEMA_VERSION)
		return GR_OK;
	return fail(reader, "the schema has a version that this broker does not know: restart the "
			    "broker with the plugin of the gr that upgraded the registry");
}

/* Notes where polling begins: changes before this moment are seen by each query anyhow. */
static enum status mark(struct registry_reader *reader)
{
	sqlite3_int64 version;
	enum status st;

	if ((st = number(reader, QUERY_VERSION, &version)) != GR_OK)
		return st;
	if ((st = check_version(reader, version)) != GR_OK)
		return st;
	if ((st = number(reader, QUERY_DATA_VERSION, &reader->data_version)) != GR_OK ||
	    (st = number(reader, QUERY_EPOCH, &reader->registry_epoch)) != GR_OK)
		return st;
	return number(reader, QUERY_LAST, &reader->departure);
}

enum status registry_reader_open(struct registry_reader *reader)
{
	struct stat file;

	if (reader->db)
		return GR_OK;
	/* The file first: when it is replaced between the two, the next poll notices. */
	if (stat(reader->path, &file) != 0)
		return fail(reader, "no such file");
	reader->device = file.st_dev;
	reader->inode = file.st_ino;
	if (sqlite3_open_v2(reader->path, &reader->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		return fail(reader, reader->db ? sqlite3_errmsg(reader->db) : "out of memory");
	sqlite3_busy_timeout(reader->db, BUSY_MS);
	for (int i = 0; i < QUERY_COUNT; i++)
		if (sqlite3_prepare_v3(reader->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &reader->query[i], NULL) != SQLITE_OK)
			return fail(reader, sqlite3_errmsg(reader->db));
	reader->behind = false;
	reader->epoch++;
	if (mark(reader) != GR_OK) {
		close_all(reader);
		return GR_FAIL;
	}
	return GR_OK;
}

enum status registry_reader_certificate(struct registry_reader *reader,
					struct registry_reader_certificate *certificate,
					const char *id)
{
	enum status st = start(reader, QUERY_CERTIFICATE, id);

	*certificate = (struct registry_reader_certificate){ 0 };
	if (st != GR_OK || (st = row(reader, QUERY_CERTIFICATE)) != GR_OK)
		return GR_FAIL;
	st = check_version(reader, sqlite3_column_int64(reader->query[QUERY_CERTIFICATE], 3));
	if (st != GR_OK)
		return st;
	certificate->known = sqlite3_column_type(reader->query[QUERY_CERTIFICATE], 0) !=
	    SQLITE_NULL;
	certificate->revoked = sqlite3_column_int(reader->query[QUERY_CERTIFICATE], 2) != 0;
	str_copy(certificate->status, sizeof certificate->status,
		 text(reader, QUERY_CERTIFICATE, 0));
	str_copy(certificate->thing, sizeof certificate->thing,
		 text(reader, QUERY_CERTIFICATE, 1));
	sqlite3_reset(reader->query[QUERY_CERTIFICATE]);
	return GR_OK;
}

enum status registry_reader_may_be_adopted(struct registry_reader *reader, const char *id)
{
	sqlite3_int64 may = 0;
	enum status st = start(reader, QUERY_MAY_BE_ADOPTED, id);

	if (st == GR_OK)
		st = number(reader, QUERY_MAY_BE_ADOPTED, &may);
	return st == GR_OK && !may ? GR_NO : st;
}

enum status registry_reader_x509(struct registry_reader *reader, X509 **x509, const char *id)
{
	enum status st = start(reader, QUERY_PEM, id);
	BIO *bio;

	*x509 = NULL;
	if (st != GR_OK || (st = row(reader, QUERY_PEM)) == GR_FAIL)
		return GR_FAIL;
	if (st == GR_NO)
		return GR_OK;
	bio = BIO_new_mem_buf(text(reader, QUERY_PEM, 0), -1);
	/* With an empty passphrase, because OpenSSL else asks the terminal for one. */
	if (bio)
		*x509 = PEM_read_bio_X509(bio, NULL, NULL, (char *)"");
	BIO_free(bio);
	sqlite3_reset(reader->query[QUERY_PEM]);
	return GR_OK;
}

enum status registry_reader_policies(struct registry_reader *reader, const char *id,
				     enum status (*each)(void *arg, const char *name,
							 const char *document),
				     void *arg)
{
	enum status st = start(reader, QUERY_POLICIES, id);

	if (st != GR_OK)
		return st;
	while ((st = row(reader, QUERY_POLICIES)) == GR_OK) {
		st = each(arg, text(reader, QUERY_POLICIES, 0), text(reader, QUERY_POLICIES, 1));
		if (st != GR_OK) {
			sqlite3_reset(reader->query[QUERY_POLICIES]);
			return st;
		}
	}
	return st == GR_NO ? GR_OK : st;
}

enum status registry_reader_may_refuse(struct registry_reader *reader, const char *id,
				       const char *thing, enum registry_reader_refusal what)
{
	enum query query = what == REGISTRY_READER_BY_POLICY ? QUERY_POLICIES_DIFFER
							     : QUERY_USABLE_AFTER_ALL;
	sqlite3_int64 differs = 0;
	enum status st = start(reader, query, id);

	if (st == GR_OK && query == QUERY_USABLE_AFTER_ALL &&
	    sqlite3_bind_text(reader->query[query], 2, thing, -1, SQLITE_TRANSIENT) != SQLITE_OK)
		st = fail_sqlite(reader);
	if (st == GR_OK)
		st = number(reader, query, &differs);
	if (st != GR_OK || !differs)
		return st;
	reader->damage = true;
	str_format(reader->reason, sizeof reader->reason, "%s",
		   "the registry is damaged: its copies of this certificate's rows differ, or a "
		   "check found damage elsewhere");
	return GR_FAIL;
}

static enum status departures(struct registry_reader *reader, struct registry_reader_news *news)
{
	sqlite3_stmt *query = reader->query[QUERY_DEPARTED];
	enum status st;

	if (sqlite3_bind_int64(query, 1, reader->departure) != SQLITE_OK ||
	    sqlite3_bind_int(query, 2, REGISTRY_READER_BATCH) != SQLITE_OK)
		return fail_sqlite(reader);
	while ((st = row(reader, QUERY_DEPARTED)) == GR_OK) {
		reader->departure = sqlite3_column_int64(query, 0);
		if (news->count < REGISTRY_READER_BATCH)	/* LIMIT sees to it */
			str_copy(news->departed[news->count++], sizeof news->departed[0],
				 text(reader, QUERY_DEPARTED, 1));
	}
	reader->behind = st != GR_NO || news->count == REGISTRY_READER_BATCH;
	return st == GR_NO ? GR_OK : st;
}

enum status registry_reader_poll(struct registry_reader *reader, struct registry_reader_news *news)
{
	sqlite3_int64 version, schema, epoch;
	struct stat file;
	enum status st;

	news->count = 0;
	if (!reader->db)
		return GR_FAIL;
	if (stat(reader->path, &file) != 0 || file.st_dev != reader->device ||
	    file.st_ino != reader->inode)
		return fail(reader, "the file was replaced or removed");
	if ((st = number(reader, QUERY_DATA_VERSION, &version)) != GR_OK)
		return st;
	if (version == reader->data_version && !reader->behind)
		return GR_OK;
	if ((st = number(reader, QUERY_VERSION, &schema)) != GR_OK ||
	    (st = check_version(reader, schema)) != GR_OK)
		return st;
	if ((st = number(reader, QUERY_EPOCH, &epoch)) != GR_OK)
		return st;
	if (epoch != reader->registry_epoch)
		reader->epoch++;
	reader->registry_epoch = epoch;
	st = departures(reader, news);
	/* After an error the next poll tries again. */
	if (st == GR_OK)
		reader->data_version = version;
	return st;
}
