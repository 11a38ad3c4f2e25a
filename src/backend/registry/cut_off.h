/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut_off.h - the things that could not connect any more if an old copy of the registry took the
 * place of the present one. Inside a transaction of the copy. On GR_FAIL one line has been
 * written.
 */
#ifndef GR_REGISTRY_CUT_OFF_H
#define GR_REGISTRY_CUT_OFF_H

#include <stdbool.h>

#include "registry/db.h"

/* Begins to note what the ledger tells. */
enum status cut_off_begin(struct db *copy);
/*
 * The ledger says that thing lives on certificate. It is on the list if the copy does not have
 * that certificate.
 */
enum status cut_off_note(struct db *copy, const char *thing, const char *certificate);

struct cut_off {
	const char *thing, *certificate;
	const char *status;	/* the certificate's in the copy; "": the copy does not have it */
};
/*
 * Calls each for every thing whose certificate in use - the one of its last session, else each of
 * its ACTIVE ones - is ACTIVE and attached in the present registry but not in the copy, and for
 * those that the ledger tells of. live: the present registry is attached. A status of each other
 * than GR_OK ends the list and is returned.
 */
enum status cut_off_each(struct db *copy, bool live,
			 enum status (*each)(void *arg, const struct cut_off *row), void *arg);

#endif
