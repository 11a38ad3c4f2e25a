/* SPDX-License-Identifier: Apache-2.0 */
/* take_in.h - what the present registry knows, into an older copy of it. */
#ifndef GR_REGISTRY_TAKE_IN_H
#define GR_REGISTRY_TAKE_IN_H

#include <stdint.h>

#include "registry/db.h"

struct take_in {
	int64_t certificates, survivors;	/* how many of each came */
};
/*
 * Inside a transaction of the copy, to which the present registry is attached. GR_FAIL: lines have
 * been written.
 */
enum status take_in_present(struct take_in *counts, struct db *copy);

#endif
