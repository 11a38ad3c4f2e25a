/* SPDX-License-Identifier: Apache-2.0 */
/* create.c - a certificate for a CSR, once for each execution and key */
#include "rotation/create.h"
#include "issuer/issuer.h"
#include "issuer/signer.h"
#include "json.h"
#include "registry/alarm.h"
#include "registry/certificate.h"
#include "registry/policy_store.h"
#include "registry/rotation.h"
#include "registry/wall_clock.h"
#include "rotation/authorize.h"
#include "rotation/response.h"
#include "rotation/settlement.h"

#include <stdlib.h>
#include <string.h>

static enum status accept(struct event *e, json_t *answer)
{
	e->writes = true;
	return event_accept(e, answer);
}

/* Sends the certificate that the execution has. */
static enum status send_again(struct event *e, const struct execution *x,
			      const struct rotation *r)
{
	struct certificate c;
	char *pem = NULL, why[RESPONSE_WHY];
	json_t *answer;
	enum status st;

	if (certificate_get(&c, e->db, r->new_id) != GR_OK)
		return GR_FAIL;
	if (rotation_pem(&pem, e->db, r->id) != GR_OK)
		return GR_FAIL;
	st = response_answer(&answer, why, e, x,
			     &(struct response){ pem, r->new_id, c.authority });
	free(pem);
	if (st == GR_NO)
		return event_reject_text(e, why, false);
	return st == GR_OK ? accept(e, answer) : st;
}

static enum status answer_again(struct event *e, const struct execution *x,
				const struct rotation *r, const struct csr *csr)
{
	const struct rules_repeat facts = {
		.same_key = strcmp(r->spki, csr->spki) == 0,
		.same_session = e->asked == x->id,
		.survivor = r->survivor
	};
	enum rules_refusal refusal = rules_repeat(&facts);
	enum status st = GR_OK;

	if (rules_repeat_is_alarm(&facts))
		st = alarm_raise(e->db, "second-key", x->thing, e->principal,
				 "a second key asked for a certificate within one execution",
				 e->now);
	if (st != GR_OK)
		return st;
	return refusal == RULES_ALLOWED ? send_again(e, x, r)
					: event_reject_text(e, rules_sentence(refusal), false);
}

/* What speaks against a CSR, and the words of csr_prove. */
struct objections {
	struct rules_create facts;
	const char *csr;
};

static enum status check_subject(struct objections *o, const struct event *e,
				 const struct csr *csr, const struct cert *live)
{
	(void)e;
	o->facts.subject_differs = X509_NAME_cmp(X509_REQ_get_subject_name(csr->req),
						 X509_get_subject_name(live->x509)) != 0;
	return GR_OK;
}

static enum status check_signature(struct objections *o, const struct event *e,
				   const struct csr *csr, const struct cert *live)
{
	(void)e;
	(void)live;
	o->facts.csr_unsound = csr_prove(csr, &o->csr) != GR_OK;
	return GR_OK;
}

static enum status check_key(struct objections *o, const struct event *e, const struct csr *csr,
			     const struct cert *live)
{
	enum status st = certificate_key_seen(e->db, csr->spki);

	o->facts.key_seen = st == GR_OK;
	o->facts.key_in_use = st == GR_OK && strcmp(csr->spki, live->spki) == 0;
	return st == GR_FAIL ? st : GR_OK;
}

static enum status check_others(struct objections *o, const struct event *e,
				const struct csr *csr, const struct cert *live)
{
	struct rules_other facts;
	char other[65] = "";
	enum status st = GR_OK;

	(void)csr;
	(void)live;
	while (!o->facts.unexplained &&
	       (st = rotation_next_other(other, &facts, e->db, e->request.thing,
					 e->principal)) == GR_OK)
		o->facts.unexplained = !rules_is_explained(&facts);
	return st == GR_FAIL ? st : GR_OK;
}

/* In order of cost, so that a refusal costs little: a signature is verified after the names. */
static enum status gather_objections(struct objections *o, const struct event *e,
				     const struct csr *csr, const struct cert *live)
{
	static enum status (*const checks[])(struct objections *, const struct event *,
					     const struct csr *, const struct cert *) = {
		check_subject, check_signature, check_key, check_others
	};
	enum status st = GR_OK;

	for (size_t i = 0; st == GR_OK && i < sizeof checks / sizeof checks[0]; i++) {
		if (rules_create(&o->facts) != RULES_ALLOWED)
			break;
		st = checks[i](o, e, csr, live);
	}
	return st;
}

static enum status refuse(struct event *e, enum rules_refusal refusal, const char *csr)
{
	enum status st = GR_OK;

	if (refusal == RULES_CERTIFICATE_UNEXPLAINED)
		st = alarm_raise(
		    e->db, "two-certificates", e->request.thing, e->principal,
		    "another certificate that no rotation explains keeps it from a new one",
		    e->now);
	if (st != GR_OK)
		return st;
	return event_reject_text(e, refusal == RULES_CSR_UNSOUND ? csr : rules_sentence(refusal),
				 false);
}

