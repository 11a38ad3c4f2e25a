/* SPDX-License-Identifier: Apache-2.0 */
/* authority.c - one certificate authority, as files */
#include "issuer/authority.h"
#include "chain.h"
#include "complain.h"
#include "file.h"
#include "pkcs11/token_key.h"
#include "secret.h"
#include "str.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SIGN_TRIES = 2 };

bool authority_is_name(const char *name)
{
	return str_is_name(name, AUTHORITY_NAME_MAX, "-_");
}

enum status authority_path(char path[static PATH_MAX], const char *dir, const char *name,
			   const char *suffix)
{
	if (str_format(path, PATH_MAX, "%s/%s%s", dir, name, suffix))
		return GR_OK;
	complain("%s: the path is too long", dir);
	return GR_BAD;
}

bool authority_exists(const char *dir, const char *name)
{
	char key[PATH_MAX], cert[PATH_MAX];
	struct stat own;

	return authority_path(key, dir, name, ".key") == GR_OK &&
	    authority_path(cert, dir, name, ".pem") == GR_OK &&
	    (lstat(key, &own) == 0 || lstat(cert, &own) == 0);
}

/* GR_NO as it comes from reading: there is no such authority, or half of one. */
static enum status missing(const char *dir, const char *name)
{
	if (authority_exists(dir, name))
		complain("%s: of the authority %s only one of %s.key and %s.pem is there; put the "
			 "other one there from where you keep it, or make another authority with "
			 "gr-ca init NAME and let it issue with gr-ca mode",
			 dir, name, name, name);
	else if (strcmp(name, AUTHORITY_FIRST) == 0)
		complain("%s: no certificate authority there; gr-ca init makes one", dir);
	else
		complain("%s: no certificate authority %s there; gr-ca list shows which there are",
			 dir, name);
	return GR_BAD;
}

enum status authority_certificates(STACK_OF(X509) **chain, const char *dir, const char *name)
{
	char path[PATH_MAX], *pem = NULL;
	enum status st;
	size_t len = 0;

	if ((st = authority_path(path, dir, name, ".pem")) != GR_OK)
		return st;
	if ((st = file_read(&pem, &len, path, CERT_FILE_MAX)) == GR_NO)
		return missing(dir, name);
	if (st == GR_OK)
		st = chain_from_pem(chain, pem, len, path);
	free(pem);
	return st;
}

static enum status find_dates(struct authority *a, const char *where)
{
	struct cert cert;

	a->begin = INT64_MIN;
	a->end = INT64_MAX;
	for (int i = 0; i < sk_X509_num(a->chain); i++) {
		X509 *x509 = sk_X509_value(a->chain, i);

		X509_up_ref(x509);
		if (cert_from_x509(&cert, x509, where) != GR_OK)
			return GR_BAD;
		if (cert.not_before > a->begin)
			a->begin = cert.not_before;
		if (cert.not_after < a->end)
			a->end = cert.not_after;
		if (i == 0)
			a->cert = cert;
		else
			cert_release(&cert);
	}
	return GR_OK;
}

enum status authority_assemble(struct authority *a, const char *name,
			       const struct authority_key *key, STACK_OF(X509) * chain,
			       const char *where)
{
	struct authority made = { .key = key->pkey, .token = key->token, .chain = chain };
	enum status st = find_dates(&made, where);

	str_copy(made.name, sizeof made.name, name);
	if (st == GR_OK && !cert_fits_key(&made.cert, made.key))
		st = GR_NO;
	if (st == GR_OK)
		*a = made;
	else
		authority_release(&made);
	return st;
}

