/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relabel.h - which objects in the token a runtime finds under the label that its configuration
 * names.
 *
 * Where privateKeyPath is a pkcs11: URI, the live generation's objects bear that label, and all
 * others L.<n>: one call brings that about from any mixture that a cut can leave. Objects are
 * copied and the copy is proven by a signature before the original goes; they are renamed only
 * where the token cannot copy. For a moment nothing bears the label; two never do. The link shown
 * says for which generation that was done last, so that a token is opened only when there is
 * something to do. Where privateKeyPath is a file these functions do nothing.
 *
 * On any status but GR_OK one line has been written.
 */
#ifndef GR_STORE_RELABEL_H
#define GR_STORE_RELABEL_H

#include <stdint.h>

#include "status.h"
#include "store/store.h"

/* Is there something left to do for live? GR_OK: yes. GR_NO, silent: no. */
enum status relabel_is_pending(const struct store *store, uint32_t live);
/* GR_BAD: the token can neither copy nor rename, or a foreign key bears the label. */
enum status relabel_show(const struct store *store, uint32_t live);
/* Stores the certificate of a generation beside its key, if certificateFilePath is a URI. */
enum status relabel_stage(const struct store *store, uint32_t n);
/*
 * Destroys what the reference in this directory below the store names: objects that are proven to
 * be its own and that no generation names. GR_OK also where nothing is left, or the key was a
 * file.
 */
enum status relabel_destroy(const struct store *store, const char *directory);
/* Is what bears the label the live generation's key? GR_NO, silent: another one, or none. */
enum status relabel_check(const struct store *store, uint32_t live);

#endif
