/* SPDX-License-Identifier: Apache-2.0 */
/* audit.c - what is wrong with certificates in use */
#include "registry/audit.h"
#include "base/utc.h"
#include "complain.h"
#include "registry/registered_keys.h"
#include "str.h"
#include "strength.h"

#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 86400000, DETAIL = 256, STEP = 1024 };

/*
 * Half of the SHA-256 over a public key, and where that certificate lies: sorted, equal keys are
 * neighbours.
 */
struct key_seen {
	uint64_t head[2];
	int64_t row;
};

struct keys_seen {
	struct key_seen *seen;
	size_t count, size;
};

struct scan {
	const struct audit *audit;
	struct db *db;
	struct keys_seen keys;
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

/* spki as the registry has it, of the certificate in that row. */
static enum status keys_add(struct keys_seen *k, const char *spki, int64_t row)
{
	size_t size = k->size ? 2 * k->size : 1024;
	unsigned char hash[32] = { 0 };
	struct key_seen *more;

	if (k->count == k->size) {
		more = realloc(k->seen, size * sizeof *more);
		if (!more) {
			complain("audit: out of memory");
			return GR_FAIL;
		}
		k->seen = more;
		k->size = size;
	}
	/*
	 * A row written by hand may have anything there; then it is compared with its own like
	 * alone.
	 */
	if (str_unhex(hash, sizeof hash, spki) < 16)
		str_copy((char *)hash, sizeof hash, spki);
	memcpy(k->seen[k->count].head, hash, sizeof k->seen->head);
	k->seen[k->count++].row = row;
	return GR_OK;
}

static int compare_keys(const void *a, const void *b)
{
	const struct key_seen *x = a, *y = b;

	for (int i = 0; i < 2; i++)
		if (x->head[i] != y->head[i])
			return x->head[i] < y->head[i] ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

struct holder {
	char certificate[65], thing[129];
};

static enum status read_holder(struct holder *h, struct db *db, int64_t certificate)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT c.id, p.thing FROM certificate c JOIN principal p ON "
				  "p.certificate = c.id WHERE c.rowid = ?",
				  "i", certificate);

	*h = (struct holder){ 0 };	/* detached or deleted since it was seen */
	if (st == GR_OK) {
		str_copy(h->certificate, sizeof h->certificate, db_text(row, 0));
		str_copy(h->thing, sizeof h->thing, db_text(row, 1));
		db_done(row);
	}
	return st == GR_FAIL ? st : GR_OK;
}

static enum status report_shared(const struct audit *a, const struct holder *h,
			  const struct holder *other)
{
	char detail[256];

	str_format(detail, sizeof detail, "has the key of certificate %s of thing %s",
		   other->certificate, other->thing);
	return report(a, AUDIT_SHARED, h->thing, h->certificate, detail);
}

/*
 * Certificates of one key: each that is another thing's than the first one's, and then the first.
 */
static enum status check_run(const struct audit *a, struct db *db, const struct key_seen *run,
			     size_t count)
{
	struct holder first, other = { 0 }, h;
	enum status st = read_holder(&first, db, run[0].row);

	for (size_t i = 1; st == GR_OK && i < count; i++) {
		st = read_holder(&h, db, run[i].row);
		if (st != GR_OK || strcmp(h.thing, first.thing) == 0)
			continue;
		other = h;
		st = report_shared(a, &h, &first);
	}
	return st == GR_OK && other.thing[0] ? report_shared(a, &first, &other) : st;
}

/* Finds each certificate whose key another thing has too. */
static enum status keys_check(struct keys_seen *k, const struct audit *a, struct db *db)
{
	enum status st = GR_OK;

	if (k->count > 0)
		qsort(k->seen, k->count, sizeof *k->seen, compare_keys);
	for (size_t i = 0, n; st == GR_OK && i < k->count; i += n) {
		for (n = 1; i + n < k->count &&
		     memcmp(k->seen[i].head, k->seen[i + n].head, sizeof k->seen->head) == 0;
		     n++)
			;
		if (n > 1)
			st = check_run(a, db, k->seen + i, n);
	}
	return st;
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
	utc_format(at, not_after);
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
	utc_format(at, created);
	str_format(detail, sizeof detail, "registered %s, %lld day(s) ago", at,
		   (long long)((a->now - created) / DAY_MS));
	return report(a, AUDIT_OLD, thing, id, detail);
}

/*
 * For a row whose key nobody has examined yet (registered_keys_examine), or that was written by
 * hand.
 */
static enum status read_strength(struct strength *s, struct scan *scan, const char *id)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, scan->db, "SELECT pem FROM certificate WHERE id = ?", "s",
				  id);

	if (st != GR_OK)
		return GR_FAIL;
	registered_keys_strength(s, db_text(row, 0));
	db_done(row);
	return GR_OK;
}

static enum status check_strength(struct scan *scan, const char *id, const char *thing,
				  struct strength *s)
{
	const char *problem;
	enum status st = GR_OK;

	if (s->key[0] == '\0')
		st = read_strength(s, scan, id);
	if (st != GR_OK)
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

	st = check_end(a, id, thing, db_int(row, 3), db_int(row, 4));
	if (st == GR_OK)
		st = check_age(a, id, thing, db_int(row, 4));
	str_copy(strength.key, sizeof strength.key, db_text(row, 5));
	str_copy(strength.digest, sizeof strength.digest, db_text(row, 6));
	if (st == GR_OK && wants(a, AUDIT_WEAK))
		st = check_strength(scan, id, thing, &strength);
	if (st != GR_OK)
		return st;
	if (thing[0] == '\0')
		return report(a, AUDIT_UNATTACHED, thing, id, "ACTIVE, but attached to no thing");
	return wants(a, AUDIT_SHARED)
	    ? keys_add(&scan->keys, db_text(row, 2), db_int(row, 0))
	    : GR_OK;
}

static enum status check_certificates(struct scan *scan, int64_t *certificates)
{
	const struct audit *a = scan->audit;
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, scan->db,
	    "SELECT c.rowid, c.id, c.spki, c.not_after, c.created, c.key_type, c.digest, p.thing"
	    " FROM certificate c INDEXED BY certificate_audit"
	    " LEFT JOIN principal p ON p.certificate = c.id"
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
	    "SELECT count(*), coalesce(sum("
	    "  NOT EXISTS (SELECT 1 FROM rotation r LEFT JOIN execution x ON x.id = r.execution"
	    "   WHERE r.thing = ?1 AND r.retired IS NULL AND p.certificate IN (r.old, r.new)"
	    "   AND (r.survivor IS NOT NULL OR x.status = 'IN_PROGRESS'))"
	    "  AND p.certificate NOT IN (SELECT certificate FROM kept)), 0)"
	    " FROM principal p JOIN certificate c ON c.id = p.certificate"
	    " WHERE p.thing = ?1 AND c.status = 'ACTIVE'",
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
		      "SELECT job FROM rotation WHERE thing = ? AND survivor IS NULL"
		      " ORDER BY id DESC LIMIT 1",
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
		st = keys_check(&scan.keys, audit, db);
	if (st == GR_OK && wants(audit, AUDIT_SEVERAL))
		st = check_things(&scan);
	free(scan.keys.seen);
	return st;
}
