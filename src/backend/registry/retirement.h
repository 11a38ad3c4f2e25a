/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retirement.h - what the reconciler reads and writes: certificates that are due to be retired,
 * taken out of use, or deleted. The rules (rules.h) say which.
 *
 * Functions that change something run inside the caller's transaction. On GR_FAIL one line has
 * been written; GR_NO is silent: there is none.
 */
#ifndef GR_REGISTRY_RETIREMENT_H
#define GR_REGISTRY_RETIREMENT_H

#include "registry/db.h"
#include "registry/rotation.h"

/*
 * Finds the first decided rotation after the id `after` whose loser is not retired yet and for
 * which the rules do not say RULES_WAIT. *verdict is what they say.
 */
enum status retirement_find_decided(struct rotation *r, enum rules_retirement_verdict *verdict,
				    struct db *db, int64_t after, int64_t now);
/* Finds the first retained certificate that was released and need not wait any longer. */
enum status retirement_find_released(char certificate[static 65],
				     enum rules_retirement_verdict *verdict, struct db *db);
/* Finds a retired certificate whose quarantine of so many ms is over. */
enum status retirement_find_expired(char certificate[static 65], struct db *db, int64_t quarantine,
				    int64_t now);

/*
 * Take a certificate out of use: retirement_deactivate makes it INACTIVE, retirement_detach
 * detaches it and ends its retention. A revocation, which records the thing, is made between the
 * two.
 */
enum status retirement_deactivate(struct db *db, const char *certificate, int64_t now);
enum status retirement_detach(struct db *db, const char *certificate, int64_t now);
/* Deletes a certificate that was taken out of use. */
enum status retirement_forget(struct db *db, const char *certificate);

/*
 * Pauses retirement after an old copy of the registry was restored: nothing is retired or deleted
 * until an operator resumes it.
 */
enum status retirement_pause(struct db *db);
enum status retirement_resume(struct db *db);
/* Tells whether it is paused. GR_NO: no. */
enum status retirement_is_paused(struct db *db);

#endif
