/* SPDX-License-Identifier: Apache-2.0 */
/* candidate.h - which generation can be made live: the complete pairs, the committed ones first */
#ifndef GR_INSTALL_CERT_CANDIDATE_H
#define GR_INSTALL_CERT_CANDIDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"
#include "store/store.h"

/* Tells whether generation n is a complete pair. GR_NO: no. GR_FAIL: it cannot be told. */
enum status candidate_is_complete(const struct store *store, uint32_t n);
/*
 * Finds the newest complete generation other than skip, among the committed ones alone or among
 * all; 0: there is none.
 */
enum status candidate_newest(uint32_t *generation, const struct store *store, bool committed,
			     uint32_t skip);
/* Finds the newest committed one other than skip, else the newest complete one; 0: none. */
enum status candidate_best(uint32_t *generation, const struct store *store, uint32_t skip);

#endif
