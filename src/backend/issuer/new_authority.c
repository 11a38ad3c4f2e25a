/* SPDX-License-Identifier: Apache-2.0 */
/* new_authority.c - makes and imports authorities */
#include "issuer/new_authority.h"
#include "chain.h"
#include "complain.h"
#include "file.h"
#include "issuer/certificate_builder.h"
#include "issuer/issuer.h"
#include "key.h"
#include "secret.h"

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

enum { CA_SECONDS = 20 * 365 * 86400 };

/*
 * One OU, the whole text: so it stands in each certificate of AWS IoT (AWS IoT Developer Guide,
 * policy variables).
 */
static const char aws_name[] =
    "Amazon Web Services O=Amazon.com Inc. L=Seattle ST=Washington C=US";

static enum status refuse_taken(const char *dir, const char *name)
{
	if (!authority_exists(dir, name))
		return GR_OK;
	if (strcmp(name, AUTHORITY_FIRST) == 0)
		complain("%s: holds a certificate authority already; gr-ca init NAME makes "
			 "another one beside it",
			 dir);
	else
		complain("%s: holds a certificate authority %s already", dir, name);
	return GR_NO;
}

/*
 * AWS's text is longer than the 64 characters that OpenSSL's tables grant an OU, and = is in no
 * PrintableString.
 */
static bool set_name(X509_NAME *name, const char *common_name)
{
	X509_NAME_ENTRY *entry;
	bool ok;

	if (common_name)
		return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
						  (const unsigned char *)common_name, -1, -1,
						  0) == 1;
	entry = X509_NAME_ENTRY_create_by_NID(NULL, NID_organizationalUnitName, V_ASN1_UTF8STRING,
					      (const unsigned char *)aws_name, -1);
	ok = entry && X509_NAME_add_entry(name, entry, -1, 0) == 1;
	X509_NAME_ENTRY_free(entry);
	return ok;
}

/*
 * One key is one authority: under two names, or with two subjects, its certificates would be on
 * two CRLs.
 */
static enum status refuse_twin(const struct authority *a, const char *dir)
{
	struct authority_list list;
	STACK_OF(X509) *chain;
	enum status st = authority_list(&list, dir);

	for (size_t i = 0; i < list.count && st == GR_OK; i++) {
		X509 *other;

		if ((st = authority_certificates(&chain, dir, list.name[i])) != GR_OK)
			return st;
		other = sk_X509_value(chain, 0);
		if (EVP_PKEY_eq(X509_get0_pubkey(other), a->key) == 1 &&
		    (strcmp(list.name[i], a->name) != 0 ||
		     X509_NAME_cmp(X509_get_subject_name(other),
				   X509_get_subject_name(a->cert.x509)) != 0)) {
			complain("%s: its key is that of an authority here already, %s", a->name,
				 list.name[i]);
			st = GR_NO;
		}
		chain_free(chain);
	}
	return st;
}

static X509 *draft(EVP_PKEY *key, const char *common_name, int64_t now)
{
	X509 *x509 = X509_new();
	X509_NAME *name = x509 ? X509_get_subject_name(x509) : NULL;

	if (x509 && X509_set_version(x509, X509_VERSION_3) == 1 &&
	    certificate_builder_serial(x509) && set_name(name, common_name) &&
	    X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, key) == 1 &&
	    certificate_builder_times(x509, now - ISSUER_BACKDATE_LONG, now + CA_SECONDS) &&
	    certificate_builder_extension(x509, x509, NID_basic_constraints, "critical,CA:TRUE") &&
	    certificate_builder_extension(x509, x509, NID_key_usage,
					  "critical,keyCertSign,cRLSign") &&
	    certificate_builder_extension(x509, x509, NID_subject_key_identifier, "hash"))
		return x509;
	complain("%s: certificate authority cannot be made: %s",
		 common_name ? common_name : "AWS IoT's name", complain_openssl());
	X509_free(x509);
	return NULL;
}

/* By the key alone: there is no authority before it has a certificate. */
static enum status self_sign(STACK_OF(X509) * *chain, const struct authority_key *key,
			     const char *common_name, int64_t now)
{
	const struct authority unborn = { .key = key->pkey, .token = key->token };
	STACK_OF(X509) *made = sk_X509_new_null();
	X509 *x509 = draft(key->pkey, common_name, now);
	enum status st = GR_FAIL;

	if (!x509 || !made || sk_X509_push(made, x509) == 0)
		X509_free(x509);
	else if ((st = authority_sign(&unborn, issuer_sign_x509, x509, EVP_sha256(),
				      "certificate authority")) == GR_OK)
		*chain = made;
	if (st != GR_OK)
		chain_free(made);
	return st;
}

static enum status get_key(struct authority_key *key, const char *dir,
			   const struct new_authority_root *root)
{
	*key = (struct authority_key){ .pkey = NULL };
	if (!root->uri)
		return key_generate(&key->pkey, root->alg);
	return root->alg ? authority_key_make(key, dir, root->uri, root->alg)
		      : authority_key_find(key, dir, root->uri, NULL);
}

enum status new_authority_make(struct authority *a, const char *dir,
			       const struct new_authority_root *root, int64_t now)
{
	STACK_OF(X509) *chain = NULL;
	struct authority_key key;
	enum status st;

	if ((st = refuse_taken(dir, root->name)) != GR_OK ||
	    (st = get_key(&key, dir, root)) != GR_OK)
		return st;
	if ((st = self_sign(&chain, &key, root->common_name, now)) != GR_OK) {
		authority_key_release(&key);
		return st;
	}
	if ((st = authority_assemble(a, root->name, &key, chain, dir)) != GR_OK)
		return st;
	if ((!root->alg && (st = refuse_twin(a, dir)) != GR_OK) ||
	    (st = authority_save(a, dir)) != GR_OK)
		authority_release(a);
	return st;
}

