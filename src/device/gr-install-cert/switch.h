/* SPDX-License-Identifier: Apache-2.0 */
/*
 * switch.h - makes another generation live, and the old one again.
 *
 * The link is renamed, so key and certificate change together; then the pair is read back through
 * the configured paths, and a switch that does not show there is undone. Both may be called again
 * after a kill at any point. On any status but GR_OK one line has been written.
 */
#ifndef GR_INSTALL_CERT_SWITCH_H
#define GR_INSTALL_CERT_SWITCH_H

#include <stdint.h>

#include "rotation/device_context.h"

/*
 * Makes generation live. First everything that the way back needs is made durable: the link back,
 * and during a trial the journal's next record. GR_BAD: it is not complete, or a foreign file is
 * in the place of our link.
 */
enum status switch_to(const struct device_context *context, uint32_t generation);
/*
 * Makes the journal's old generation live, or, if the journal has none, the one that the link back
 * points to. If the link back was prepared, this needs no room on the disk. GR_BAD: there is none,
 * it is not complete, or the live one is committed.
 */
enum status switch_back(const struct device_context *context);
/* Removes the link back, durably; GR_OK also where there is none. */
enum status switch_drop_back(const struct store *store);
/* Gives the live generation. GR_BAD: nothing is live. */
enum status switch_find_live(uint32_t *live, const struct store *store);
/*
 * Checks that both configured paths are our links. GR_BAD: a foreign file, or none, is in the
 * place of one.
 */
enum status switch_check_paths(const struct store *store);

#endif
