/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - the ledger into an older registry */
#include "gr-registry/replay.h"
#include "issuer/ledger_chain.h"
#include "issuer/ledger_time.h"
#include "jobs/transition.h"
#include "json.h"
#include "registry/adopted_certificate.h"
#include "registry/certificate.h"
#include "registry/cut_off.h"
#include "registry/group.h"
#include "registry/history.h"
#include "registry/policy_store.h"
#include "registry/revocation.h"
#include "registry/rotation.h"
#include "registry/thing.h"
#include "rotation/settlement.h"
#include "str.h"

#include <string.h>

/* Some words of a line, "" where there are none. */
static const char *word(const json_t *line, const char *member)
{
	const char *text = json_text(line, member);

	return text ? text : "";
}

/*
 * A policy or a group that is missing in the copy is passed over: the certificate is what counts.
 */
static enum status attach_policy(struct replay *r, const char *name, const char *certificate)
{
	enum status st = policy_store_exists(r->db, name);

	if (st == GR_OK)
		st = policy_store_attach(r->db, name, certificate);
	return st == GR_NO ? GR_OK : st;
}

static enum status join_group(struct replay *r, const char *name, const char *thing)
{
	enum status st = group_exists(r->db, name);

	if (st == GR_OK)
		st = group_add(r->db, name, thing);
	return st == GR_NO ? GR_OK : st;
}

static enum status attach_all(struct replay *r, const json_t *line, const char *certificate,
			      const char *thing)
{
	const json_t *name;
	int64_t policies = 0;
	enum status st = GR_OK;
	size_t i;

	json_array_foreach(json_object_get(line, "policies"), i, name)
		if (st == GR_OK && json_is_string(name))
			st = attach_policy(r, json_string_value(name), certificate);
	json_array_foreach(json_object_get(line, "thingGroups"), i, name)
		if (st == GR_OK && json_is_string(name))
			st = join_group(r, json_string_value(name), thing);
	if (st == GR_OK)
		st = certificate_count_policies(&policies, r->db, certificate);
	r->bare += st == GR_OK && policies == 0;
	return st;
}

/*
 * The key was certified before. Two lines for one key: the transaction of the first was lost and
 * its certificate never left the backend, so the second counts. gone: the certificate of the
 * first; untouched where both stand. GR_NO, silent: the registry has forgotten the first.
 */
static enum status find_replaced(char gone[static 65], struct replay *r, const char *thing,
				 const struct cert *cert, const char *old)
{
	struct certificate over;
	enum status st = certificate_get(&over, r->db, old);

	if (st == GR_FAIL)
		return st;
	/*
	 * Versions up to 2 certified a key once more in another form: that certificate stands
	 * beside the one it was asked for over.
	 */
	if (st == GR_OK && strcmp(over.spki, cert->spki) == 0)
		return GR_OK;
	return certificate_holder(gone, r->db, thing, cert->spki, cert->id);
}

static enum status replace(struct replay *r, const char *gone, const struct cert *cert,
			   const char *pem)
{
	enum status st = policy_store_copy(r->db, cert->id, gone);

	return st == GR_OK ? certificate_replace(r->db, gone, cert->id, pem) : st;
}

static enum status insert_certificate(struct replay *r, const json_t *line, const char *thing,
				      const struct cert *cert)
{
	const struct certificate_origin origin = {
		word(line, "authority"), json_is_true(json_object_get(line, "private"))
	};
	const char *status = word(line, "status");
	int64_t at = json_number(line, "at", r->now);
	const struct certificate_past past = { .status = status[0] ? status : "ACTIVE",
					       .created = json_number(line, "created", at) };
	enum status st = thing_create(r->db, thing, at);

	if (st == GR_OK)
		st = certificate_add(r->db, cert, &origin, &past);
	if (st == GR_OK)
		st = certificate_see_key(r->db, cert->spki, thing, at);
	if (st == GR_OK)
		st = certificate_attach(r->db, cert->id, thing, at);
	if (st != GR_OK)
		return st == GR_FAIL ? st : GR_BAD;
	r->certificates++;
	return r->notes ? cut_off_note(r->db, thing, cert->id) : GR_OK;
}

/*
 * GR_NO, silent: the registry has it, or had it and has forgotten it since. gone: the one that it
 * replaces, or "".
 */
static enum status add_certificate(char gone[static 65], struct replay *r, const json_t *line,
				   const char *thing, const struct cert *cert)
{
	struct certificate known;
	enum status st = certificate_get(&known, r->db, cert->id);

	gone[0] = '\0';
	if (st != GR_NO)
		return st == GR_OK ? GR_NO : st;
	st = certificate_key_seen(r->db, cert->spki);
	if (st == GR_OK)
		st = find_replaced(gone, r, thing, cert, word(line, "oldCertificateId"));
	else if (st == GR_NO)
		st = GR_OK;
	return st == GR_OK ? insert_certificate(r, line, thing, cert) : st;
}

/* The execution itself if the copy has it, else a number that no execution ever has. */
static enum status execution_of(int64_t *id, struct replay *r, const json_t *line)
{
	struct execution x;
	enum status st = execution_find(&x, r->db, word(line, "thingName"), word(line, "jobId"),
					json_number(line, "executionNumber", 0));
	struct rotation other;

