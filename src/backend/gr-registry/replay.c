/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - the ledger into an older registry */
#include "gr-registry/replay.h"
#include "complain.h"
#include "jobs/queue.h"
#include "json.h"
#include "registry/certificate.h"
#include "registry/retained_certificate.h"
#include "registry/revocation.h"
#include "registry/rotation.h"
#include "registry/thing.h"
#include "str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 1 << 20 };

/* Some words of a line, "" where there are none. */
static const char *word(const json_t *line, const char *member)
{
	const char *text = json_text(line, member);

	return text ? text : "";
}

static bool has_row(enum status *st, struct db *db, const char *sql, const char *name)
{
	int64_t found = 0;

	*st = db_number(&found, db, sql, "s", name);
	return *st == GR_OK;
}

/*
 * A policy or a group that is missing in the copy is passed over: the certificate is what counts.
 */
static enum status attach_all(struct replay *r, const json_t *line, const char *certificate,
			      const char *thing)
{
	const json_t *name;
	enum status st = GR_OK;
	int64_t policies = 0;
	size_t i;

	json_array_foreach(json_object_get(line, "policies"), i, name)
		if (json_is_string(name) &&
		    has_row(&st, r->db, "SELECT 1 FROM policy WHERE name = ?",
			    json_string_value(name)))
			if ((st = policy_attach(r->db, json_string_value(name), certificate)) !=
			    GR_OK)
				return st;
	json_array_foreach(json_object_get(line, "thingGroups"), i, name)
		if (json_is_string(name) &&
		    has_row(&st, r->db, "SELECT 1 FROM thing_group WHERE name = ?",
			    json_string_value(name)))
			if ((st = group_add(r->db, json_string_value(name), thing)) != GR_OK)
				return st;
	if (st == GR_FAIL ||
	    (st = db_number(&policies, r->db,
			    "SELECT count(*) FROM certificate_policy WHERE certificate = ?", "s",
			    certificate)) != GR_OK)
		return GR_FAIL;
	r->bare += policies == 0;
	return GR_OK;
}

/*
 * Two lines for one key: the transaction of the first was lost and its certificate never left, so
 * the second counts. GR_NO, silent: there is none to give way.
 */
static enum status take_place(char gone[static 65], struct replay *r, const char *thing,
			      const struct cert *cert, const char *old)
{
	sqlite3_stmt *row;
	enum status st;
	int64_t again;

	/*
	 * Versions up to 2 certified a key once more in another form: that certificate stands
	 * beside the one it was asked for over.
	 */
	if ((st = db_number(&again, r->db, "SELECT 1 FROM certificate WHERE id = ? AND spki = ?",
			    "ss", old, cert->spki)) != GR_NO)
		return st;
	st = db_query(&row, r->db,
		      "SELECT c.id FROM principal p JOIN certificate c ON c.id = p.certificate"
		      " WHERE p.thing = ?1 AND c.spki = ?2 AND c.id <> ?3",
		      "sss", thing, cert->spki, cert->id);

	if (st != GR_OK)
		return st;
	str_copy(gone, 65, db_text(row, 0));
	db_done(row);
	return GR_OK;
}

static enum status give_way(struct replay *r, const char *gone, const struct cert *cert,
			    const char *pem)
{
	enum status st;

	if (!gone[0])
		return GR_OK;
	if ((st = policy_copy(r->db, cert->id, gone)) != GR_OK ||
	    (st = db_run(r->db, "DELETE FROM principal WHERE certificate = ?", "s", gone)) !=
		GR_OK ||
	    (st = db_run(r->db, "DELETE FROM certificate_policy WHERE certificate = ?", "s",
			 gone)) != GR_OK ||
	    (st = db_run(r->db, "DELETE FROM certificate WHERE id = ?", "s", gone)) != GR_OK)
		return st;
	return db_run(r->db, "UPDATE rotation SET new = ?2, pem = ?3 WHERE new = ?1", "sss", gone,
		      cert->id, pem);
}

/*
 * GR_NO, silent: the registry has it, or had it and has forgotten it since. gone: the one that
 * gives way to it, or "".
 */
