/* issuer.c - the certificate authority */
#include "issuer/issuer.h"
#include "complain.h"
#include "file.h"
#include "key.h"
#include "str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CA_SECONDS = 20 * 365 * 86400, SERIAL_BYTES = 20 };

static bool set_serial(X509 *x509)
{
	unsigned char bytes[SERIAL_BYTES];
	ASN1_INTEGER *serial = NULL;
	BIGNUM *number = NULL;
	bool ok;

	/* The top bit stays clear: a serial number is a positive INTEGER of at most 20 octets (RFC 5280, 4.1.2.2). */
	ok = RAND_bytes(bytes, sizeof bytes) == 1;
	bytes[0] &= 0x7f;
	ok = ok && (number = BN_bin2bn(bytes, sizeof bytes, NULL)) && (serial = BN_to_ASN1_INTEGER(number, NULL)) &&
	     X509_set_serialNumber(x509, serial) == 1;
	ASN1_INTEGER_free(serial);
	BN_free(number);
	return ok;
}

static bool set_times(X509 *x509, int64_t not_before, int64_t not_after)
{
	return ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)not_before) && ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)not_after);
}

static bool add_extension(X509 *x509, X509 *authority, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx(&ctx, authority, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = extension && X509_add_ext(x509, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

static bool add_host(X509 *x509, X509 *authority, const char *host)
{
	unsigned char address[16];
	char value[300];
	bool ip = inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;

	return str_format(value, sizeof value, "%s:%s", ip ? "IP" : "DNS", host) && strchr(host, ',') == NULL &&
	       add_extension(x509, authority, NID_subject_alt_name, value);
}

static bool add_leaf_extensions(X509 *x509, X509 *authority, const struct issuer_request *q)
{
	bool server = q->use == ISSUER_SERVER;

	return add_extension(x509, authority, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(x509, authority, NID_key_usage, "critical,digitalSignature") &&
	       add_extension(x509, authority, NID_ext_key_usage, server ? "serverAuth" : "clientAuth") &&
	       add_extension(x509, authority, NID_subject_key_identifier, "hash") &&
	       add_extension(x509, authority, NID_authority_key_identifier, "keyid:always") &&
	       (!server || add_host(x509, authority, q->host));
}

enum status issuer_sign(struct cert *cert, const struct issuer *issuer, const struct issuer_request *q)
{
	X509 *x509 = X509_new();

	if (x509 && X509_set_version(x509, X509_VERSION_3) == 1 && set_serial(x509) &&
	    X509_set_issuer_name(x509, X509_get_subject_name(issuer->cert.x509)) == 1 &&
	    X509_set_subject_name(x509, q->subject) == 1 && X509_set_pubkey(x509, q->key) == 1 &&
	    set_times(x509, q->not_before, q->not_after) && add_leaf_extensions(x509, issuer->cert.x509, q) &&
	    X509_sign(x509, issuer->key, EVP_sha256()) > 0)
		return cert_from_x509(cert, x509, "new certificate");
	complain("certificate: cannot be signed: %s", complain_openssl());
	X509_free(x509);
	return GR_FAIL;
}

static X509 *self_sign(EVP_PKEY *key, const char *common_name, int64_t now)
{
	X509 *x509 = X509_new();
	X509_NAME *name = x509 ? X509_get_subject_name(x509) : NULL;

	if (x509 && X509_set_version(x509, X509_VERSION_3) == 1 && set_serial(x509) &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, key) == 1 &&
	    set_times(x509, now - ISSUER_BACKDATE, now + CA_SECONDS) &&
	    add_extension(x509, x509, NID_basic_constraints, "critical,CA:TRUE") &&
	    add_extension(x509, x509, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	    add_extension(x509, x509, NID_subject_key_identifier, "hash") && X509_sign(x509, key, EVP_sha256()) > 0)
		return x509;
	complain("%s: certificate authority cannot be made: %s", common_name, complain_openssl());
	X509_free(x509);
	return NULL;
}

static bool paths(char key[static PATH_MAX], char cert[static PATH_MAX], const char *dir)
{
	if (str_format(key, PATH_MAX, "%s/ca.key", dir) && str_format(cert, PATH_MAX, "%s/ca.pem", dir))
		return true;
	complain("%s: the path is too long", dir);
	return false;
}

/* The key first: a certificate without its key would be of no use. */
static enum status save(const struct issuer *issuer, const char *key_path, const char *cert_path)
{
	char *pem = NULL;
	size_t len = 0;
	enum status st;

	if ((st = key_pem(&pem, &len, issuer->key)) != GR_OK)
		return st;
	st = file_replace(key_path, pem, len, 0600);
	key_wipe(pem, len);
	pem = NULL;
	if (st != GR_OK || (st = cert_pem(&pem, &len, &issuer->cert)) != GR_OK)
		return st;
	st = file_replace(cert_path, pem, len, 0644);
	free(pem);
	return st;
}

enum status issuer_init(const char *dir, const char *common_name, const struct alg_key *alg, int64_t now)
{
	char key_path[PATH_MAX], cert_path[PATH_MAX];
	struct issuer made = { 0 };
	struct stat info;
	X509 *x509;
	enum status st;

	if (!paths(key_path, cert_path, dir))
		return GR_BAD;
	if (stat(key_path, &info) == 0 || stat(cert_path, &info) == 0) {
		complain("%s: holds a certificate authority already", dir);
		return GR_NO;
	}
	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		complain("%s: %s", dir, strerror(errno));
		return GR_FAIL;
	}
	if ((st = key_generate(&made.key, alg)) != GR_OK)
		return st;
	if (!(x509 = self_sign(made.key, common_name, now)))
		st = GR_FAIL;
	else if ((st = cert_from_x509(&made.cert, x509, "certificate authority")) == GR_OK)
		st = save(&made, key_path, cert_path);
	issuer_release(&made);
	return st;
}

enum status issuer_open(struct issuer *issuer, const char *dir)
{
	char key_path[PATH_MAX], cert_path[PATH_MAX];
	struct issuer read = { 0 };
	enum status st;

	if (!paths(key_path, cert_path, dir))
		return GR_BAD;
	if ((st = key_read(&read.key, key_path)) == GR_OK)
		st = cert_read(&read.cert, cert_path);
	if (st == GR_NO) {
		complain("%s: no certificate authority there; gr-ca init makes one", dir);
		st = GR_BAD;
	}
	if (st == GR_OK && !cert_fits_key(&read.cert, read.key)) {
		complain("%s: ca.key and ca.pem do not belong together", dir);
		st = GR_BAD;
	}
	if (st == GR_OK)
		*issuer = read;
	else
		issuer_release(&read);
	return st;
}

void issuer_release(struct issuer *issuer)
{
	EVP_PKEY_free(issuer->key);
	cert_release(&issuer->cert);
	issuer->key = NULL;
}
