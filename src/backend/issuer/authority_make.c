/* authority_make.c - authority.h: a new one, made or brought along */
#include "chain.h"
#include "complain.h"
#include "file.h"
#include "issuer/authority.h"
#include "issuer/draft.h"
#include "issuer/issuer.h"
#include "key.h"
#include "strength.h"

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

enum { CA_SECONDS = 20 * 365 * 86400 };

/* One OU, the whole text: so it stands in each certificate of AWS IoT (AWS IoT Developer Guide, policy variables). */
static const char aws_name[] = "Amazon Web Services O=Amazon.com Inc. L=Seattle ST=Washington C=US";

static enum status refuse_taken(const char *dir, const char *name)
{
	if (!authority_exists(dir, name))
		return GR_OK;
	if (strcmp(name, AUTHORITY_FIRST) == 0)
		complain("%s: holds a certificate authority already", dir);
	else
		complain("%s: holds a certificate authority %s already", dir, name);
	return GR_NO;
}

/* AWS's text is longer than the 64 characters that OpenSSL's tables grant an OU, and = is in no PrintableString. */
static bool set_name(X509_NAME *name, const char *common_name)
{
	X509_NAME_ENTRY *entry;
	bool ok;

	if (common_name)
		return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) == 1;
	entry = X509_NAME_ENTRY_create_by_NID(NULL, NID_organizationalUnitName, V_ASN1_UTF8STRING, (const unsigned char *)aws_name, -1);
	ok = entry && X509_NAME_add_entry(name, entry, -1, 0) == 1;
	X509_NAME_ENTRY_free(entry);
	return ok;
}

static X509 *self_sign(EVP_PKEY *key, const char *common_name, int64_t now)
{
	X509 *x509 = X509_new();
	X509_NAME *name = x509 ? X509_get_subject_name(x509) : NULL;

	if (x509 && X509_set_version(x509, X509_VERSION_3) == 1 && draft_serial(x509) && set_name(name, common_name) &&
	    X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, key) == 1 &&
	    draft_times(x509, now - ISSUER_BACKDATE, now + CA_SECONDS) &&
	    draft_extension(x509, x509, NID_basic_constraints, "critical,CA:TRUE") &&
	    draft_extension(x509, x509, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	    draft_extension(x509, x509, NID_subject_key_identifier, "hash") && X509_sign(x509, key, EVP_sha256()) > 0)
		return x509;
	complain("%s: certificate authority cannot be made: %s", common_name ? common_name : "AWS IoT's name", complain_openssl());
	X509_free(x509);
	return NULL;
}

enum status authority_make(struct authority *a, const char *dir, const struct authority_request *q, int64_t now)
{
	STACK_OF(X509) *chain = NULL;
	EVP_PKEY *key = NULL;
	X509 *x509;
	enum status st;

	if ((st = refuse_taken(dir, q->name)) != GR_OK || (st = key_generate(&key, q->alg)) != GR_OK)
		return st;
	x509 = self_sign(key, q->common_name, now);
	if (!x509 || !(chain = sk_X509_new_null()) || sk_X509_push(chain, x509) == 0) {
		X509_free(x509);
		chain_free(chain);
		EVP_PKEY_free(key);
		return GR_FAIL;
	}
	if ((st = authority_assemble(a, q->name, key, chain, dir)) == GR_OK && (st = authority_save(a, dir)) != GR_OK)
		authority_release(a);
	return st;
}

/* NULL, or what keeps this certificate from being an authority's. */
static const char *flaw_of(X509 *x509)
{
	uint32_t usage = X509_get_key_usage(x509);	/* all bits are set where the extension is missing */

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

/* One key is one authority: under two names, or with two subjects, its certificates would be on two CRLs. */
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
		if (EVP_PKEY_eq(X509_get0_pubkey(other), a->key) == 1 && (strcmp(list.name[i], a->name) != 0 ||
		    X509_NAME_cmp(X509_get_subject_name(other), X509_get_subject_name(a->cert.x509)) != 0)) {
			complain("%s: its key is that of an authority here already, %s", a->name, list.name[i]);
			st = GR_NO;
		}
		chain_free(chain);
	}
	return st;
}

/* The same key under the same name is the same authority, with a certificate that was renewed. */
static enum status refuse_other(const struct authority *a, const char *dir)
{
	char path[PATH_MAX];
	EVP_PKEY *old = NULL;
	enum status st;
	bool same;

	if (!authority_exists(dir, a->name))
		return GR_OK;
	if ((st = authority_path(path, dir, a->name, ".key")) != GR_OK || (st = authority_read_key(&old, path)) == GR_BAD || st == GR_FAIL)
		return st;
	same = st == GR_OK && EVP_PKEY_eq(old, a->key) == 1;
	EVP_PKEY_free(old);
	return same ? GR_OK : refuse_taken(dir, a->name);
}

static enum status read_files(EVP_PKEY **key, STACK_OF(X509) **chain, const char *key_path, const char *cert_path)
{
	const char *weak, *path = key_path;
	char *pem = NULL;
	size_t len = 0;
	enum status st;

	if ((st = authority_read_key(key, key_path)) == GR_OK) {
		if ((weak = strength_key_weakness(*key))) {
			complain("%s: %s", key_path, weak);
			return GR_BAD;
		}
		path = cert_path;
		if ((st = file_read(&pem, &len, cert_path, CERT_FILE_MAX)) == GR_OK)
			st = chain_from_pem(chain, pem, len, cert_path);
		free(pem);
	}
	if (st == GR_NO) {
		complain("%s: no such file", path);
		st = GR_BAD;
	}
	return st;
}

enum status authority_import(struct authority *a, const char *dir, const char *name, const char *key_path, const char *cert_path, int64_t now)
{
	STACK_OF(X509) *chain = NULL;
	EVP_PKEY *key = NULL;
	enum status st = read_files(&key, &chain, key_path, cert_path);

	if (st != GR_OK) {
		EVP_PKEY_free(key);
		chain_free(chain);
		return st;
	}
	if ((st = authority_assemble(a, name, key, chain, cert_path)) == GR_NO) {
		complain("%s: its first certificate does not belong to the key in %s", cert_path, key_path);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	if ((st = prove(a, now)) != GR_OK || (st = refuse_twin(a, dir)) != GR_OK || (st = refuse_other(a, dir)) != GR_OK ||
	    (st = authority_save(a, dir)) != GR_OK)
		authority_release(a);
	return st;
}
