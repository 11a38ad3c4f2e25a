/* SPDX-License-Identifier: Apache-2.0 */
/* next_key.h - the private key of the next generation, made where nextKey says. */
#ifndef GR_STORE_NEXT_KEY_H
#define GR_STORE_NEXT_KEY_H

#include <stdint.h>
#include <sys/stat.h>

#include "alg.h"
#include "status.h"
#include "store/store.h"

/*
 * Makes the private key of generation n, whose directory exists: in the token of privateKeyPath
 * where that is a URI, else where nextKey says, else where the live key is. like says who may read
 * its file. After an interrupted call, another one finishes it. GR_BAD, one line: it cannot be
 * made there.
 */
enum status next_key_make(const struct store *store, uint32_t n, const struct alg_key *alg,
			  const struct stat *like);

#endif
