/* SPDX-License-Identifier: Apache-2.0 */
/* create.c - a certificate for a CSR, once for each execution and key */
#include "issuer/issuer.h"
#include "issuer/signer.h"
#include "json.h"
#include "registry/alarm.h"
#include "registry/certificate.h"
#include "registry/policy_store.h"
#include "registry/rotation.h"
#include "rotation/response.h"
#include "rotation/rotate.h"

#include <stdlib.h>
#include <string.h>

static enum status accept(struct event *e, json_t *answer)
{
	e->writes = true;
	return event_accept(e, answer);
}

/*
 * The same key for the same execution gets the same certificate; a second key is refused. It may
 * be a clone's, unless it came over the very session that has the certificate: a device to which
 * an answer came twice may have made a key for each.
 */
static enum status answer_again(struct event *e, const struct execution *x,
				const struct rotation *r, const struct csr *csr)
{
	struct certificate c;
	char *pem = NULL, why[RESPONSE_WHY];
	json_t *answer;
	enum status st;

	if (strcmp(r->spki, csr->spki) != 0) {
		if (e->asked != x->id &&
		    (st = alarm_raise(e->db, "second-key", x->thing, e->principal,
				      "a second key asked for a certificate within one execution",
				      e->now)) != GR_OK)
			return st;
		return event_reject_text(
		    e, "this execution has a certificate for another key already", false);
	}
	if (r->survivor != SURVIVOR_NONE)
		return event_reject_text(e, "this rotation has been decided already", false);
	if (certificate_get(&c, e->db, r->new_id) != GR_OK ||
	    rotation_pem(&pem, e->db, r->id) != GR_OK)
		return GR_FAIL;
	st = response_answer(&answer, why, e, x,
			     &(struct response){ pem, r->new_id, c.authority });
	free(pem);
	return st == GR_OK ? accept(e, answer)
	    : st == GR_NO  ? event_reject_text(e, why, false)
			   : st;
}

/*
 * NULL, or why this CSR gets no certificate. *st GR_FAIL: the registry failed. Names are compared
 * before a signature is verified: a refusal costs little then.
 */
static const char *refusal_of(struct event *e, const struct csr *csr, const struct cert *live,
			      enum status *st)
{
	int64_t others = 0;
	const char *why;

	if (X509_NAME_cmp(X509_REQ_get_subject_name(csr->req),
			  X509_get_subject_name(live->x509)) != 0)
		return "the subject of csr is not the one on record";
	if (csr_prove(csr, &why) != GR_OK)
		return why;
	if ((*st = certificate_key_seen(e->db, csr->spki)) == GR_FAIL)
		return NULL;
	if (*st == GR_OK)
		return strcmp(csr->spki, live->spki) == 0
		    ? "the key of csr is the one in use; a rotation needs a new key"
		    : "the key of csr was seen before; a rotation needs a new key";
	if ((*st = rotation_unexplained(&others, e->db, e->request.thing, e->principal)) !=
		GR_OK ||
	    others == 0)
		return NULL;
	*st = alarm_raise(e->db, "two-certificates", e->request.thing, e->principal,
			  "another certificate that no rotation explains keeps it from a new one",
			  e->now);
	return "the thing has another certificate attached that no rotation of ours explains; see "
	       "gr-registry history";
}

/* The device has moved on: what it came over is what it lives on. */
static enum status settle_others(struct event *e, const struct execution *x)
{
	bool settled;
	enum status st = rotation_settle_others(&settled, e->db, x->thing, x->id, e->principal,
						e->now);

	if (st != GR_OK || !settled)
		return st;
	return signer_note(e->signer,
			   json_pack("{s:s, s:I, s:s, s:s}", "event", "settled", "at",
				     (json_int_t)e->now, "thingName", x->thing, "certificateId",
				     e->principal));
}

/* By the statusDetails with which the execution was begun. */
static enum status is_ours(bool *ours, struct event *e, const struct execution *x)
{
	char *text = NULL;
	json_t *details;
	enum status st = execution_details(&text, e->db, x->id);

	if (st != GR_OK)
		return GR_FAIL;
	details = json_object_parse(text, strlen(text));
	*ours = rotate_is_ours(details);
	json_decref(details);
	free(text);
	return GR_OK;
}

/* A certificate and who issued it. */
struct issued {
	struct cert cert;
	struct signer_origin origin;
};