static enum status add_certificate(char gone[static 65], struct replay *r, const json_t *line,
				   const char *thing, const struct cert *cert)
{
	const struct certificate_origin origin = {
		word(line, "authority"), json_is_true(json_object_get(line, "private"))
	};
	const char *status = word(line, "status");
	int64_t at = json_number(line, "at", r->now);
	const struct certificate_past past = { .status = status[0] ? status : "ACTIVE",
					       .created = json_number(line, "created", at) };
	struct certificate known;
	enum status st = certificate_get(&known, r->db, cert->id);

	gone[0] = '\0';
	if (st != GR_NO)
		return st == GR_OK ? GR_NO : st;
	if ((st = certificate_key_seen(r->db, cert->spki)) == GR_FAIL ||
	    (st == GR_OK &&
	     (st = take_place(gone, r, thing, cert, word(line, "oldCertificateId"))) != GR_OK))
		return st;
	if ((st = thing_create(r->db, thing, at)) != GR_OK ||
	    (st = certificate_add(r->db, cert, &origin, &past)) != GR_OK ||
	    (st = certificate_see_key(r->db, cert->spki, thing, at)) != GR_OK ||
	    (st = certificate_attach(r->db, cert->id, thing, at)) != GR_OK)
		return st == GR_FAIL ? st : GR_BAD;
	r->certificates++;
	return GR_OK;
}

/* The execution itself if the copy has it, else a number that no execution ever has. */
static enum status execution_of(int64_t *id, struct replay *r, const json_t *line)
{
	struct execution x;
	enum status st = execution_find(&x, r->db, word(line, "thingName"), word(line, "jobId"),
					json_number(line, "executionNumber", 0));
	struct rotation other;

	if (st == GR_OK && (st = rotation_of_execution(&other, r->db, x.id)) == GR_NO) {
		*id = x.id;
		return GR_OK;
	}
	return st == GR_FAIL
	    ? st
	    : db_number(id, r->db, "SELECT min(0, coalesce(min(execution), 0)) - 1 FROM rotation",
			"");
}

/*
 * The custody record that create wrote: it explains the two certificates, and knows later which
 * one lost.
 */
static enum status add_rotation(struct replay *r, const json_t *line, const struct cert *cert)
{
	struct rotation_request q = {
		.number = json_number(line, "executionNumber", 1),
		.thing = word(line, "thingName"), .job = word(line, "jobId"),
		.client = word(line, "thingName"), .old_id = word(line, "oldCertificateId"),
		.new_id = cert->id, .spki = cert->spki,
		.csr = "", .pem = word(line, "certificatePem"),
		.not_ours = json_is_true(json_object_get(line, "notOurs"))
	};
	enum status st = execution_of(&q.execution, r, line);

	return st == GR_OK ? rotation_insert(r->db, &q, json_number(line, "at", r->now)) : st;
}

static enum status take_certificate(struct replay *r, const json_t *line)
{
	const char *pem = word(line, "certificatePem"), *old = word(line, "oldCertificateId"),
		   *thing = word(line, "thingName");
	struct cert cert = { 0 };
	char gone[65];
	enum status st;

	if (!str_is_thing(thing) || cert_from_pem(&cert, pem, strlen(pem), "ledger") != GR_OK) {
		r->unreadable++;
		return GR_OK;
	}
	st = add_certificate(gone, r, line, thing, &cert);
	if (st == GR_OK && old[0] &&
	    ((st = policy_copy(r->db, cert.id, old)) != GR_OK ||
	     (!gone[0] && (st = add_rotation(r, line, &cert)) != GR_OK)))
		st = GR_FAIL;
	if (st == GR_OK)
		st = give_way(r, gone, &cert, pem);
	if (st == GR_OK)
		st = attach_all(r, line, cert.id, thing);
	cert_release(&cert);
	return st == GR_NO ? GR_OK : st;
}

/* A device said its last word, so its execution is over. */
static enum status end_execution(struct replay *r, const json_t *line, enum survivor survivor)
{
	struct execution x;
	enum status st = execution_find(&x, r->db, word(line, "thingName"), word(line, "jobId"),
					json_number(line, "executionNumber", 0));

	if (st != GR_OK || execution_is_terminal(x.status))
		return st == GR_NO ? GR_OK : st;
	return queue_move(r->db, &x,
			  survivor == SURVIVOR_NEW ? EXECUTION_SUCCEEDED : EXECUTION_FAILED, NULL,
			  r->now);
}

static enum status take_survivor(struct replay *r, const json_t *line)
{
	enum survivor survivor = strcmp(word(line, "survivor"), "NEW") == 0 ? SURVIVOR_NEW
									    : SURVIVOR_OLD;
	struct rotation rotation;
	enum status st = rotation_newest(&rotation, r->db, word(line, "thingName"),
					 word(line, "jobId"),
					 json_number(line, "executionNumber", 0));