/* The device has moved on: what it came over is what it lives on. */
static enum status settle_others(struct event *e, const struct execution *x)
{
	bool settled;
	enum status st = settlement_create(&settled, e->db, x->thing, x->id, e->principal,
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
	*ours = event_says_ours(details);
	json_decref(details);
	free(text);
	return GR_OK;
}

/* A certificate and who issued it. */
struct issued {
	struct cert cert;
	struct origin origin;
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
	bool ours = false;
	enum status st = is_ours(&ours, e, x);

	q.not_ours = !ours;
	if (st == GR_OK)
		st = settle_others(e, x);
	if (st == GR_OK)
		st = certificate_register(e->db, cert, &origin, x->thing, e->now);
	if (st == GR_OK)
		st = policy_store_copy(e->db, cert->id, e->principal);
	if (st == GR_OK)
		st = rotation_insert(e->db, &q, e->now);
	if (st != GR_OK)
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

static enum status record_and_accept(struct event *e, const struct execution *x,
				     const struct csr *csr, const struct issued *issued,
				     const char *pem, json_t *answer)
{
	enum status st = record(e, x, csr, issued, pem);

	if (st != GR_OK) {
		json_decref(answer);
		return st;
	}
	e->asked = x->id;
	return accept(e, answer);
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
	else if (st == GR_OK)
		st = record_and_accept(e, x, csr, issued, pem, answer);
	free(pem);
	return st;
}

/*
 * A certificate begins no later than one that is in use, or than a time that has come for certain:
 * should the clock turn out to be ahead, the device is let in with it even so.
 */
static int64_t beginning(const struct wall_clock *clock, const struct cert *live)
{
	int64_t now = clock->now / 1000, at = clock->proven / 1000;

	if (live->not_before + ISSUER_BACKDATE > at)
		at = live->not_before + ISSUER_BACKDATE;
	return (at < now ? at : now) - ISSUER_BACKDATE;
}

/*
 * Under the subject on record: names that X509_NAME_cmp calls equal may differ in case, and
 * policies look at the letters.
 */
static enum status issue(struct event *e, const struct execution *x, const struct csr *csr,
			 const struct cert *live)
{
	struct issued issued = { 0 };
	struct wall_clock clock;
	enum status st = wall_clock_read(&clock, e->db);

	if (st != GR_OK)
		return st;
	if (wall_clock_doubt(&clock))
		return event_reject_text(e, wall_clock_doubt(&clock), true);
	st = signer_issue(&issued.cert, &issued.origin, e->signer, X509_REQ_get0_pubkey(csr->req),
			  X509_get_subject_name(live->x509), beginning(&clock, live));
	if (st == GR_NO)
		return event_reject_text(e, e->signer->why, false);
	if (st == GR_OK)
		st = wall_clock_rely(e->db, &clock);
	if (st == GR_OK)
		st = register_and_answer(e, x, csr, &issued);
	cert_release(&issued.cert);
	return st == GR_OK ? GR_OK : GR_FAIL;
}

/* The certificate that the request came over, as it stands in the registry. */
static enum status read_live(struct cert *live, struct event *e)
{
	char *pem = NULL;
	enum status st = certificate_pem(&pem, e->db, e->principal);

	if (st == GR_OK)
		st = cert_from_pem(live, pem, strlen(pem), e->principal);
	free(pem);
	return st == GR_OK ? GR_OK : GR_FAIL;
}

static enum status answer_first(struct event *e, const struct execution *x, const struct csr *csr)
{
	struct objections o = { 0 };
	struct cert live = { 0 };
	enum rules_refusal refusal;
	enum status st = read_live(&live, e);

	if (st != GR_OK)
		return st;
	if ((st = gather_objections(&o, e, csr, &live)) == GR_OK) {
		refusal = rules_create(&o.facts);
		st = refusal == RULES_ALLOWED ? issue(e, x, csr, &live)
					      : refuse(e, refusal, o.csr);
	}
	cert_release(&live);
	return st;
}

static enum status answer(struct event *e, const struct execution *x, const struct csr *csr)
{
	struct rotation r;
	enum status st = rotation_of_execution(&r, e->db, x->id);

	if (st == GR_OK)
		return answer_again(e, x, &r, csr);
	return st == GR_NO ? answer_first(e, x, csr) : st;
}

enum status create_handle(struct event *e)
{
	const char *pem = json_text(e->body, "csr"), *why;
	struct execution x;
	struct csr csr = { 0 };
	enum status st = authorize_request(&x, &why, e);

	if (st != GR_OK)
		return st == GR_NO ? event_reject_text(e, why, false) : st;
	if (!pem)
		return event_reject_text(e, "csr is missing", false);
	if (csr_read(&csr, &why, pem, strlen(pem)) != GR_OK)
		return event_reject_text(e, why, false);
	st = answer(e, &x, &csr);
	csr_release(&csr);
	return st;
}
