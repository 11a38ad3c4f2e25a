/* SPDX-License-Identifier: Apache-2.0 */
/* adoption.c - taking in a certificate of ours that the registry does not know */
#include "rotation/adoption.h"
#include "common_name.h"
#include "complain.h"
#include "registry/adopted_certificate.h"
#include "registry/policy_store.h"
#include "registry/wall_clock.h"

#include <stdlib.h>
#include <string.h>

static enum status add_name(void *arg, const char *name)
{
	return json_array_append_new(arg, json_string(name)) == 0 ? GR_OK : GR_FAIL;
}

/* Takes over policies. */
static enum status note(struct signer *signer, const struct cert *cert,
			const struct origin *origin, const char *thing, json_t *policies,
			int64_t now)
{
	char *pem = NULL;
	size_t len = 0;
	enum status st = cert_pem(&pem, &len, cert);

	if (st == GR_OK)
		st = signer_note(signer,
				 json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:b, s:O}", "event",
					   "adopted", "at", (json_int_t)now, "thingName", thing,
					   "certificateId", cert->id, "certificatePem", pem,
					   "authority", origin->authority, "private",
					   (int)origin->private, "policies", policies));
	free(pem);
	json_decref(policies);
	return st;
}

/* With the policies that it got: the copy that is put back one day may have nothing to go by. */
static enum status record(struct db *db, struct signer *signer, const struct cert *cert,
			  const struct origin *origin, const char *thing, int64_t now)
{
	json_t *policies = json_array();
	enum status st = policy_store_names(db, cert->id, add_name, policies);

	if (st == GR_OK)
		return note(signer, cert, origin, thing, policies, now);
	json_decref(policies);
	return st;
}

enum status adoption_make(struct db *db, struct signer *signer, const struct cert *cert,
			  const char *thing, int64_t now)
{
	struct origin origin;
	enum status st = adopted_certificate_check(db, cert, thing, now);

	if (st != GR_OK)
		return st;
	st = signer_origin(&origin, signer, cert);
	if (st == GR_NO)
		complain("%s", signer->why);
	if (st == GR_OK)
		st = adopted_certificate_add(
		    db, cert, &(struct certificate_origin){ origin.authority, origin.private },
		    thing, now);
	return st == GR_OK ? record(db, signer, cert, &origin, thing, now) : st;
}

struct known {
	const struct cert *cert;
	bool same_subject;
	int64_t newest;		/* notBefore of the newest one, seconds */
};

/* One that cannot be read tells nothing. */
static enum status compare(void *arg, const struct certificate_row *row)
{
	struct known *known = arg;
	struct cert other = { 0 };

	if (cert_from_pem(&other, row->pem, strlen(row->pem), row->id) != GR_OK)
		return GR_OK;
	known->same_subject |= cert_same_subject(&other, known->cert);
	if (other.not_before > known->newest)
		known->newest = other.not_before;
	cert_release(&other);
	return GR_OK;
}

static enum status refuse(const struct cert *cert, const char *thing, const char *why)
{
	complain("%s: cannot be told to be %s's: %s", cert->id, thing, why);
	return GR_NO;
}

enum status adoption_belongs(struct db *db, const struct cert *cert, const char *thing)
{
	struct known known = { .cert = cert };
	char name[129];		/* a longer one is no thing's */
	enum status st = certificate_list(db, thing, compare, &known);

	if (st != GR_OK)
		return st;
	common_name_read(name, sizeof name, cert->x509);
	if (strcmp(name, thing) != 0)
		return refuse(cert, thing, "its commonName is not the thing's name");
	if (!known.same_subject)
		return refuse(cert, thing, "the registry has none of that subject for the thing");
	/* Two issued by one clock may begin in the wrong order by what the clock may be off. */
	if (cert->not_before < known.newest - 2 * WALL_CLOCK_TOLERANCE_MS / 1000)
		return refuse(cert, thing, "the registry has a newer one");
	/* A copy that is older than the certificate has never seen its key. */
	st = certificate_key_seen(db, cert->spki);
	if (st == GR_OK)
		return refuse(cert, thing, "the registry had it, and it was deleted");
	return st == GR_NO ? GR_OK : st;
}
