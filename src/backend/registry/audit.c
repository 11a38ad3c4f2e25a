/* SPDX-License-Identifier: Apache-2.0 */
/* audit.c - what is wrong with certificates in use */
#include "registry/audit.h"
#include "cert.h"
#include "registry/audit_keys.h"
#include "registry/command.h"
#include "str.h"
#include "strength.h"

#include <string.h>

enum { DAY_MS = 86400000, DETAIL = 256, STEP = 1024 };

struct scan {
	const struct audit *audit;
	struct db *db;
	struct audit_keys keys;
};

static const char *const names[] = {
	[AUDIT_EXPIRED] = "expired", [AUDIT_EXPIRING] = "expiring", [AUDIT_OLD] = "old",
	[AUDIT_WEAK] = "weak", [AUDIT_SHARED] = "shared-key",
	[AUDIT_UNATTACHED] = "not-attached", [AUDIT_SEVERAL] = "two-certificates"
};

const char *audit_name(enum audit_check check)
{
	return names[check];
}

enum audit_check audit_find(const char *name)
{
	enum audit_check check = 0;

	while (check < AUDIT_CHECKS && strcmp(names[check], name) != 0)
		check++;
	return check;
}

bool audit_is_mended_by_rotation(enum audit_check check)
{
	return check == AUDIT_EXPIRING || check == AUDIT_OLD || check == AUDIT_WEAK ||
	    check == AUDIT_SHARED;
}

static bool wants(const struct audit *a, enum audit_check check)
{
	return a->checks & (1u << check);
}

static enum status report(const struct audit *a, enum audit_check check, const char *thing,
			  const char *certificate, const char *detail)
{
	const struct audit_finding finding = { check, thing, certificate, detail };

	return wants(a, check) ? a->found(a->arg, &finding) : GR_OK;
}

static enum status check_end(const struct audit *a, const char *id, const char *thing,
			     int64_t not_after, int64_t created)
{
	int64_t left = not_after - a->now, margin = a->expiring_ms;
	char detail[DETAIL], at[32];

	if (a->a_third && (not_after - created) / 3 < margin)
		margin = (not_after - created) / 3;
	if (left > margin && left >= 0)
		return GR_OK;
	command_time(at, not_after);
	if (left < 0)
		str_format(detail, sizeof detail, "ended %s", at);
	else
		str_format(detail, sizeof detail, "ends %s, in %lld day(s)", at,
			   (long long)(left / DAY_MS));
	return report(a, left < 0 ? AUDIT_EXPIRED : AUDIT_EXPIRING, thing, id, detail);
}

static enum status check_age(const struct audit *a, const char *id, const char *thing,
			     int64_t created)
{
	char detail[DETAIL], at[32];

	if (a->now - created <= a->age_ms)
		return GR_OK;
	command_time(at, created);
	str_format(detail, sizeof detail, "registered %s, %lld day(s) ago", at,
		   (long long)((a->now - created) / DAY_MS));
	return report(a, AUDIT_OLD, thing, id, detail);
}

/* For a row whose key nobody has examined yet (keys_examine), or that was written by hand. */
static enum status read_strength(struct strength *s, struct scan *scan, const char *id)
{
	sqlite3_stmt *row;
	X509 *x509;
	enum status st = db_query(&row, scan->db, "SELECT pem FROM certificate WHERE id = ?", "s",
				  id);

	if (st != GR_OK)
		return GR_FAIL;
	x509 = cert_decode(db_text(row, 0), strlen(db_text(row, 0)));
	db_done(row);
	if (x509)
		strength_of(s, x509);
	else
		*s = (struct strength){ .key = "unreadable" };
	X509_free(x509);
	return GR_OK;
}

static enum status check_strength(struct scan *scan, const char *id, const char *thing,
				  struct strength *s)
{
	const char *problem;
	enum status st;

	if (s->key[0] == '\0' && (st = read_strength(s, scan, id)) != GR_OK)
		return st;
	problem = strength_problem(s);
	return problem ? report(scan->audit, AUDIT_WEAK, thing, id, problem) : GR_OK;
}

static enum status check_certificate(struct scan *scan, sqlite3_stmt *row)
{
	const struct audit *a = scan->audit;
	const char *id = db_text(row, 1), *thing = db_text(row, 7);
	struct strength strength = { 0 };
	enum status st;