	if (st != GR_OK || rotation.survivor != SURVIVOR_NONE)
		return st == GR_NO ? GR_OK : st;
	r->survivors++;
	if ((st = rotation_decide(r->db, rotation.id, survivor,
				  json_number(line, "at", r->now))) != GR_OK ||
	    (survivor == SURVIVOR_NEW &&
	     (st = retained_certificate_release(r->db, rotation.thing, rotation.new_id)) != GR_OK))
		return GR_FAIL;
	return end_execution(r, line, survivor);
}

/*
 * The ledger does not tell over which certificates a thing was seen: each of them may be one to go
 * back to.
 */
static enum status take_settled(struct replay *r, const json_t *line)
{
	const char *thing = word(line, "thingName");
	int64_t at = json_number(line, "at", r->now);
	bool settled;
	enum status st = db_run(r->db,
				"UPDATE certificate SET seen = coalesce(seen, ?2) WHERE id IN "
				"(SELECT certificate FROM principal WHERE thing = ?1)",
				"si", thing, at);

	if (st == GR_OK &&
	    (st = rotation_settle_others(&settled, r->db, thing, 0, word(line, "certificateId"),
					 at)) == GR_OK)
		r->survivors += settled;
	return st;
}

static enum status take_revoked(struct replay *r, const json_t *line)
{
	const char *id = word(line, "certificateId"), *reason = word(line, "reason");
	struct certificate c;
	enum status st = certificate_get(&c, r->db, id);

	if (st != GR_OK || c.revoked)
		return st == GR_NO ? GR_OK : st;
	r->revoked++;
	return revocation_add(r->db, id,
			      revocation_reason(reason) < 0 ? REVOCATION_UNSPECIFIED : reason,
			      json_number(line, "at", r->now));
}

static enum status take_status(struct replay *r, const json_t *line)
{
	const char *id = word(line, "certificateId"), *status = word(line, "status");
	struct certificate c;
	enum status st = certificate_get(&c, r->db, id);

	if (st != GR_OK || c.revoked ||
	    (strcmp(status, "ACTIVE") != 0 && strcmp(status, "INACTIVE") != 0))
		return st == GR_FAIL ? st : GR_OK;
	return certificate_set_status(r->db, id, status);
}

static enum status take_line(struct replay *r, const char *text, size_t len)
{
	static const struct {
		const char *name;
		enum status (*take)(struct replay *, const json_t *);
	} events[] = { { "registered", take_certificate }, { "issued", take_certificate },
		       { "survivor", take_survivor },	   { "settled", take_settled },
		       { "revoked", take_revoked },	   { "status", take_status } };
	json_t *line = json_object_parse(text, len);
	const char *event = word(line, "event");
	enum status st = GR_NO;

	/* The signer's own account: what became of the certificate stands in other lines. */
	if (strcmp(event, "signed") == 0) {
		json_decref(line);
		return GR_OK;
	}
	for (size_t i = 0; i < sizeof events / sizeof events[0] && st == GR_NO; i++)
		if (strcmp(event, events[i].name) == 0)
			st = events[i].take(r, line);
	json_decref(line);
	r->lines++;
	r->unreadable += st == GR_NO;
	return st == GR_NO ? GR_OK : st;
}

/* The last line may still be on its way; it is taken once it is whole. */
static enum status take_lines(struct replay *r, FILE *file, const char *path, char *text,
			      off_t *end)
{
	enum status st = GR_OK;

	while (st == GR_OK && fgets(text, LINE_SIZE, file)) {
		size_t len = strlen(text);

		if (feof(file) && (len == 0 || text[len - 1] != '\n'))
			break;
		if (len > 1)
			st = take_line(r, text, len);
		*end = ftello(file);
	}
	if (st == GR_OK && ferror(file)) {
		complain("%s: %s", path, strerror(errno));
		st = GR_FAIL;
	}
	return st;
}

enum status replay_ledger(struct replay *r, const char *path, off_t from, off_t *end)
{
	FILE *file = fopen(path, "re");
	char *text = malloc(LINE_SIZE);
	enum status st = GR_FAIL;

	*end = from;
	if (!file || !text || fseeko(file, from, SEEK_SET) != 0)
		complain("%s: %s", path, strerror(errno));
	else
		st = take_lines(r, file, path, text, end);
	if (file)
		fclose(file);
	free(text);
	return st;
}