/* NULL, or what keeps this certificate from being an authority's. */
static const char *flaw_of(X509 *x509)
{
	/* all bits are set where the extension is missing */
	uint32_t usage = X509_get_key_usage(x509);

	if (!(X509_get_extension_flags(x509) & EXFLAG_CA))
		return "its certificate is not a CA's (basicConstraints CA:TRUE)";
	if ((usage & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)) != (KU_KEY_CERT_SIGN | KU_CRL_SIGN))
		return "its keyUsage must allow keyCertSign and cRLSign";
	if (!X509_get0_subject_key_id(x509))
		return "its certificate has no subjectKeyIdentifier";
	return NULL;
}

/* As the broker will see it: a device's certificate, and all above it up to the root. */
static enum status prove(const struct authority *a, int64_t now)
{
	X509 *root = sk_X509_value(a->chain, sk_X509_num(a->chain) - 1);
	const char *why = flaw_of(a->cert.x509);
	EVP_PKEY *key = NULL;
	struct cert cert;
	enum status st;

	if (!why && X509_self_signed(root, 1) != 1)
		why = "its certificates do not go up to a self-signed one, which the broker needs";
	if (!why) {
		if ((st = issuer_sample(&cert, &key, a, EVP_sha256(), now)) != GR_OK)
			return st;
		(void)chain_check(&why, cert.x509, a->chain, X509_PURPOSE_SSL_CLIENT, now);
		cert_release(&cert);
		EVP_PKEY_free(key);
	}
	if (!why)
		return GR_OK;
	complain("%s: cannot certify devices: %s", a->name, why);
	return GR_BAD;
}

/* The key that the authority of this name has now. GR_NO, silent: it has none. */
static enum status old_key(struct authority_key *key, const char *dir, const char *name)
{
	STACK_OF(X509) *chain = NULL;
	char path[PATH_MAX], *text;
	bool in_token;
	enum status st;
	size_t len;

	if ((st = authority_path(path, dir, name, ".key")) != GR_OK ||
	    (st = authority_key_text(&text, &len, &in_token, path)) != GR_OK)
		return st;
	if (in_token)
		st = authority_certificates(&chain, dir, name);
	if (st == GR_OK)
		st = authority_key_parse(key, text, len, path, dir,
					 in_token ? X509_get0_pubkey(sk_X509_value(chain, 0))
						  : NULL);
	chain_free(chain);
	secret_free(text, len);
	return st;
}

/*
 * The same key under the same name is the same authority, with a certificate that was renewed, or
 * a key that has moved.
 */
static enum status refuse_other(const struct authority *a, const char *dir)
{
	struct authority_key old = { .pkey = NULL };
	enum status st;
	bool same;

	if (!authority_exists(dir, a->name))
		return GR_OK;
	if ((st = old_key(&old, dir, a->name)) == GR_BAD || st == GR_FAIL)
		return st;
	same = st == GR_OK && EVP_PKEY_eq(old.pkey, a->key) == 1;
	authority_key_release(&old);
	return same ? GR_OK : refuse_taken(dir, a->name);
}

static enum status read_key_file(struct authority_key *key, const char *path)
{
	bool in_token;
	enum status st;
	char *text;
	size_t len;

	if ((st = authority_key_text(&text, &len, &in_token, path)) != GR_OK)
		return st;
	if (in_token) {
		complain("%s: holds the URI of a key in a token; give it with --key", path);
		st = GR_BAD;
	} else {
		st = key_from_pem(&key->pkey, text, len, path);
	}
	secret_free(text, len);
	return st;
}

static enum status read_chain(STACK_OF(X509) **chain, const char *path)
{
	char *pem = NULL;
	size_t len = 0;
	enum status st;

	if ((st = file_read(&pem, &len, path, CERT_FILE_MAX)) == GR_OK)
		st = chain_from_pem(chain, pem, len, path);
	free(pem);
	return st;
}

static enum status read_source(struct authority_key *key, STACK_OF(X509) * *chain,
			       const struct new_authority_source *source, const char *dir)
{
	const char *path = source->key_path;
	EVP_PKEY *public = NULL;
	enum status st = path ? read_key_file(key, path) : GR_OK;

	if (st == GR_OK && path)
		st = authority_key_check(key->pkey, path);
	if (st == GR_OK && (st = read_chain(chain, path = source->cert_path)) == GR_OK)
		public = X509_get0_pubkey(sk_X509_value(*chain, 0));
	if (st == GR_OK && !source->key_path)
		st = authority_key_find(key, dir, source->uri, public);
	if (st == GR_NO) {
		complain("%s: no such file", path);
		st = GR_BAD;
	}
	return st;
}

enum status new_authority_import(struct authority *a, const char *dir, const char *name,
			     const struct new_authority_source *source, int64_t now)
{
	struct authority_key key = { .pkey = NULL };
	STACK_OF(X509) *chain = NULL;
	enum status st = read_source(&key, &chain, source, dir);

	if (st != GR_OK) {
		authority_key_release(&key);
		chain_free(chain);
		return st;
	}
	if ((st = authority_assemble(a, name, &key, chain, source->cert_path)) == GR_NO) {
		complain("%s: its first certificate does not belong to the key in %s",
			 source->cert_path, source->key_path);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	st = prove(a, now);
	if (st == GR_OK)
		st = refuse_twin(a, dir);
	if (st == GR_OK)
		st = refuse_other(a, dir);
	if (st == GR_OK)
		st = authority_save(a, dir);
	if (st != GR_OK)
		authority_release(a);
	return st;
}
