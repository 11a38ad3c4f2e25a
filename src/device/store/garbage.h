/* SPDX-License-Identifier: Apache-2.0 */
/*
 * garbage.h - removes from the store a generation that lost, and what killed programs left behind.
 *
 * A key file is unlinked, not overwritten: on flash an overwrite lands elsewhere and only costs
 * writes. Objects in a token are destroyed before the file that names them.
 * On any status but GR_OK one line has been written.
 */
#ifndef GR_STORE_GARBAGE_H
#define GR_STORE_GARBAGE_H

#include <stdint.h>

#include "status.h"
#include "store/store.h"

/*
 * Destroys a generation; GR_OK also where there is none. The directory is renamed first, so that
 * no half of the generation is ever found under its number. The caller has made sure that it is
 * not live. GR_OK also where its token is away, after one line that says so: garbage_temporary
 * destroys later what is left in it.
 */
enum status garbage_generation(const struct store *store, uint32_t generation);
/*
 * Removes temporary names in the store, in its generations and beside the configured paths;
 * *removed counts those in the store.
 */
enum status garbage_temporary(unsigned *removed, const struct store *store);

#endif
