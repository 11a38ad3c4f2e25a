/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gr-fleet: things with a P-256 key each, certified by a throwaway or a given authority, as lines
 * for gr-registry import
 */
#include "arg.h"
#include "cert.h"
#include "complain.h"
#include "json.h"
#include "key.h"
#include "out.h"
#include "str.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const struct arg_option options[] = {
	{ 'n', "things", "N", "how many (default 100000)" },
	{ 't', "name", "NAME", "they are called NAME-1, NAME-2 ... (default fleet)" },
	{ 'p', "policy", "POLICY", "attached to each certificate" },
	{ 'g', "group", "GROUP", "that each thing is in; made where it is not there" },
	{ 'a', "authority", "DIR",
	  "certify with the authority ca that lies there (a backend's folder ca), as in mode "
	  "private" },
	{ 'k', "keys", "FILE", "write key and certificate of each thing there, for gr-swarm" },
	{ 'e', "end", "DAYS",
	  "certificates end after 1 to so many days, one after the other (default 9000)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-fleet", "[-n N] [-t NAME] [-p POLICY] [-g GROUP] [-a DIR] [-k FILE] [-e DAYS]",
	"Print things with certificates for gr-registry import.", options
};
static const struct alg_key p256 = { "ECDSA-P256", EVP_PKEY_EC, 0, "P-256" };

struct fleet {
	uint32_t things, days;
	const char *name, *policy, *group, *authority, *keys;	/* NULL: none */
	EVP_PKEY *key;		/* the authority's */
	X509_NAME *issuer;
	FILE *pairs;
};

static bool set_name(X509_NAME *name, const char *cn)
{
	return name &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)cn, -1, -1,
				       0) == 1;
}

static enum status make_authority(struct fleet *f)
{
	enum status st = key_generate(&f->key, &p256);

	if (st != GR_OK)
		return st;
	f->issuer = X509_NAME_new();
	return set_name(f->issuer, "fleet CA") ? GR_OK : GR_FAIL;
}

static enum status read_authority(struct fleet *f)
{
	char path[PATH_MAX];
	struct cert cert;
	enum status st;

	str_format(path, sizeof path, "%s/ca.key", f->authority);
	if ((st = key_read(&f->key, path)) == GR_NO)
		complain("%s: no such file", path);
	str_format(path, sizeof path, "%s/ca.pem", f->authority);
	if (st != GR_OK || (st = cert_read(&cert, path)) != GR_OK)
		return st;
	f->issuer = X509_NAME_dup(X509_get_subject_name(cert.x509));
	cert_release(&cert);
	return f->issuer ? GR_OK : GR_FAIL;
}

/* One authority may certify several fleets: serial numbers are drawn. */
static bool set_serial(X509 *x509)
{
	uint64_t serial;

	return RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1 | 1) == 1;
}

/* The way of a certificate of gr-ca, as far as a registry and a broker look at it. */
static enum status certify(struct cert *cert, const struct fleet *f, const char *thing,
			   EVP_PKEY *key, uint32_t i)
{
	X509 *x509 = X509_new();
	time_t now = time(NULL);

	if (x509 && X509_set_version(x509, X509_VERSION_3) == 1 && set_serial(x509) &&
	    X509_set_issuer_name(x509, f->issuer) == 1 &&
	    set_name(X509_get_subject_name(x509), thing) && X509_set_pubkey(x509, key) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(x509), now - 300) &&
	    ASN1_TIME_set(X509_getm_notAfter(x509), now + (time_t)(i % f->days + 1) * 86400) &&
	    X509_sign(x509, f->key, EVP_sha256()) > 0)
		return cert_from_x509(cert, x509, thing);
	complain("%s: cannot be certified: %s", thing, complain_openssl());
	X509_free(x509);
	return GR_FAIL;
}

static void print_thing(const struct fleet *f, const char *thing, const char *pem)
{
	json_t *policies = json_array(), *groups = json_array(), *certificate, *line;
	char *text;

	if (f->policy)
		json_array_append_new(policies, json_string(f->policy));
	if (f->group)
		json_array_append_new(groups, json_string(f->group));
	certificate = json_pack("{s:s, s:o}", "certificatePem", pem, "policies", policies);
	if (f->authority)
		json_object_update_new(certificate,
				       json_pack("{s:s, s:b}", "authority", "ca", "private", 1));
	line = json_pack("{s:s, s:o, s:[o]}", "thingName", thing, "thingGroups", groups,
			 "certificates", certificate);
	text = json_compact(line);
	puts(text ? text : "null");
	free(text);
	json_decref(line);
}

static enum status write_pair(const struct fleet *f, EVP_PKEY *key, const char *pem)
{
	if (!f->pairs ||
	    (PEM_write_PrivateKey(f->pairs, key, NULL, NULL, 0, NULL, NULL) == 1 &&
	     fputs(pem, f->pairs) >= 0))
		return GR_OK;
	complain("%s: %s", f->keys, strerror(errno));
	return GR_FAIL;
}

static enum status make_thing(const struct fleet *f, uint32_t i)
{
	struct cert cert = { 0 };
	EVP_PKEY *key = NULL;
	char thing[160], *pem = NULL;
	size_t len = 0;
	enum status st;

	str_format(thing, sizeof thing, "%s-%" PRIu32, f->name, i + 1);
	if ((st = key_generate(&key, &p256)) == GR_OK &&
	    (st = certify(&cert, f, thing, key, i)) == GR_OK &&
	    (st = cert_pem(&pem, &len, &cert)) == GR_OK && (st = write_pair(f, key, pem)) == GR_OK)
		print_thing(f, thing, pem);
	free(pem);
	cert_release(&cert);
	EVP_PKEY_free(key);
	return st;
}

static enum status make_fleet(struct fleet *f)
{
	enum status st = f->authority ? read_authority(f) : make_authority(f);

	if (st == GR_OK && f->keys && !(f->pairs = fopen(f->keys, "we"))) {
		complain("%s: %s", f->keys, strerror(errno));
		st = GR_FAIL;
	}
	if (st == GR_OK && f->group)
		printf("{\"thingGroupName\":\"%s\"}\n", f->group);
	for (uint32_t i = 0; st == GR_OK && i < f->things; i++)
		st = make_thing(f, i);
	if (f->pairs && fclose(f->pairs) != 0 && st == GR_OK) {
		complain("%s: %s", f->keys, strerror(errno));
		st = GR_FAIL;
	}
	return st;
}

int main(int argc, char *argv[])
{
	struct fleet f = { .things = 100000, .days = 9000, .name = "fleet" };
	enum status st = GR_OK, written;
	int ch;

	umask(077);
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'n': st = arg_u32(&f.things, "--things", optarg); break;
		case 't': f.name = optarg; break;
		case 'p': f.policy = optarg; break;
		case 'g': f.group = optarg; break;
		case 'a': f.authority = optarg; break;
		case 'k': f.keys = optarg; break;
		case 'e': st = arg_range(&f.days, "--end", optarg, 1, 20000); break;
		}
	if (st != GR_OK)
		return st;
	if (argc != optind)
		arg_usage(&spec);
	st = make_fleet(&f);
	EVP_PKEY_free(f.key);
	X509_NAME_free(f.issuer);
	written = out_close();
	return st == GR_OK ? written : st;
}
