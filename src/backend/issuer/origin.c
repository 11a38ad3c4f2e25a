/* SPDX-License-Identifier: Apache-2.0 */
/* origin.c - which of our authorities issued a certificate */
#include "issuer/origin.h"
#include "chain.h"
#include "complain.h"
#include "issuer/issuing_profile.h"
#include "str.h"

#include <openssl/x509v3.h>

/* Did the authority sign it? GR_NO, silent: no. */
static enum status is_signed_by(const char *ca, const char *name, const struct cert *cert)
{
	STACK_OF(X509) *chain = NULL;
	X509 *first;
	enum status st = authority_certificates(&chain, ca, name);

	if (st != GR_OK)
		return st;
	first = sk_X509_value(chain, 0);
	st = X509_check_issued(first, cert->x509) == X509_V_OK &&
		     X509_verify(cert->x509, X509_get0_pubkey(first)) == 1
		 ? GR_OK
		 : GR_NO;
	chain_free(chain);
	return st;
}

static enum status find_authority(struct origin *origin, const char *ca, const struct cert *cert)
{
	struct authority_list list;
	enum status st = authority_list(&list, ca);

	for (size_t i = 0; st == GR_OK && i < list.count; i++) {
		st = is_signed_by(ca, list.name[i], cert);
		if (st == GR_OK) {
			str_copy(origin->authority, sizeof origin->authority, list.name[i]);
			return GR_OK;
		}
		if (st == GR_NO)
			st = GR_OK;
	}
	if (st != GR_OK)
		return st;
	complain("%s: was not issued by an authority in %s", cert->id, ca);
	return GR_NO;
}

enum status origin_find(struct origin *origin, const char *ca, const struct cert *cert)
{
	struct issuing_profile profile;
	enum status st = find_authority(origin, ca, cert);

	if (st == GR_OK)
		st = issuing_profile_need(&profile, ca);
	if (st == GR_OK)
		origin->private = profile.private;
	return st;
}
