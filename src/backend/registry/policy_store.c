/* SPDX-License-Identifier: Apache-2.0 */
/* policy_store.c - policies and the certificates that they are attached to */
#include "registry/policy_store.h"
#include "complain.h"
#include "registry/certificate.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum status policy_store_put(struct db *db, const char *name, const char *document)
{
	if (!str_is_name(name, 128, "_+=,.@-")) {
		complain("%s: not a policy name (1 to 128 letters, digits or _+=,.@-)", name);
		return GR_BAD;
	}
	return db_run(db,
		      "INSERT INTO policy (name, document) VALUES (?1, ?2)"
		      " ON CONFLICT (name) DO UPDATE SET document = ?2",
		      "ss", name, document);
}

enum status policy_store_delete(struct db *db, const char *name)
{
	int64_t certificates = 0;
	enum status st = db_number(
	    &certificates, db,
	    "SELECT (SELECT count(*) FROM certificate_policy WHERE policy = name)"
	    " FROM policy WHERE name = ?",
	    "s", name);

	if (st == GR_NO)
		complain("%s: no such policy", name);
	else if (st == GR_OK && certificates > 0) {
		complain("%s: still attached to %lld certificate(s); detach it first", name,
			 (long long)certificates);
		st = GR_NO;
	}
	return st == GR_OK ? db_run(db, "DELETE FROM policy WHERE name = ?", "s", name) : st;
}

enum status policy_store_exists(struct db *db, const char *name)
{
	int64_t found = 0;

	return db_number(&found, db, "SELECT 1 FROM policy WHERE name = ?", "s", name);
}

static enum status need_both(struct db *db, const char *policy, const char *certificate)
{
	struct certificate c;
	enum status st = policy_store_exists(db, policy);

	if (st == GR_NO)
		complain("%s: no such policy", policy);
	return st == GR_OK ? certificate_need(&c, db, certificate) : st;
}

enum status policy_store_attach(struct db *db, const char *name, const char *certificate)
{
	enum status st = need_both(db, name, certificate);

	if (st == GR_OK)
		st = db_run(db,
			    "INSERT INTO certificate_policy (certificate, policy) VALUES (?, ?)"
			    " ON CONFLICT DO NOTHING",
			    "ss", certificate, name);
	/*
	 * A trigger would do this for policy_store_copy too, once a rotation, in vain: nobody is
	 * connected with the new certificate yet.
	 */
	return st == GR_OK
	    ? db_run(db, "UPDATE meta SET value = value + 1 WHERE key = 'policy_epoch'", "")
	    : st;
}

enum status policy_store_detach(struct db *db, const char *name, const char *certificate)
{
	enum status st = need_both(db, name, certificate);

	if (st != GR_OK)
		return st;
	return db_run(db, "DELETE FROM certificate_policy WHERE certificate = ? AND policy = ?",
		      "ss", certificate, name);
}

enum status policy_store_copy(struct db *db, const char *to, const char *from)
{
	return db_run(db,
		      "INSERT INTO certificate_policy (certificate, policy)"
		      " SELECT ?, policy FROM certificate_policy WHERE certificate = ?"
		      " ON CONFLICT DO NOTHING",
		      "ss", to, from);
}

enum status policy_store_document(char **document, struct db *db, const char *name)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT document FROM policy WHERE name = ?", "s",
				  name);

	if (st == GR_NO)
		complain("%s: no such policy", name);
	if (st == GR_OK && !(*document = strdup(db_text(row, 0)))) {
		complain("%s: out of memory", name);
		st = GR_FAIL;
	}
	db_done(row);
	return st;
}

enum status policy_store_list(struct db *db,
			      enum status (*each)(void *arg, const struct policy_row *row),
			      void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT name, document,"
	    " (SELECT count(*) FROM certificate_policy WHERE policy = name)"
	    " FROM policy ORDER BY name",
	    "");

	while (st == GR_OK) {
		const struct policy_row policy = { db_text(row, 0), db_text(row, 1),
						   db_int(row, 2) };

		st = db_each(db, &row, each(arg, &policy));
	}
	return db_ended(st);
}

enum status policy_store_names(struct db *db, const char *certificate,
			       enum status (*each)(void *arg, const char *name), void *arg)
{
	sqlite3_stmt *row;
	enum status st =
	    db_query(&row, db,
		     "SELECT policy FROM certificate_policy WHERE certificate = ? ORDER BY policy",
		     "s", certificate);

	while (st == GR_OK)
		st = db_each(db, &row, each(arg, db_text(row, 0)));
	return db_ended(st);
}