static enum status record(struct event *e, const struct execution *x, const struct csr *csr,
			  const struct issued *issued, const char *pem)
{
	const struct certificate_origin origin = { issued->origin.authority,
						   issued->origin.private };
	const struct cert *cert = &issued->cert;
	struct rotation_request q = {
		.execution = x->id, .number = x->number, .thing = x->thing, .job = x->job,
		.client = e->client,
		.old_id = e->principal, .new_id = cert->id, .spki = csr->spki,
		.csr = json_text(e->body, "csr"), .pem = pem
	};
	bool ours;
	enum status st = is_ours(&ours, e, x);

	q.not_ours = st == GR_OK && !ours;
	if (st != GR_OK || (st = settle_others(e, x)) != GR_OK ||
	    (st = certificate_register(e->db, cert, &origin, x->thing, e->now)) != GR_OK ||
	    (st = policy_store_copy(e->db, cert->id, e->principal)) != GR_OK ||
	    (st = rotation_insert(e->db, &q, e->now)) != GR_OK)
		return st;
	return signer_note(e->signer,
			   json_pack("{s:s, s:I, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:b, s:b}",
				     "event", "issued", "at", (json_int_t)e->now, "thingName",
				     x->thing, "jobId", x->job, "executionNumber",
				     (json_int_t)x->number, "oldCertificateId", e->principal,
				     "certificateId", cert->id, "certificatePem", pem, "authority",
				     origin.authority, "private", (int)origin.private, "notOurs",
				     (int)q.not_ours));
}

static enum status register_and_answer(struct event *e, const struct execution *x,
				       const struct csr *csr, const struct issued *issued)
{
	char *pem = NULL, why[RESPONSE_WHY];
	json_t *answer;
	size_t len = 0;
	enum status st;

	if ((st = cert_pem(&pem, &len, &issued->cert)) != GR_OK)
		return st;
	st = response_answer(&answer, why, e, x,
			     &(struct response){ pem, issued->cert.id, issued->origin.authority });
	if (st == GR_NO)
		st = event_reject_text(e, why, false);
	else if (st == GR_OK && (st = record(e, x, csr, issued, pem)) != GR_OK)
		json_decref(answer);
	else if (st == GR_OK)
		st = accept(e, answer);
	if (e->writes)
		e->asked = x->id;
	free(pem);
	return st;
}

/*
 * Under the subject on record: names that X509_NAME_cmp calls equal may differ in case, and
 * policies look at the letters.
 */
static enum status issue(struct event *e, const struct execution *x, const struct csr *csr,
			 const struct cert *live)
{
	struct issued issued = { 0 };
	enum status st;

	st = signer_issue(&issued.cert, &issued.origin, e->signer, X509_REQ_get0_pubkey(csr->req),
			  X509_get_subject_name(live->x509), e->now / 1000 - ISSUER_BACKDATE);
	if (st == GR_NO)
		return event_reject_text(e, e->signer->why, false);
	if (st == GR_OK)
		st = register_and_answer(e, x, csr, &issued);
	cert_release(&issued.cert);
	return st == GR_OK ? GR_OK : GR_FAIL;
}

/* The certificate that the request came over, as it stands in the registry. */
static enum status read_live(struct cert *live, struct event *e)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, e->db, "SELECT pem FROM certificate WHERE id = ?", "s",
				  e->principal);

	if (st == GR_OK)
		st = cert_from_pem(live, db_text(row, 0), strlen(db_text(row, 0)), e->principal);
	db_done(row);
	return st == GR_OK ? GR_OK : GR_FAIL;
}

static enum status first_create(struct event *e, const struct execution *x, const struct csr *csr)
{
	struct cert live = { 0 };
	const char *why;
	enum status st = read_live(&live, e);

	if (st != GR_OK)
		return st;
	why = refusal_of(e, csr, &live, &st);
	if (st != GR_FAIL)
		st = why ? event_reject_text(e, why, false) : issue(e, x, csr, &live);
	cert_release(&live);
	return st;
}

enum status rotate_create(struct event *e)
{
	const char *pem = json_text(e->body, "csr"), *why;
	struct execution x;
	struct rotation r;
	struct csr csr = { 0 };
	enum status st = rotate_check(&x, &why, e);

	if (st == GR_OK && (!pem || csr_read(&csr, &why, pem, strlen(pem)) != GR_OK)) {
		why = pem ? why : "csr is missing";
		st = GR_NO;
	}
	if (st != GR_OK)
		return st == GR_NO ? event_reject_text(e, why, false) : st;
	st = rotation_of_execution(&r, e->db, x.id);
	if (st == GR_OK)
		st = answer_again(e, &x, &r, &csr);
	else if (st == GR_NO)
		st = first_create(e, &x, &csr);
	csr_release(&csr);
	return st;
}
