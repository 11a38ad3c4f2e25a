/* SPDX-License-Identifier: Apache-2.0 */
/* import_line.c - one line of an import: a policy, a group, or a thing with its certificates */
#include "gr-registry/import_line.h"
#include "complain.h"
#include "json.h"
#include "policy/policy.h"
#include "registry/certificate.h"
#include "registry/group.h"
#include "registry/policy_store.h"
#include "registry/thing.h"

#include <stdlib.h>
#include <string.h>

static enum status refuse(enum status st, const char *what, const char *why)
{
	complain("%s: %s", what, why);
	return st;
}

static enum status take_policy(struct import_line *l, const json_t *line, const char *name)
{
	const json_t *document = json_object_get(line, "policyDocument");
	char *text = json_is_string(document) ? strdup(json_string_value(document))
	    : json_is_object(document)	      ? json_compact(document)
					      : NULL;
	const char *problem = text ? policy_problem(text) : "policyDocument is missing";
	enum status st = problem ? refuse(GR_BAD, name, problem)
				 : policy_store_put(l->db, name, text);

	free(text);
	return st;
}

/* A list of names that may be left out. */
static enum status check_names(const json_t *names, const char *member)
{
	const json_t *name;
	size_t i;

	if (names && !json_is_array(names))
		return refuse(GR_BAD, member, "not an array of names");
	json_array_foreach(names, i, name)
		if (!json_is_string(name))
			return refuse(GR_BAD, member, "not an array of names");
	return GR_OK;
}

static enum status attach_policies(struct import_line *l, const json_t *policies,
				   const char *certificate)
{
	const json_t *name;
	enum status st = check_names(policies, "policies");
	size_t i;

	json_array_foreach(policies, i, name)
		if (st == GR_OK)
			st = policy_store_attach(l->db, json_string_value(name), certificate);
	return st;
}

static enum status join_groups(struct import_line *l, const json_t *groups, const char *thing)
{
	const json_t *name;
	enum status st = check_names(groups, "thingGroups");
	size_t i;

	json_array_foreach(groups, i, name)
		if (st == GR_OK)
			st = group_add(l->db, json_string_value(name), thing);
	return st;
}

static enum status add_new(struct import_line *l, const json_t *whole, const json_t *c,
			   const struct cert *cert, const struct strength *strength)
{
	const char *thing = json_text(whole, "thingName");
	const struct certificate_origin origin = { json_text(c, "authority")
						       ? json_text(c, "authority")
						       : "",
						   json_is_true(json_object_get(c, "private")) };
	const struct certificate_past past = { json_text(c, "status") ? json_text(c, "status")
								      : "ACTIVE",
					       json_number(c, "created", cert->not_before * 1000),
					       strength };
	const char *weak = strength_problem(strength);
	struct db *db = l->db;
	enum status st;

	if (weak && !l->weak_too) {
		complain("%s: %s; -w takes it nevertheless, for a rotation to replace it",
			 cert->id, weak);
		return GR_NO;
	}
	if (strcmp(past.status, "ACTIVE") != 0 && strcmp(past.status, "INACTIVE") != 0)
		return refuse(GR_BAD, past.status,
			      "not a status that can be imported; ACTIVE or INACTIVE");
	if ((st = certificate_key_seen(db, cert->spki)) == GR_OK)
		return refuse(GR_NO, cert->id, "its public key was registered before");
	if (st == GR_FAIL || (st = certificate_add(db, cert, &origin, &past)) != GR_OK ||
	    (st = certificate_see_key(db, cert->spki, thing, l->now)) != GR_OK)
		return st;
	json_array_append_new(
	    l->events,
	    json_pack("{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:b, s:O*, s:O*}", "event",
		      "registered", "at", (json_int_t)l->now, "created", (json_int_t)past.created,
		      "thingName", thing, "certificateId", cert->id, "certificatePem",
		      json_text(c, "certificatePem"), "status", past.status, "authority",
		      origin.authority, "private", (int)origin.private, "policies",
		      json_object_get(c, "policies"), "thingGroups",
		      json_object_get(whole, "thingGroups")));
	return GR_OK;
}