	if ((st = check_end(a, id, thing, db_int(row, 3), db_int(row, 4))) != GR_OK ||
	    (st = check_age(a, id, thing, db_int(row, 4))) != GR_OK)
		return st;
	str_copy(strength.key, sizeof strength.key, db_text(row, 5));
	str_copy(strength.digest, sizeof strength.digest, db_text(row, 6));
	if (wants(a, AUDIT_WEAK) && (st = check_strength(scan, id, thing, &strength)) != GR_OK)
		return st;
	if (thing[0] == '\0')
		return report(a, AUDIT_UNATTACHED, thing, id, "ACTIVE, but attached to no thing");
	return wants(a, AUDIT_SHARED)
	    ? audit_keys_add(&scan->keys, db_text(row, 2), db_int(row, 0))
	    : GR_OK;
}

static enum status check_certificates(struct scan *scan, int64_t *certificates)
{
	const struct audit *a = scan->audit;
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, scan->db,
	    "SELECT c.rowid, c.id, c.spki, c.not_after, c.created, c.key_type, c.digest, p.thing"
	    " FROM certificate c INDEXED BY certificate_audit LEFT JOIN principal p ON "
	    "p.certificate = c.id"
	    " WHERE c.status = 'ACTIVE' ORDER BY c.id",
	    "");

	for (*certificates = 0; st == GR_OK; st = db_next(scan->db, &row)) {
		if (check_certificate(scan, row) != GR_OK) {
			db_done(row);
			return GR_FAIL;
		}
		if (++*certificates % STEP == 0 && a->looked_at)
			a->looked_at(a->arg, *certificates);
	}
	return st == GR_NO ? GR_OK : st;
}

/*
 * Explained: by a rotation whose execution goes on, or by one that is decided, so that the loser
 * is about to be retired or is kept.
 */
static enum status count_certificates(int64_t *active, int64_t *unexplained, struct scan *scan,
				      const char *thing)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, scan->db,
	    "SELECT count(*), coalesce(sum(NOT EXISTS (SELECT 1 FROM rotation r LEFT JOIN "
	    "execution x ON x.id = r.execution"
	    " WHERE r.thing = ?1 AND r.retired IS NULL AND p.certificate IN (r.old, r.new)"
	    " AND (r.survivor IS NOT NULL OR x.status = 'IN_PROGRESS')) AND p.certificate NOT IN "
	    "(SELECT certificate FROM kept)), 0)"
	    " FROM principal p JOIN certificate c ON c.id = p.certificate WHERE p.thing = ?1 AND "
	    "c.status = 'ACTIVE'",
	    "s", thing);

	if (st != GR_OK)
		return GR_FAIL;
	*active = db_int(row, 0);
	*unexplained = db_int(row, 1);
	db_done(row);
	return GR_OK;
}

static enum status check_several(struct scan *scan, const char *thing)
{
	char detail[DETAIL];
	int64_t active = 0, unexplained = 0;
	sqlite3_stmt *row;
	enum status st = count_certificates(&active, &unexplained, scan, thing);

	if (st != GR_OK || active < 2 || unexplained == 0)
		return st;
	str_format(detail, sizeof detail, "%lld ACTIVE certificates that no rotation explains",
		   (long long)active);
	st = db_query(&row, scan->db,
		      "SELECT job FROM rotation WHERE thing = ? AND survivor IS NULL ORDER BY id "
		      "DESC LIMIT 1",
		      "s", thing);
	if (st == GR_OK)
		str_format(detail, sizeof detail,
			   "%lld ACTIVE certificates: job %s has ended, and the device has not "
			   "said which one lives",
			   (long long)active, db_text(row, 0));
	db_done(row);
	return st == GR_FAIL ? st : report(scan->audit, AUDIT_SEVERAL, thing, "", detail);
}

static enum status check_things(struct scan *scan)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, scan->db,
	    "SELECT thing FROM principal GROUP BY thing HAVING count(*) > 1 ORDER BY thing", "");

	for (; st == GR_OK; st = db_next(scan->db, &row))
		if (check_several(scan, db_text(row, 0)) != GR_OK) {
			db_done(row);
			return GR_FAIL;
		}
	return st == GR_NO ? GR_OK : st;
}

enum status audit_size(int64_t *certificates, struct db *db)
{
	return db_number(certificates, db, "SELECT coalesce(sum(certificates), 0) FROM expiry",
			 "");
}

enum status audit_run(int64_t *certificates, const struct audit *audit, struct db *db)
{
	struct scan scan = { .audit = audit, .db = db };
	enum status st = check_certificates(&scan, certificates);

	if (st == GR_OK)
		st = audit_keys_check(&scan.keys, audit, db);
	if (st == GR_OK && wants(audit, AUDIT_SEVERAL))
		st = check_things(&scan);
	audit_keys_release(&scan.keys);
	return st;
}
