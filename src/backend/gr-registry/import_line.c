/* import_line.c - one line of an import: a policy, a group, or a thing with its certificates */
#include "gr-registry/import_line.h"
#include "complain.h"
#include "json.h"
#include "policy/policy.h"
#include "registry/certificate.h"
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
	char *text = json_is_string(document) ? strdup(json_string_value(document)) : json_is_object(document) ? json_compact(document) : NULL;
	const char *problem = text ? policy_problem(text) : "policyDocument is missing";
	enum status st = problem ? refuse(GR_BAD, name, problem) : policy_put(l->db, name, text);

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

static enum status attach_policies(struct import_line *l, const json_t *policies, const char *certificate)
{
	const json_t *name;
	enum status st = check_names(policies, "policies");
	size_t i;

	json_array_foreach(policies, i, name)
		if (st == GR_OK)
			st = policy_attach(l->db, json_string_value(name), certificate);
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

static enum status add_new(struct import_line *l, const json_t *whole, const json_t *c, const struct cert *cert)
{
	const char *thing = json_text(whole, "thingName");
	const struct certificate_origin origin = { json_text(c, "authority") ? json_text(c, "authority") : "", json_is_true(json_object_get(c, "private")) };
	const char *status = json_text(c, "status");
	int64_t created = json_number(c, "created", cert->not_before * 1000);
	struct db *db = l->db;
	enum status st;

	if (!status)
		status = "ACTIVE";
	if (strcmp(status, "ACTIVE") != 0 && strcmp(status, "INACTIVE") != 0)
		return refuse(GR_BAD, status, "not a status that can be imported; ACTIVE or INACTIVE");
	if ((st = certificate_key_seen(db, cert->spki)) == GR_OK)
		return refuse(GR_NO, cert->id, "its public key was registered before");
	if (st == GR_FAIL || (st = certificate_add(db, cert, &origin, status, created)) != GR_OK || (st = certificate_see_key(db, cert->spki, thing, l->now)) != GR_OK)
		return st;
	json_array_append_new(l->said, json_pack("{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:b, s:O*, s:O*}", "event", "registered", "at", (json_int_t)l->now,
		"created", (json_int_t)created, "thingName", thing, "certificateId", cert->id, "certificatePem", json_text(c, "certificatePem"), "status", status,
		"authority", origin.authority, "private", (int)origin.private, "policies", json_object_get(c, "policies"), "thingGroups", json_object_get(whole, "thingGroups")));
	return GR_OK;
}

static enum status take_certificate(struct import_line *l, const json_t *whole, const json_t *c)
{
	const char *pem = json_text(c, "certificatePem"), *thing = json_text(whole, "thingName");
	struct certificate known;
	struct cert cert = { 0 };
	enum status st;

	if (!pem)
		return refuse(GR_BAD, "certificates", "certificatePem is missing");
	if ((st = cert_from_pem(&cert, pem, strlen(pem), "certificatePem")) != GR_OK)
		return st;
	if ((st = certificate_get(&known, l->db, cert.id)) == GR_NO)
		st = add_new(l, whole, c, &cert);
	if (st == GR_OK && (st = certificate_attach(l->db, cert.id, thing, l->now)) == GR_OK)
		st = attach_policies(l, json_object_get(c, "policies"), cert.id);
	cert_release(&cert);
	return st;
}

static enum status take_thing(struct import_line *l, const json_t *line, const char *name)
{
	const json_t *certificates = json_object_get(line, "certificates"), *c;
	enum status st = thing_create(l->db, name, l->now);
	size_t i;

	if (st == GR_OK && certificates && !json_is_array(certificates))
		st = refuse(GR_BAD, "certificates", "not an array");
	json_array_foreach(certificates, i, c)
		if (st == GR_OK)
			st = take_certificate(l, line, c);
	if (st == GR_OK)
		st = join_groups(l, json_object_get(line, "thingGroups"), name);
	l->things += st == GR_OK;
	return st;
}

enum status import_line(struct import_line *l, const char *text, size_t len)
{
	json_t *line = json_object_parse(text, len);
	const char *policy = json_text(line, "policyName"), *group = json_text(line, "thingGroupName"), *thing = json_text(line, "thingName");
	enum status st;

	if (!line)
		return refuse(GR_BAD, "line", "not a JSON object");
	if (!!policy + !!group + !!thing != 1)
		st = refuse(GR_BAD, "line", "one of thingName, thingGroupName and policyName must say what this is");
	else if (policy)
		st = take_policy(l, line, policy);
	else if (group)
		st = group_create(l->db, group, l->now);
	else
		st = take_thing(l, line, thing);
	json_decref(line);
	return st;
}
