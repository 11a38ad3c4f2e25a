/* SPDX-License-Identifier: Apache-2.0 */
/*
 * present_registry.h - what the present registry has that an old copy of it lacks.
 *
 * Functions run inside a transaction of the copy, to which the present registry was attached
 * (restored_copy_attach). On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_PRESENT_REGISTRY_H
#define GR_REGISTRY_PRESENT_REGISTRY_H

#include "registry/db.h"
#include "rules/rules.h"

/*
 * Takes certificates that are attached to a thing, with their policies and groups, rotations of
 * certificates, and revocations into the copy. *certificates: how many came.
 */
enum status present_registry_take_in(int64_t *certificates, struct db *copy);

struct present_survivor {
	int64_t id;		/* of the rotation in the copy */
	char thing[129], certificate[65];	/* the one that survived */
	enum survivor survivor;
	int64_t at;		/* ms */
};
/*
 * Finds a rotation that is open in the copy and decided in the present registry, the oldest whose
 * id is above after. GR_NO, silent: there is none.
 */
enum status present_registry_survivor(struct present_survivor *survivor, struct db *copy,
				      int64_t after);

#endif
