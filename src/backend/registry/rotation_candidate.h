/* SPDX-License-Identifier: Apache-2.0 */
/* rotation_candidate.h - the things that a rotation can help now */
#ifndef GR_REGISTRY_ROTATION_CANDIDATE_H
#define GR_REGISTRY_ROTATION_CANDIDATE_H

#include <stdint.h>

#include "registry/db.h"

/*
 * Puts thing into group, in the caller's transaction, if a rotation can help it; then *added grows
 * by 1. It can if the thing has one ACTIVE certificate that is not retained, or none but retained
 * ones, the newest of these has not expired, and no rotation of it is queued or under way.
 */
enum status rotation_candidate_add(int64_t *added, struct db *db, const char *group,
				   const char *thing, int64_t now);

#endif
