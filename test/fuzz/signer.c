/* SPDX-License-Identifier: Apache-2.0 */
/* signer - a question to gr-signer, as it comes over the socket: one datagram */
#include "gr-signer/requests.h"
#include "issuer/new_authority.h"
#include "issuer/signer.h"
#include "lib/fuzz.h"
#include "str.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW INT64_C(1800000000)

static struct requests signer;

/* A folder with an authority that issues, made once. */
static void begin(struct home *home)
{
	struct new_authority_root q = { .name = AUTHORITY_FIRST, .common_name = "gr CA" };
	struct issuing_profile profile = { .private = true, .days = ISSUING_PROFILE_DAYS_DEFAULT };
	struct authority a = { 0 };

	FUZZ_HOLDS(home_find_signer(home, fuzz_folder()) == GR_OK &&
		   home_make_signer(home) == GR_OK);
	FUZZ_HOLDS(alg_key_find(&q.alg, "ECDSA-P256") == GR_OK &&
		   new_authority_make(&a, home->ca, &q, NOW) == GR_OK);
	str_copy(profile.authority, sizeof profile.authority, a.name);
	FUZZ_HOLDS(issuing_profile_settle(&profile, &a) == GR_OK &&
		   issuing_profile_write(&profile, home->ca) == GR_OK);
	authority_release(&a);
	requests_open(&signer, home, false);
}

static bool is_answer(struct wire *answer)
{
	int status = wire_byte(answer);

	return !answer->bad &&
	    (status == GR_OK || status == GR_NO || status == GR_BAD || status == GR_FAIL);
}

/* Only whole lines get there, and only the signer says that it signed. */
static void check_ledger(const char *path, bool issued)
{
	static char text[8 * WIRE_MAX];	/* short lines become seven times as long */
	FILE *file = fopen(path, "r+");
	size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;

	text[len] = '\0';
	FUZZ_HOLDS(len == 0 || text[len - 1] == '\n');
	FUZZ_HOLDS(issued ||
		   (strncmp(text, "{\"event\":\"signed\"", 17) != 0 &&
		    !strstr(text, "\n{\"event\":\"signed\"")));
	if (file)
		FUZZ_HOLDS(ftruncate(fileno(file), 0) == 0 && fclose(file) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct home home;
	static struct wire wire;
	struct crl_request crl = { 0 };

	if (!signer.home)
		begin(&home);
	wire_clear(&wire);
	wire.len = size < sizeof wire.data ? size : sizeof wire.data;
	memcpy(wire.data, data, wire.len);
	requests_answer(&signer, &crl, &wire, NOW);
	FUZZ_HOLDS(is_answer(&wire));
	check_ledger(home.ledger, size > 0 && data[0] == SIGNER_ISSUE);
	crl_request_release(&crl);
	return 0;
}