/* The public half of a key in a token is its certificate's: each signature is verified with it. */
static enum status open_both(struct authority_key *key, STACK_OF(X509) * *chain, const char *dir,
			     const char *name)
{
	char path[PATH_MAX], *text;
	bool in_token;
	enum status st;
	size_t len;

	if ((st = authority_path(path, dir, name, ".key")) != GR_OK)
		return st;
	if ((st = authority_key_text(&text, &len, &in_token, path)) == GR_NO)
		return missing(dir, name);
	if (st != GR_OK)
		return st;
	if ((st = authority_certificates(chain, dir, name)) == GR_OK &&
	    (st = authority_key_parse(key, text, len, path, dir,
				      X509_get0_pubkey(sk_X509_value(*chain, 0)))) != GR_OK)
		chain_free(*chain);
	secret_free(text, len);
	return st;
}

enum status authority_open(struct authority *a, const char *dir, const char *name)
{
	STACK_OF(X509) *chain = NULL;
	struct authority_key key;
	enum status st = open_both(&key, &chain, dir, name);

	if (st != GR_OK)
		return st;
	if ((st = authority_assemble(a, name, &key, chain, dir)) == GR_NO) {
		complain("%s: %s.key and %s.pem do not belong together", dir, name, name);
		st = GR_BAD;
	}
	return st;
}

enum status authority_sign(const struct authority *a,
			   int (*sign)(void *object, EVP_PKEY *key, const EVP_MD *digest),
			   void *object, const EVP_MD *digest, const char *what)
{
	enum status st;

	for (int i = 0; i < SIGN_TRIES; i++) {
		if ((st = token_key_ready(a->key)) != GR_OK)
			return st;
		ERR_clear_error();
		if (sign(object, a->key, digest) > 0)
			return GR_OK;
		if (!token_key_is_lost(a->key))
			break;
	}
	complain("%s: cannot be signed: %s", what, complain_openssl());
	return a->token ? token_key_failure(a->key) : GR_FAIL;
}

void authority_release(struct authority *a)
{
	EVP_PKEY_free(a->key);
	token_close(a->token);
	cert_release(&a->cert);
	chain_free(a->chain);
	*a = (struct authority){ 0 };
}

static enum status save_key(const struct authority *a, const char *path)
{
	const struct authority_key key = { a->key, a->token };
	char *text = NULL;
	size_t len = 0;
	enum status st = authority_key_format(&text, &len, &key);

	if (st == GR_OK)
		st = file_replace(path, text, len, 0600);
	secret_free(text, len);
	return st;
}

enum status authority_save(const struct authority *a, const char *dir)
{
	char key_path[PATH_MAX], cert_path[PATH_MAX], *pem = NULL;
	enum status st;

	if ((st = authority_path(key_path, dir, a->name, ".key")) != GR_OK)
		return st;
	if ((st = authority_path(cert_path, dir, a->name, ".pem")) != GR_OK)
		return st;
	if ((st = save_key(a, key_path)) != GR_OK)
		return st;
	if ((st = chain_pem(&pem, a->chain, sk_X509_num(a->chain))) != GR_OK)
		return st;
	st = file_replace(cert_path, pem, strlen(pem), 0644);
	free(pem);
	return st;
}

/* NAME.pem -> NAME. False: not the name of such a file. */
static bool take_name(char name[static AUTHORITY_NAME_MAX + 1], const char *file)
{
	size_t len = strlen(file);

	return len > 4 && strcmp(file + len - 4, ".pem") == 0 &&
	    str_format(name, AUTHORITY_NAME_MAX + 1, "%.*s", (int)len - 4, file) &&
	    authority_is_name(name);
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

enum status authority_list(struct authority_list *list, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	list->count = 0;
	if (!d && errno == ENOENT)
		return GR_OK;
	if (!d) {
		complain("%s: %s", dir, strerror(errno));
		return GR_FAIL;
	}
	while ((entry = readdir(d)))
		if (list->count < AUTHORITY_COUNT_MAX &&
		    take_name(list->name[list->count], entry->d_name))
			list->count++;
	closedir(d);
	qsort(list->name, list->count, sizeof list->name[0], compare);
	return GR_OK;
}
