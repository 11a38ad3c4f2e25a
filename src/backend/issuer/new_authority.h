/* SPDX-License-Identifier: Apache-2.0 */
/*
 * new_authority.h - adds an authority to a directory: a new one, or one that was made elsewhere.
 * On any status but GR_OK one line has been written and there is nothing to release.
 */
#ifndef GR_ISSUER_NEW_AUTHORITY_H
#define GR_ISSUER_NEW_AUTHORITY_H

#include "alg.h"
#include "issuer/authority.h"

/* A root that is to be made. */
struct new_authority_root {
	/* common_name NULL: the name that AWS IoT's own authority has */
	const char *name, *common_name;
	/* of the key to make; NULL: the key is in the token of uri already */
	const struct alg_key *alg;
	const struct uri *uri;	/* the key is in a token; NULL: in a file */
};
/*
 * Makes a root, self-signed for 20 years, and saves it. GR_NO: the directory holds an authority of
 * that name, or one with that key. now: seconds since the epoch.
 */
enum status new_authority_make(struct authority *a, const char *dir,
			       const struct new_authority_root *root, int64_t now);

/* An authority that was made elsewhere. */
struct new_authority_source {
	/* key_path: an unencrypted key; NULL: the key is in the token of uri */
	const char *key_path;
	/* its certificate, then all above it up to a self-signed one */
	const char *cert_path;
	const struct uri *uri;
};
/*
 * Saves such an authority under name, in place of an earlier certificate of the same key. GR_BAD:
 * the broker would not accept device certificates of it, or key and certificate do not belong
 * together. GR_NO: another authority has that name or that key. now: seconds since the epoch.
 */
enum status new_authority_import(struct authority *a, const char *dir, const char *name,
				 const struct new_authority_source *source, int64_t now);

#endif
