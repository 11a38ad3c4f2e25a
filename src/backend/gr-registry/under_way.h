/* SPDX-License-Identifier: Apache-2.0 */
/* under_way.h - commands that would put a certificate out of use in the middle of a rotation. */
#ifndef GR_REGISTRY_UNDER_WAY_H
#define GR_REGISTRY_UNDER_WAY_H

#include "registry/db.h"

#define UNDER_WAY_OPTION \
	{ 'f', "force", NULL, "also while a rotation of the thing is under way" }

/*
 * Checks that no open rotation needs the certificate. GR_NO, one line that says what would become
 * of the device: one does.
 */
enum status under_way_check(struct db *db, const char *certificate);

#endif
