/*
 * authority.h - one certificate authority: a key, its certificate, and what stands above that.
 *
 * A directory holds NAME.key (0600, PEM) and NAME.pem of each: the authority's own certificate first, then the one that
 * certifies it, and so on to a self-signed one. The first is called AUTHORITY_FIRST unless somebody says otherwise. On any
 * status but GR_OK one line has been written and there is nothing to release.
 */
#ifndef GR_AUTHORITY_H
#define GR_AUTHORITY_H

#include <limits.h>
#include <openssl/x509.h>

#include "alg.h"
#include "cert.h"

#define AUTHORITY_FIRST "ca"
enum { AUTHORITY_NAME_MAX = 64, AUTHORITY_COUNT_MAX = 64 };

struct authority {
	char name[AUTHORITY_NAME_MAX + 1];
	EVP_PKEY *key;
	struct cert cert;
	STACK_OF(X509) *chain;	/* its own certificate to the self-signed one */
	int64_t end;		/* when the first of them expires, seconds since the epoch */
};

/* True for 1 to 64 letters, digits, dashes and underscores. */
bool authority_is_name(const char *name);
/* GR_BAD: none of that name, damaged, key and certificate do not fit, or the key is readable by others than its owner. */
enum status authority_open(struct authority *a, const char *dir, const char *name);
void authority_release(struct authority *a);	/* takes a zeroed struct */
/* Is there any trace of one of that name? */
bool authority_exists(const char *dir, const char *name);

/* Its certificates alone, as PEM; free it. GR_BAD: none of that name. */
enum status authority_certificates(STACK_OF(X509) **chain, const char *dir, const char *name);

/* All names, sorted. A directory that is not there holds none. */
struct authority_list {
	char name[AUTHORITY_COUNT_MAX][AUTHORITY_NAME_MAX + 1];
	size_t count;
};
enum status authority_list(struct authority_list *list, const char *dir);

/* A new root, self-signed for 20 years. common_name NULL: the name that AWS IoT's own has. */
struct authority_request {
	const char *name, *common_name;
	const struct alg_key *alg;
};
enum status authority_make(struct authority *a, const char *dir, const struct authority_request *q, int64_t now);
/*
 * One that somebody else made: an unencrypted key, and its certificate with all above it up to a self-signed one, in this
 * order. It must be able to certify devices in the broker's eyes, and have no other name here yet. GR_BAD: it is not.
 */
enum status authority_import(struct authority *a, const char *dir, const char *name, const char *key_path, const char *cert_path, int64_t now);

/* For the parts of this module: takes key and chain over, also on failure. GR_NO, silent: they do not belong together. */
enum status authority_assemble(struct authority *a, const char *name, EVP_PKEY *key, STACK_OF(X509) *chain, const char *where);
/* The key first: a certificate without its key would be of no use. */
enum status authority_save(const struct authority *a, const char *dir);
/* The key in path. GR_NO, silent: no such file. GR_BAD: none, or others than its owner may use the file. */
enum status authority_read_key(EVP_PKEY **key, const char *path);
/* The path of NAME.key or NAME.pem. */
enum status authority_path(char path[static PATH_MAX], const char *dir, const char *name, const char *suffix);

#endif
