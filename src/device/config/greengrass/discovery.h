/* SPDX-License-Identifier: Apache-2.0 */
/*
 * discovery.h - finds the Greengrass nucleus of this device and reads its configuration.
 *
 * A root directory is looked at as the classic nucleus's (config/config.tlog and what goes with
 * it), then as nucleus lite's (config.db). It counts when it names a thing or a private key.
 */
#ifndef GR_CONFIG_GREENGRASS_DISCOVERY_H
#define GR_CONFIG_GREENGRASS_DISCOVERY_H

#include "config/greengrass/nucleus.h"
#include "status.h"

/*
 * Looks for a nucleus of these kinds (a mask) in root, or with NULL where they usually are: two
 * folders above the working directory of a component, where the unit greengrass.service says,
 * /greengrass/v2, /var/lib/greengrass. GR_OK with NUCLEUS_NONE: there is none. GR_BAD, one line: a
 * configuration that cannot be read or is none, or nothing in a root named by hand. In any case
 * nucleus_release it.
 */
enum status discovery_nucleus(struct nucleus *nucleus, unsigned kinds, const char *root);

#endif
