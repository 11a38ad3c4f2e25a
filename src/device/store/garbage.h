/* SPDX-License-Identifier: Apache-2.0 */
/*
 * garbage.h - removes from the store generations that are no longer needed, and what killed
 * programs left behind.
 *
 * A key file is unlinked, not overwritten: on flash an overwrite goes to other cells and only
 * wears them. Objects in a token are destroyed before the file that names them. On any status but
 * GR_OK one line has been written.
 */
#ifndef GR_STORE_GARBAGE_H
#define GR_STORE_GARBAGE_H

#include <stdint.h>

#include "status.h"
#include "store/store.h"

/*
 * Destroys a generation; GR_OK also where there is none. The directory is renamed first, so that
 * no half of the generation is ever found under its number. The caller has made sure that the
 * generation is not live. If its token is away, one line says so and the status is GR_OK as well:
 * garbage_temporary later destroys what is left in the token.
 */
enum status garbage_generation(const struct store *store, uint32_t generation);
/*
 * Removes temporary files in the store, in its generations and beside the configured paths;
 * *removed counts those in the store.
 */
enum status garbage_temporary(unsigned *removed, const struct store *store);

#endif
