/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep.h - what goes from the store: a generation that lost, and what killed programs left behind.
 *
 * A key file is unlinked, not overwritten: on flash an overwrite lands elsewhere and only costs writes. Objects in a
 * token go before the file that tells of them.
 * On any status but GR_OK one line has been written.
 */
#ifndef GR_SWEEP_H
#define GR_SWEEP_H

#include <stdint.h>

#include "status.h"
#include "store.h"

/*
 * Destroys a generation; there being none is GR_OK. Its name goes first, so that no half of it is ever found.
 * The caller has made sure that it is not live. A token that is away, and says so in one line, holds nobody up: that
 * is GR_OK, and sweep_temporary destroys what is left in it.
 */
enum status sweep_generation(const struct store *store, uint32_t generation);
/* Removes temporary names in the store, its generations and beside the seats; *removed counts those in the store. */
enum status sweep_temporary(unsigned *removed, const struct store *store);

#endif
