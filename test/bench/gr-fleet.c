/* gr-fleet: things with a P-256 key each, certified by a throwaway authority, as lines for gr-registry import */
#include "arg.h"
#include "cert.h"
#include "complain.h"
#include "json.h"
#include "key.h"
#include "out.h"
#include "str.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const struct arg_option options[] = {
	{ 'n', "things", "N", "how many (default 100000)" },
	{ 'p', "policy", "POLICY", "attached to each certificate" },
	{ 'g', "group", "GROUP", "that each thing is in" },
	{ 'e', "end", "DAYS", "certificates end after 1 to so many days, one after the other (default 9000)" },
	{ 0 }
};
static const struct arg_spec spec = { "gr-fleet", "[-n N] [-p POLICY] [-g GROUP] [-e DAYS]", "Print things with certificates for gr-registry import.", options };
static const struct alg_key p256 = { "ECDSA-P256", EVP_PKEY_EC, 0, "P-256" };

struct fleet {
	uint32_t things, days;
	const char *policy, *group;
	EVP_PKEY *authority;
	X509_NAME *issuer;
};

static bool set_name(X509_NAME *name, const char *cn)
{
	return name && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0) == 1;
}

/* The way of a certificate of gr-ca, as far as a registry looks at it. */
static enum status certify(struct cert *cert, const struct fleet *f, const char *thing, EVP_PKEY *key, uint32_t i)
{
	X509 *x509 = X509_new();
	time_t now = time(NULL);

	if (x509 && X509_set_version(x509, X509_VERSION_3) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(x509), (long)i + 1) == 1 &&
	    X509_set_issuer_name(x509, f->issuer) == 1 && set_name(X509_get_subject_name(x509), thing) && X509_set_pubkey(x509, key) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(x509), now - 300) && ASN1_TIME_set(X509_getm_notAfter(x509), now + (time_t)(i % f->days + 1) * 86400) &&
	    X509_sign(x509, f->authority, EVP_sha256()) > 0)
		return cert_from_x509(cert, x509, thing);
	complain("%s: cannot be certified: %s", thing, complain_openssl());
	X509_free(x509);
	return GR_FAIL;
}

static void print_thing(const struct fleet *f, const char *thing, const char *pem)
{
	json_t *policies = json_array(), *groups = json_array(), *line;
	char *text;

	if (f->policy)
		json_array_append_new(policies, json_string(f->policy));
	if (f->group)
		json_array_append_new(groups, json_string(f->group));
	line = json_pack("{s:s, s:o, s:[{s:s, s:o}]}", "thingName", thing, "thingGroups", groups, "certificates", "certificatePem", pem, "policies", policies);
	text = json_compact(line);
	puts(text ? text : "null");
	free(text);
	json_decref(line);
}

static enum status make_thing(const struct fleet *f, uint32_t i)
{
	struct cert cert = { 0 };
	EVP_PKEY *key = NULL;
	char thing[32], *pem = NULL;
	size_t len = 0;
	enum status st;

	str_format(thing, sizeof thing, "fleet-%" PRIu32, i + 1);
	if ((st = key_generate(&key, &p256)) == GR_OK && (st = certify(&cert, f, thing, key, i)) == GR_OK && (st = cert_pem(&pem, &len, &cert)) == GR_OK)
		print_thing(f, thing, pem);
	free(pem);
	cert_release(&cert);
	EVP_PKEY_free(key);
	return st;
}

int main(int argc, char *argv[])
{
	struct fleet f = { .things = 100000, .days = 9000, .issuer = X509_NAME_new() };
	enum status st = GR_OK, written;
	int ch;

	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'n': st = arg_u32(&f.things, "--things", optarg); break;
		case 'p': f.policy = optarg; break;
		case 'g': f.group = optarg; break;
		case 'e': st = arg_range(&f.days, "--end", optarg, 1, 20000); break;
		}
	if (st == GR_OK && argc != optind)
		arg_usage(&spec);
	if (st == GR_OK && !set_name(f.issuer, "fleet CA"))
		st = GR_FAIL;
	if (st == GR_OK)
		st = key_generate(&f.authority, &p256);
	for (uint32_t i = 0; st == GR_OK && i < f.things; i++)
		st = make_thing(&f, i);
	EVP_PKEY_free(f.authority);
	X509_NAME_free(f.issuer);
	written = out_close();
	return st == GR_OK ? written : st;
}
