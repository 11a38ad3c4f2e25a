/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issuing_profile.h - how certificates for devices are issued: as AWS IoT does, or as AWS Private
 * CA does.
 *
 * It is kept in the file mode.json beside the authorities. Only this file says which of them
 * issues, so that a change is made by replacing one file. On any status but GR_OK one line has
 * been written, unless a function says otherwise.
 */
#ifndef GR_ISSUER_ISSUING_PROFILE_H
#define GR_ISSUER_ISSUING_PROFILE_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

#include "issuer/authority.h"

enum { ISSUING_PROFILE_DAYS_DEFAULT = 7, ISSUING_PROFILE_DAYS_MAX = 7300 };

struct issuing_profile_alg {
	const char *name;	/* those of AWS Private CA: "SHA256WITHRSA", "SHA384WITHECDSA" */
	int type;		/* EVP_PKEY_RSA or EVP_PKEY_EC: the key of the authority */
	const EVP_MD *(*digest)(void);
};
struct issuing_profile {
	bool private;
	char authority[AUTHORITY_NAME_MAX + 1];
	const struct issuing_profile_alg *alg;	/* NULL until issuing_profile_settle */
	uint32_t days;			/* private: how long a certificate is valid */
};

const char *issuing_profile_name(const struct issuing_profile *profile); /* "iot" or "private" */
/* Finds the algorithm of that name. GR_BAD, one line that lists what is allowed: there is none. */
enum status issuing_profile_alg_find(const struct issuing_profile_alg **alg, const char *name);
/* Reads the profile of dir. GR_NO, silent: there is none yet. */
enum status issuing_profile_read(struct issuing_profile *profile, const char *dir);
/* Does the same. GR_BAD: there is none. */
enum status issuing_profile_need(struct issuing_profile *profile, const char *dir);
enum status issuing_profile_write(const struct issuing_profile *profile, const char *dir);
/*
 * Chooses the algorithm if none was chosen: SHA-256 with the authority's key. GR_BAD: profile and
 * authority do not go together.
 */
enum status issuing_profile_settle(struct issuing_profile *profile, const struct authority *a);

#endif
