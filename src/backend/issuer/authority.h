/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authority.h - one certificate authority: a key, its certificate, and the certificates above
 * that.
 *
 * A directory holds NAME.key (0600, PEM, or the pkcs11: URI of a key in a token) and NAME.pem of
 * each: the authority's own certificate first, then the one that certifies it, and so on to a
 * self-signed one. The first is called AUTHORITY_FIRST unless somebody says otherwise. On any
 * status but GR_OK one line has been written and there is nothing to release.
 */
#ifndef GR_ISSUER_AUTHORITY_H
#define GR_ISSUER_AUTHORITY_H

#include <limits.h>
#include <openssl/x509.h>

#include "cert.h"
#include "issuer/authority_key.h"

#define AUTHORITY_FIRST "ca"
enum { AUTHORITY_NAME_MAX = 64, AUTHORITY_COUNT_MAX = 64 };

struct authority {
	char name[AUTHORITY_NAME_MAX + 1];
	EVP_PKEY *key;		/* in a token it signs only from within authority_sign */
	struct token *token;	/* that it is in; NULL: none */
	struct cert cert;
	STACK_OF(X509) *chain;	/* its own certificate to the self-signed one */
	/* when the last of them begins and the first expires, seconds since the epoch */
	int64_t begin, end;
};

/* Tells whether name is 1 to 64 letters, digits, dashes and underscores. */
bool authority_is_name(const char *name);
/*
 * Reads an authority of dir. A token that has its key is not opened, since it may be away. GR_BAD:
 * there is none of that name, it is damaged, key and certificate do not belong together, or the
 * key is readable by others than its owner.
 */
enum status authority_open(struct authority *a, const char *dir, const char *name);
void authority_release(struct authority *a);	/* takes a zeroed struct */
/*
 * Signs object by calling sign (which works as X509_sign) with the key. A token that has the key
 * is opened first, and again if it was removed meanwhile. what names it in error lines. GR_BAD:
 * the PIN was refused, or there is no such key. GR_FAIL: the token is away, or sign failed.
 */
enum status authority_sign(const struct authority *a,
			   int (*sign)(void *object, EVP_PKEY *key, const EVP_MD *digest),
			   void *object, const EVP_MD *digest, const char *what);
/* Tells whether dir holds NAME.key or NAME.pem. */
bool authority_exists(const char *dir, const char *name);

/* Reads its certificates alone; chain_free them. GR_BAD: there is none of that name. */
enum status authority_certificates(STACK_OF(X509) **chain, const char *dir, const char *name);

/* All names, sorted. A directory that is not there holds none. */
struct authority_list {
	char name[AUTHORITY_COUNT_MAX][AUTHORITY_NAME_MAX + 1];
	size_t count;
};
enum status authority_list(struct authority_list *list, const char *dir);

/*
 * Makes an authority of a key and its certificates. Takes key and chain over, also on failure.
 * GR_NO, silent: the first certificate does not belong to the key. where names the source in error
 * lines.
 */
enum status authority_assemble(struct authority *a, const char *name,
			       const struct authority_key *key, STACK_OF(X509) * chain,
			       const char *where);
/* Writes NAME.key, then NAME.pem: a certificate without its key would be of no use. */
enum status authority_save(const struct authority *a, const char *dir);
/* Writes the path of NAME.key or NAME.pem; suffix is ".key" or ".pem". */
enum status authority_path(char path[static PATH_MAX], const char *dir, const char *name,
			   const char *suffix);

#endif
