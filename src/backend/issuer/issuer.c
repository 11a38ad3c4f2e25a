/* SPDX-License-Identifier: Apache-2.0 */
/* issuer.c - who signs the certificates of devices now */
#include "issuer/issuer.h"
#include "base/utc.h"
#include "complain.h"
#include "issuer/certificate_builder.h"
#include "key.h"
#include "str.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>

/* 2049-12-31T23:59:59Z (AWS IoT Developer Guide, X.509 client certificates). */
#define AWS_NOT_AFTER INT64_C(2524607999)

enum { SAMPLE_SECONDS = 600 };

static bool add_host(X509 *x509, X509 *authority, const char *host)
{
	unsigned char address[16];
	char value[300];
	bool ip = inet_pton(AF_INET, host, address) == 1 ||
	    inet_pton(AF_INET6, host, address) == 1;

	return str_format(value, sizeof value, "%s:%s", ip ? "IP" : "DNS", host) &&
	    strchr(host, ',') == NULL &&
	    certificate_builder_extension(x509, authority, NID_subject_alt_name, value);
}

static bool add_extensions(X509 *x509, X509 *authority, const struct issuer_request *q)
{
	bool server = q->use == ISSUER_SERVER;

	return certificate_builder_extension(x509, authority, NID_basic_constraints,
					     "critical,CA:FALSE") &&
	    certificate_builder_extension(x509, authority, NID_key_usage,
					  "critical,digitalSignature") &&
	    certificate_builder_extension(x509, authority, NID_ext_key_usage,
					  server ? "serverAuth" : "clientAuth") &&
	    certificate_builder_extension(x509, authority, NID_subject_key_identifier, "hash") &&
	    certificate_builder_extension(x509, authority, NID_authority_key_identifier,
					  "keyid:always") &&
	    (!server || add_host(x509, authority, q->host));
}

int issuer_sign_x509(void *x509, EVP_PKEY *key, const EVP_MD *digest)
{
	return X509_sign(x509, key, digest);
}

static X509 *draft(X509 *authority, const struct issuer_request *q)
{
	X509 *x509 = X509_new();

	if (x509 && X509_set_version(x509, X509_VERSION_3) == 1 &&
	    certificate_builder_serial(x509) &&
	    X509_set_issuer_name(x509, X509_get_subject_name(authority)) == 1 &&
	    X509_set_subject_name(x509, q->subject) == 1 && X509_set_pubkey(x509, q->key) == 1 &&
	    certificate_builder_times(x509, q->not_before, q->not_after) &&
	    add_extensions(x509, authority, q))
		return x509;
	complain("certificate: cannot be made: %s", complain_openssl());
	X509_free(x509);
	return NULL;
}

enum status issuer_sign(struct cert *cert, const struct authority *a, const EVP_MD *digest,
			const struct issuer_request *q)
{
	X509 *x509 = draft(a->cert.x509, q);
	enum status st;

	if (!x509)
		return GR_FAIL;
	if ((st = authority_sign(a, issuer_sign_x509, x509, digest, "certificate")) == GR_OK)
		return cert_from_x509(cert, x509, "new certificate");
	X509_free(x509);
	return st;
}

enum status issuer_sample(struct cert *cert, EVP_PKEY **key, const struct authority *a,
			  const EVP_MD *digest, int64_t now)
{
	struct issuer_request q = { .use = ISSUER_DEVICE,
				    .not_before = now - ISSUER_BACKDATE,
				    .not_after = now + SAMPLE_SECONDS };
	X509_NAME *name = X509_NAME_new();
	const struct alg_key *alg;
	EVP_PKEY *made = NULL;
	enum status st;

	if (!name ||
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				       (const unsigned char *)"gr-ca sample", -1, -1, 0) != 1) {
		complain("certificate: out of memory");
		st = GR_FAIL;
	} else if ((st = alg_key_find(&alg, "ECDSA-P256")) == GR_OK &&
		   (st = key_generate(&made, alg)) == GR_OK) {
		q.key = made;
		q.subject = name;
		st = issuer_sign(cert, a, digest, &q);
	}
	if (st == GR_OK)
		*key = made;
	else
		EVP_PKEY_free(made);
	X509_NAME_free(name);
	return st;
}

enum status issuer_begin(int64_t *not_before, const struct authority *a, int64_t wish, int64_t now)
{
	char begin[32];

	if (now < a->begin) {
		utc_format(begin, a->begin * 1000);
		complain("authority %s: is not valid before %s; is the clock right?", a->name,
			 begin);
		return GR_FAIL;
	}
	*not_before = wish < a->begin ? a->begin : wish;
	return GR_OK;
}

enum status issuer_end(int64_t *not_after, const struct issuer *issuer, int64_t now)
{
	int64_t end = issuer->authority.end;

	if (end <= now) {
		complain("authority %s: has expired; nothing can be issued by it",
			 issuer->authority.name);
		return GR_NO;
	}
	if (!issuer->profile.private)
		*not_after = AWS_NOT_AFTER;
	else
		*not_after = end - now > (int64_t)issuer->profile.days * 86400
		    ? now + (int64_t)issuer->profile.days * 86400
		    : end;
	return GR_OK;
}

static struct issuer_file look(const char *dir, const char *name, const char *suffix)
{
	char path[PATH_MAX];
	struct stat s;

	if (!str_format(path, sizeof path, "%s/%s%s", dir, name, suffix) || stat(path, &s) != 0)
		return (struct issuer_file){ 0 };
	return (struct issuer_file){ s.st_dev, s.st_ino, s.st_size, s.st_ctim };
}

static bool is_same(const struct issuer_file *a, const struct issuer_file *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* Looked at first and read then: what changes in between is noticed the next time. */
enum status issuer_open(struct issuer *issuer, const char *dir)
{
	struct issuer read = { .profile_file = look(dir, "mode", ".json") };
	enum status st = issuing_profile_need(&read.profile, dir);

	if (st != GR_OK)
		return st;
	if (!str_copy(read.dir, sizeof read.dir, dir)) {
		complain("%s: the path is too long", dir);
		return GR_BAD;
	}
	read.cert_file = look(dir, read.profile.authority, ".pem");
	if ((st = authority_open(&read.authority, dir, read.profile.authority)) != GR_OK)
		return st;
	if ((st = issuing_profile_settle(&read.profile, &read.authority)) == GR_OK)
		*issuer = read;
	else
		issuer_release(&read);
	return st;
}

enum status issuer_refresh(struct issuer *issuer)
{
	struct issuer_file profile = look(issuer->dir, "mode", ".json"),
			   cert = look(issuer->dir, issuer->authority.name, ".pem");
	struct issuer read;
	enum status st;

	if (is_same(&profile, &issuer->profile_file) && is_same(&cert, &issuer->cert_file))
		return GR_OK;
	if ((st = issuer_open(&read, issuer->dir)) != GR_OK)
		return st;
	issuer_release(issuer);
	*issuer = read;
	return GR_OK;
}

void issuer_release(struct issuer *issuer)
{
	authority_release(&issuer->authority);
}
