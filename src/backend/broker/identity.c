/* SPDX-License-Identifier: Apache-2.0 */
/* identity.c - who a client is */
#include "broker/identity.h"
#include "broker/certificate_dates.h"
#include "clock.h"
#include "common_name.h"
#include "str.h"

#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

bool identity_certificate_id(char id[static 65], const X509 *x509)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!X509_digest(x509, EVP_sha256(), digest, &len) || len != 32)
		return false;
	str_hex(id, digest, len);
	return true;
}

/* Policies speak of IPv4 addresses even where the listener is IPv6. */
static void read_address(char *to, size_t size, const char *address)
{
	if (address && strncasecmp(address, "::ffff:", 7) == 0 && strchr(address, '.'))
		address += 7;
	str_copy(to, size, address ? address : "");
}

enum role identity_role(const char *client)
{
	const char *suffix = client + strcspn(client, "#");

	suffix += *suffix == '#';
	if (topic_client_acts(suffix))
		return ROLE_THING;
	return strcmp(suffix, "probe") == 0 ? ROLE_PROBE : ROLE_OTHER;
}

static const char *usable_problem(const struct registry_reader_certificate *c, const char *thing)
{
	if (c->revoked)
		return "the certificate is revoked";
	if (!c->known)
		return "the certificate is not registered";
	if (strcmp(c->status, "ACTIVE") != 0)
		return "the certificate is not ACTIVE";
	if (!c->thing[0])
		return "the certificate is attached to no thing";
	return thing[0] && strcmp(thing, c->thing) != 0
	    ? "the certificate is attached to another thing"
	    : NULL;
}

/* GR_NO, unless the registry is damaged and that made the no. */
static enum status no(struct registry_reader *reader, const char *certificate, const char *thing,
		      enum registry_reader_refusal what)
{
	enum status st = registry_reader_may_refuse(reader, certificate, thing, what);

	return st == GR_OK ? GR_NO : st;
}

enum status identity_is_usable(struct registry_reader *reader, const char **why,
			       const char *certificate, const char *thing)
{
	struct registry_reader_certificate c;
	enum status st = registry_reader_certificate(reader, &c, certificate);

	if (st != GR_OK)
		return st;
	*why = usable_problem(&c, thing);
	return *why ? no(reader, certificate, thing, REGISTRY_READER_BY_CERTIFICATE) : GR_OK;
}

static enum status find_thing(struct identity *who, const char **why,
			      struct registry_reader *reader, const char *client)
{
	struct registry_reader_certificate c;
	char thing[129];
	enum status st = registry_reader_certificate(reader, &c, who->certificate);

	if (st != GR_OK)
		return st;
	str_format(thing, sizeof thing, "%.*s", (int)strcspn(client, "#"), client);
	*why = usable_problem(&c, "");
	if (!*why)
		*why = "the client id does not belong to the certificate's thing";
	if (usable_problem(&c, thing))
		return no(reader, who->certificate, thing, REGISTRY_READER_BY_CERTIFICATE);
	if (!topic_client_suffix(client, c.thing) ||
	    !str_copy(who->client, sizeof who->client, client))
		return GR_NO;
	str_copy(who->thing, sizeof who->thing, c.thing);
	who->role = identity_role(client);
	return GR_OK;
}

/* With an expired certificate the thing may rotate, as T, T#gr or another T#N, and probe. */
static enum status check_dates(struct identity *who, const char **why, const X509 *x509,
			       int64_t grace_s)
{
	enum certificate_dates dates = grace_s < 0
	    ? CERTIFICATE_DATES_VALID
	    : certificate_dates_check(why, x509, clock_real_ms() / 1000, grace_s);

	who->expired = dates == CERTIFICATE_DATES_GRACE;
	if (who->expired && who->role == ROLE_OTHER) {
		*why = "the certificate has expired, and this client does not rotate";
		return GR_NO;
	}
	return dates == CERTIFICATE_DATES_REFUSED ? GR_NO : GR_OK;
}

enum status identity_establish(struct identity *who, const char **why,
			       const struct identity_source *source, const X509 *x509,
			       const char *certificate, const char *client, const char *address)
{
	struct registry_reader *reader = source->reader;
	X509 *stored = NULL;
	enum status st;

	*who = (struct identity){ .epoch = registry_reader_epoch(reader) };
	str_copy(who->certificate, sizeof who->certificate, certificate);
	read_address(who->address, sizeof who->address, address);
	st = find_thing(who, why, reader, client);
	if (st == GR_OK && !x509) {
		st = registry_reader_x509(reader, &stored, certificate);
		x509 = stored;
	}
	if (x509)
		common_name_read(who->common_name, sizeof who->common_name, x509);
	if (st == GR_OK && x509)
		st = check_dates(who, why, x509, source->grace_s);
	X509_free(stored);
	if (st == GR_OK)
		st = policies_load(&who->policies, source->cache, reader, certificate);
	if (st == GR_OK) {
		*why = identity_refusal(who, POLICY_CONNECT, client);
		if (*why)
			st = no(reader, certificate, who->thing, REGISTRY_READER_BY_POLICY);
	}
	if (st != GR_OK)
		identity_release(who);
	return st;
}

void identity_release(struct identity *who)
{
	policies_release(&who->policies);
}

void identity_refresh(struct identity *who, struct registry_reader *reader,
		      struct policies_cache *cache)
{
	struct policies fresh = { 0 };

	if (who->epoch == registry_reader_epoch(reader) ||
	    policies_load(&fresh, cache, reader, who->certificate) != GR_OK)
		return;
	policies_release(&who->policies);
	who->policies = fresh;
	who->epoch = registry_reader_epoch(reader);
}

static const char *known(const char *text)
{
	return text[0] ? text : NULL;
}

const char *identity_refusal(const struct identity *who, enum policy_action action,
			     const char *name)
{
	static const struct { const char *not_allowed, *denied;
	} words[POLICY_ACTION_COUNT] = {
#define WORDS(action) \
	{ "no policy statement allows iot:" action " here", "a policy denies iot:" action " here" }
		[POLICY_CONNECT] = { "no policy allows this client to connect",
				     "a policy denies this client to connect" },
		[POLICY_PUBLISH] = WORDS("Publish"),
		[POLICY_RETAIN_PUBLISH] = WORDS("RetainPublish"),
		[POLICY_SUBSCRIBE] = WORDS("Subscribe"),
		[POLICY_RECEIVE] = WORDS("Receive"),
#undef WORDS
	};
	const struct policy_who asker = {
		.client = who->client, .thing = who->thing, .certificate = who->certificate,
		.address = known(who->address), .common_name = known(who->common_name),
	};

	switch (policy_decide(who->policies.policy, who->policies.count, action, name, &asker)) {
	case POLICY_ALLOWED: return NULL;
	case POLICY_DENIED: return words[action].denied;
	default: return words[action].not_allowed;
	}
}
