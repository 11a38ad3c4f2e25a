/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relabel.h - the half of token_keys that gives the live key the label that privateKeyPath, a
 * pkcs11: URI, names, under which a runtime looks for it.
 *
 * The live generation's objects have that label L, all others L.<n>. One call makes it so, also
 * after any interrupted call. For a moment nothing has the label; two keys never do. The link
 * shown says for which generation that was done last, so that a token is opened only when there is
 * something to do. What the functions do and what their statuses mean: key_backend.h.
 */
#ifndef GR_STORE_RELABEL_H
#define GR_STORE_RELABEL_H

#include <stdint.h>

#include "status.h"
#include "store/generation.h"
#include "store/store.h"

enum status relabel_is_pending(const struct store *store, uint32_t live);
enum status relabel_show(const struct store *store, uint32_t live);
enum status relabel_stage(const struct store *store, uint32_t n);
enum status relabel_look(struct store *store);
enum status relabel_destroy(const struct store *store, const struct generation_file *file);

#endif