/*
 * What was decoded becomes the certificate's own. What was not is tried again, for the sake of its
 * error line.
 */
static enum status read_certificate(struct cert *cert, X509 **decoded, const char *pem)
{
	X509 *x509 = *decoded;

	*decoded = NULL;
	return x509 ? cert_from_x509(cert, x509, "certificatePem")
		    : cert_from_pem(cert, pem, strlen(pem), "certificatePem");
}

static enum status take_certificate(struct import_line *l, const json_t *whole, const json_t *c,
				    struct import_certificate *said)
{
	const char *pem = json_text(c, "certificatePem"), *thing = json_text(whole, "thingName");
	struct certificate known;
	struct cert cert = { 0 };
	enum status st;

	if (!pem)
		return refuse(GR_BAD, "certificates", "certificatePem is missing");
	if ((st = read_certificate(&cert, &said->x509, pem)) != GR_OK)
		return st;
	if ((st = certificate_get(&known, l->db, cert.id)) == GR_NO)
		st = add_new(l, whole, c, &cert, &said->strength);
	if (st == GR_OK && (st = certificate_attach(l->db, cert.id, thing, l->now)) == GR_OK)
		st = attach_policies(l, json_object_get(c, "policies"), cert.id);
	cert_release(&cert);
	return st;
}

static enum status take_thing(struct import_line *l, struct import_said *said, const char *name)
{
	const json_t *line = said->json, *certificates = json_object_get(line, "certificates"), *c;
	enum status st = thing_create(l->db, name, l->now);
	size_t i;

	if (st == GR_OK && certificates && !json_is_array(certificates))
		st = refuse(GR_BAD, "certificates", "not an array");
	json_array_foreach(certificates, i, c)
		if (st == GR_OK)
			st = take_certificate(l, line, c, &said->certificates[i]);
	if (st == GR_OK)
		st = join_groups(l, json_object_get(line, "thingGroups"), name);
	l->things += st == GR_OK;
	return st;
}

/* Byte by byte: no NUL ends the text, and what follows it is the next line. */
static bool is_blank(const char *text, size_t len)
{
	while (len > 0 && memchr(" \t\r\n", text[len - 1], 4))
		len--;
	return len == 0;
}

/* All that costs, since it is done ahead: strength.h says how much. */
static void decode(struct import_certificate *c, const char *pem)
{
	if ((c->x509 = cert_decode(pem, strlen(pem))))
		strength_of(&c->strength, c->x509);
}

void import_decode(struct import_said *said, const char *text, size_t len)
{
	const json_t *certificates, *c;
	const char *pem;

	*said = (struct import_said){ .blank = is_blank(text, len) };
	if (said->blank || !(said->json = json_object_parse(text, len)))
		return;
	certificates = json_object_get(said->json, "certificates");
	said->certificates = calloc(json_array_size(certificates) + 1, sizeof *said->certificates);
	json_array_foreach(certificates, said->count, c)
		if (said->certificates && (pem = json_text(c, "certificatePem")))
			decode(&said->certificates[said->count], pem);
}

void import_said_release(struct import_said *said)
{
	for (size_t i = 0; said->certificates && i < said->count; i++)
		X509_free(said->certificates[i].x509);
	free(said->certificates);
	json_decref(said->json);
}

enum status import_line(struct import_line *l, struct import_said *said)
{
	const char *policy = json_text(said->json, "policyName"),
		   *group = json_text(said->json, "thingGroupName"),
		   *thing = json_text(said->json, "thingName");

	if (!said->json)
		return refuse(GR_BAD, "line", "not a JSON object");
	if (!said->certificates)
		return refuse(GR_FAIL, "line", "out of memory");
	if (!!policy + !!group + !!thing != 1)
		return refuse(
		    GR_BAD, "line",
		    "one of thingName, thingGroupName and policyName must say what this is");
	if (policy)
		return take_policy(l, said->json, policy);
	return group ? group_create(l->db, group, l->now) : take_thing(l, said, thing);
}
