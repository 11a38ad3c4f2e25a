/* SPDX-License-Identifier: Apache-2.0 */
/*
 * garbage.h - what goes from the store: a generation that lost, and what killed programs left
 * behind.
 *
 * A key file is unlinked, not overwritten: on flash an overwrite lands elsewhere and only costs
 * writes. Objects in a token go before the file that tells of them.
 * On any status but GR_OK one line has been written.
 */
#ifndef GR_STORE_GARBAGE_H
#define GR_STORE_GARBAGE_H

#include <stdint.h>

#include "status.h"
#include "store/store.h"

/*
 * Destroys a generation; there being none is GR_OK. Its name goes first, so that no half of it is
 * ever found. The caller has made sure that it is not live. A token that is away, and says so in
 * one line, holds nobody up: that is GR_OK, and garbage_temporary destroys what is left in it.
 */
enum status garbage_generation(const struct store *store, uint32_t generation);
/*
 * Removes temporary names in the store, its generations and beside the seats; *removed counts
 * those in the store.
 */
enum status garbage_temporary(unsigned *removed, const struct store *store);

#endif
