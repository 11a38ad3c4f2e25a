/* SPDX-License-Identifier: Apache-2.0 */
/* world.c - the registry of the targets that need one */
#include "lib/world.h"
#include "clock.h"
#include "issuer/new_authority.h"
#include "jobs/transition.h"
#include "lib/fuzz.h"
#include "registry/certificate.h"
#include "registry/execution.h"
#include "registry/group.h"
#include "registry/job.h"
#include "registry/policy_store.h"
#include "registry/registry.h"
#include "registry/thing.h"
#include "str.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LINE = 1 << 20,		/* what import and replay take for one */
	PATH_SIZE = 4200
};

static const char allow_all[] = "{\"Version\":\"2012-10-17\",\"Statement\":"
				"{\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\"}}";

/* Their keys were thrown away. */
static const char *const certificates[2] = {
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBkzCCATmgAwIBAgIUB2bjnPG/Oka/d7Kx87dNm+wQFjEwCgYIKoZIzj0EAwIw\n"
	"HjEcMBoGA1UEAwwTQVdTIElvVCBDZXJ0aWZpY2F0ZTAgFw0yNjExMjkxODE0MjNa\n"
	"GA8yMTI2MTEwNTE4MTQyM1owHjEcMBoGA1UEAwwTQVdTIElvVCBDZXJ0aWZpY2F0\n"
	"ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJq5C8eyN0GjEspWKn4Ig8OEpUmO\n"
	"s2WhJaHyxy/Ffl4fQO8iZfTp2lUrFNvU4YWHqZgYC4uwBiVGoeoX9SsVZhKjUzBR\n"
	"MB0GA1UdDgQWBBTLUvcI0HqDwGMPA+NP1ZniCphNbjAfBgNVHSMEGDAWgBTLUvcI\n"
	"0HqDwGMPA+NP1ZniCphNbjAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gA\n"
	"MEUCIDXmlwr5QDE+k9RIE3/KLsdEuuUEFuvGnm5x7SYRXtYJAiEA4aD2c44gpCny\n"
	"E3znHXp9wHUtc2nb9XHNsNQouhPFi4g=\n"
	"-----END CERTIFICATE-----\n",
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBkzCCATmgAwIBAgIUG+FSVItOrDgFVD8RUfO6nxpilmUwCgYIKoZIzj0EAwIw\n"
	"HjEcMBoGA1UEAwwTQVdTIElvVCBDZXJ0aWZpY2F0ZTAgFw0yNjExMjkxODE0MjNa\n"
	"GA8yMTI2MTEwNTE4MTQyM1owHjEcMBoGA1UEAwwTQVdTIElvVCBDZXJ0aWZpY2F0\n"
	"ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNAD7J5+SXIR+hbeGBmZlkJFYOS0\n"
	"b4r/QGgiJmeHnA1RLN10bsolToI/b2RmwTHZMcg9JA9Qck8eW8BcivwOtEGjUzBR\n"
	"MB0GA1UdDgQWBBRi+Z1np83Z8cciVDma7T8Z3rDCKzAfBgNVHSMEGDAWgBRi+Z1n\n"
	"p83Z8cciVDma7T8Z3rDCKzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gA\n"
	"MEUCICpQSB+N727E1+kc1mRrl3SqdMqOE5cbu7OP+BLUO6COAiEA0imNAu/dFt69\n"
	"rj26H1bAkJhfz2hVnymZDGh44SvxuR0=\n"
	"-----END CERTIFICATE-----\n"
};

static int64_t boot_ms = 1;
static bool made;

enum status __real_db_commit(struct db *db);
enum status __wrap_db_commit(struct db *db);
int64_t __wrap_clock_real_ms(void);
int64_t __wrap_clock_boot_ms(void);

enum status __wrap_db_commit(struct db *db)
{
	if (!made)
		return __real_db_commit(db);
	db_rollback(db);
	return GR_OK;
}

int64_t __wrap_clock_real_ms(void)
{
	return WORLD_NOW;
}

int64_t __wrap_clock_boot_ms(void)
{
	return boot_ms;
}

/*
 * A megabyte for lines, of which an input has a handful: made once, for to map and unmap it takes
 * ten times as long as all the rest. It has borders like any other block.
 */
static void *large;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void __real_free(void *block);
void __wrap_free(void *block);

void *__wrap_malloc(size_t size)
{
	if (size != LINE && size != LINE + 1)
		return __real_malloc(size);
	return large ? large : (large = __real_malloc(size));
}

void __wrap_free(void *block)
{
	if (block != large)
		__real_free(block);
}

