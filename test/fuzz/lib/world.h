/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world.h - a registry in which every input finds the same: things t and u with a certificate
 * each, job j under way at t, job k queued there, a group, a policy.
 *
 * Whoever links this has db_commit wrapped: what an input does is rolled back where it would be
 * committed. The clocks are wrapped as well, malloc and free, and what is asked of the signer.
 */
#ifndef GR_FUZZ_WORLD_H
#define GR_FUZZ_WORLD_H

#include "issuer/issuer.h"
#include "issuer/signer.h"
#include "registry/db.h"

#define WORLD_NOW INT64_C(1800000000000)	/* ms since the epoch */

struct world {
	struct db *db;
	struct issuer issuer;
	struct signer signer;	/* asked nothing: world.c answers */
	char id[2][65];		/* certificateId of t, of u */
};

/* Made at the first call; from then on commits are none. */
struct world *world_get(void);
/* After an input: its transaction is gone, and another hour begins. */
void world_reset(struct world *world);

#endif