	if (st == GR_NO)
		return history_unused_execution(id, r->db);
	if (st == GR_OK)
		st = rotation_of_execution(&other, r->db, x.id);
	if (st == GR_OK)
		return history_unused_execution(id, r->db);
	*id = x.id;
	return st == GR_NO ? GR_OK : st;
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
	if (st == GR_OK && old[0])
		st = policy_store_copy(r->db, cert.id, old);
	if (st == GR_OK && old[0] && !gone[0])
		st = add_rotation(r, line, &cert);
	if (st == GR_OK && gone[0])
		st = replace(r, gone, &cert, pem);
	if (st == GR_OK)
		st = attach_all(r, line, cert.id, thing);
	cert_release(&cert);
	return st == GR_NO ? GR_OK : st;
}

/* Taken in from a device's hands: it is retained, as is what else the thing has then. */
static enum status take_adopted(struct replay *r, const json_t *line)
{
	const char *thing = word(line, "thingName"), *id = word(line, "certificateId");
	struct certificate c;
	enum status st = take_certificate(r, line);

	if (st == GR_OK)
		st = certificate_get(&c, r->db, id);
	if (st != GR_OK || strcmp(c.thing, thing) != 0)
		return st == GR_NO ? GR_OK : st;
	return adopted_certificate_retain(r->db, thing, id, json_number(line, "at", r->now));
}

/* A device said its last word, so its execution is over. */
static enum status end_execution(struct replay *r, const json_t *line, enum survivor survivor)
{
	struct execution x;
	enum status st = execution_find(&x, r->db, word(line, "thingName"), word(line, "jobId"),
					json_number(line, "executionNumber", 0));

	if (st != GR_OK || execution_is_terminal(x.status))
		return st == GR_NO ? GR_OK : st;
	return transition_move(r->db, &x,
			       survivor == SURVIVOR_NEW ? EXECUTION_SUCCEEDED : EXECUTION_FAILED,
			       NULL, r->now);
}

/* The line that issued it is missing: the thing lives on a certificate that nobody knows. */
static enum status note_unknown(struct replay *r, const json_t *line)
{
	const char *thing = word(line, "thingName"), *id = word(line, "certificateId");

	return r->notes && str_is_thing(thing) && str_is_certificate_id(id)
	    ? cut_off_note(r->db, thing, id)
	    : GR_OK;
}

/* The first word counts, and after it only what turned it around. */
static enum status write_survivor(struct replay *r, const json_t *line,
				  const struct rotation *rotation, enum survivor survivor)
{
	int64_t at = json_number(line, "at", r->now);

	if (rotation->survivor == SURVIVOR_NONE)
		return rotation_decide(r->db, rotation->id, survivor, at);
	return settlement_turn(r->db, rotation, survivor, at);
}

static enum status take_survivor(struct replay *r, const json_t *line)
{
	bool turned = json_is_true(json_object_get(line, "turned"));
	enum survivor survivor = strcmp(word(line, "survivor"), "NEW") == 0 ? SURVIVOR_NEW
									    : SURVIVOR_OLD;
	struct rotation rotation;
	enum status st = rotation_newest(&rotation, r->db, word(line, "thingName"),
					 word(line, "jobId"),
					 json_number(line, "executionNumber", 0));

	if (st == GR_NO)
		return note_unknown(r, line);
	if (st != GR_OK || rotation.survivor == survivor)
		return st;
	if (rotation.survivor != SURVIVOR_NONE && !turned)
		return GR_OK;
	r->survivors++;
	st = write_survivor(r, line, &rotation, survivor);
	if (st == GR_OK && survivor == SURVIVOR_NEW)
		st = settlement_success(r->db, rotation.thing, rotation.new_id);
	return st == GR_OK ? end_execution(r, line, survivor) : GR_FAIL;
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
	enum status st = certificate_see_all(r->db, thing, at);

	if (st == GR_OK)
		st = settlement_create(&settled, r->db, thing, 0, word(line, "certificateId"),
				       at);
	if (st == GR_OK)
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
		       { "adopted", take_adopted },
		       { "survivor", take_survivor },	   { "settled", take_settled },
		       { "revoked", take_revoked },	   { "status", take_status } };
	json_t *line = json_object_parse(text, len);
	const char *event = word(line, "event");
	enum status st = GR_NO;

	/*
	 * The signer's own account: what became of the certificate stands in other lines. A time
	 * of the clock is for the signer alone. What an operator allowed for some time has to be
	 * allowed anew.
	 */
	if (strcmp(event, "signed") == 0 || strcmp(event, LEDGER_TIME_CONFIRMED) == 0 ||
	    strcmp(event, "adopting") == 0) {
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

struct position {
	struct replay *replay;
	off_t *end;
};

/* The last line may still be on its way; it is taken once it is whole. */
static enum status take(void *arg, const struct ledger_line *line)
{
	struct position *position = arg;
	enum status st = GR_OK;

	if (!line->complete)
		return GR_OK;
	if (line->len > 0)
		st = take_line(position->replay, line->text, line->len);
	*position->end = line->end;
	return st;
}

enum status replay_ledger(struct replay *r, const char *path, off_t from, off_t *end)
{
	*end = from;
	return ledger_chain_each(path, from, take, &(struct position){ r, end });
}
