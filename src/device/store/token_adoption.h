/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token_adoption.h - the half of token_keys for a key or a certificate that somebody else put into
 * the token. What the functions do and what their statuses mean: key_backend.h.
 */
#ifndef GR_STORE_TOKEN_ADOPTION_H
#define GR_STORE_TOKEN_ADOPTION_H

#include <stdint.h>

#include "status.h"
#include "store/generation.h"
#include "store/pair.h"
#include "store/store.h"

enum status token_adoption_read_certificate(struct generation_file *file,
					    const struct store *store);
enum status token_adoption_complete(struct pair *pair, const struct store *store);
enum status token_adoption_check(const struct pair *pair, const struct store *store);
enum status token_adoption_name(struct pair *pair, const struct store *store, uint32_t n);

#endif