static void make_authority(struct world *w, const char *folder)
{
	struct new_authority_root q = { .name = AUTHORITY_FIRST, .common_name = "gr CA" };
	struct issuing_profile profile = { .private = true, .days = ISSUING_PROFILE_DAYS_DEFAULT };
	struct authority a = { 0 };
	char dir[PATH_SIZE];

	FUZZ_HOLDS(str_format(dir, sizeof dir, "%s/ca", folder));
	FUZZ_HOLDS(mkdir(dir, 0700) == 0);
	FUZZ_HOLDS(alg_key_find(&q.alg, "ECDSA-P256") == GR_OK);
	FUZZ_HOLDS(new_authority_make(&a, dir, &q, WORLD_NOW / 1000) == GR_OK);
	FUZZ_HOLDS(str_copy(profile.authority, sizeof profile.authority, a.name));
	FUZZ_HOLDS(issuing_profile_settle(&profile, &a) == GR_OK);
	FUZZ_HOLDS(issuing_profile_write(&profile, dir) == GR_OK);
	authority_release(&a);
	FUZZ_HOLDS(issuer_open(&w->issuer, dir) == GR_OK);
}

static void make_thing(struct world *w, size_t n, const char *name)
{
	static const struct certificate_origin origin = { "ca", true };
	const char *pem = certificates[n];
	struct cert cert;

	FUZZ_HOLDS(cert_from_pem(&cert, pem, strlen(pem), name) == GR_OK);
	FUZZ_HOLDS(thing_create(w->db, name, WORLD_NOW) == GR_OK);
	FUZZ_HOLDS(certificate_register(w->db, &cert, &origin, name, WORLD_NOW) == GR_OK);
	FUZZ_HOLDS(policy_store_attach(w->db, "p", cert.id) == GR_OK);
	FUZZ_HOLDS(group_add(w->db, "g", name) == GR_OK);
	strcpy(w->id[n], cert.id);
	cert_release(&cert);
}

static void make_job(struct world *w, const char *id)
{
	static const char *const targets[] = { "thing/t", NULL };
	const struct job_request q = { .id = id, .targets = targets };

	FUZZ_HOLDS(job_create(w->db, &q, WORLD_NOW) == GR_OK);
	FUZZ_HOLDS(transition_add(w->db, "t", id, WORLD_NOW) == GR_OK);
	FUZZ_HOLDS(job_rolled_out(w->db, id, WORLD_NOW) == GR_OK);
}

static void fill_registry(struct world *w)
{
	struct execution x;

	FUZZ_HOLDS(db_begin(w->db) == GR_OK);
	FUZZ_HOLDS(policy_store_put(w->db, "p", allow_all) == GR_OK);
	FUZZ_HOLDS(group_create(w->db, "g", WORLD_NOW) == GR_OK);
	make_thing(w, 0, "t");
	make_thing(w, 1, "u");
	make_job(w, "j");
	make_job(w, "k");
	FUZZ_HOLDS(execution_find(&x, w->db, "t", "j", 0) == GR_OK);
	FUZZ_HOLDS(transition_move(w->db, &x, EXECUTION_IN_PROGRESS, NULL, WORLD_NOW) == GR_OK);
	FUZZ_HOLDS(db_commit(w->db) == GR_OK);
}

static struct world all;

/* As gr-signer does it, without the socket. */
enum status __wrap_signer_issue(struct cert *cert, struct origin *origin,
				struct signer *signer, EVP_PKEY *key, const X509_NAME *subject,
				int64_t not_before);
enum status __wrap_signer_origin(struct origin *origin, struct signer *signer,
				 const struct cert *cert);
enum status __wrap_signer_note(struct signer *signer, json_t *line);
enum status __wrap_signer_sync(struct signer *signer);

enum status __wrap_signer_issue(struct cert *cert, struct origin *origin,
				struct signer *signer, EVP_PKEY *key, const X509_NAME *subject,
				int64_t not_before)
{
	struct issuer_request q = {
		.key = key, .subject = subject, .use = ISSUER_DEVICE, .not_before = not_before
	};

	(void)signer;
	*origin = (struct origin){ .authority = AUTHORITY_FIRST, .private = true };
	FUZZ_HOLDS(issuer_end(&q.not_after, &all.issuer, WORLD_NOW / 1000) == GR_OK);
	return issuer_sign(cert, &all.issuer.authority, all.issuer.profile.alg->digest(), &q);
}

enum status __wrap_signer_origin(struct origin *origin, struct signer *signer,
				 const struct cert *cert)
{
	const X509 *authority = all.issuer.authority.cert.x509;

	(void)signer;
	*origin = (struct origin){ .authority = AUTHORITY_FIRST, .private = true };
	return X509_verify(cert->x509, X509_get0_pubkey(authority)) == 1 ? GR_OK : GR_NO;
}

enum status __wrap_signer_note(struct signer *signer, json_t *line)
{
	(void)signer;
	FUZZ_HOLDS(line);
	json_decref(line);
	return GR_OK;
}

enum status __wrap_signer_sync(struct signer *signer)
{
	(void)signer;
	return GR_OK;
}

struct world *world_get(void)
{
	char path[PATH_SIZE];

	if (made)
		return &all;
	make_authority(&all, fuzz_folder());
	FUZZ_HOLDS(str_format(path, sizeof path, "%s/registry.db", fuzz_folder()));
	FUZZ_HOLDS(registry_open(&all.db, path, DB_CREATE) == GR_OK);
	fill_registry(&all);
	made = true;
	return &all;
}

void world_reset(struct world *world)
{
	if (db_in_transaction(world->db))
		db_rollback(world->db);
	boot_ms += 3600000;
}
