/* SPDX-License-Identifier: Apache-2.0 */
/*
 * discovery.h - finds the Greengrass nucleus of this device and reads its configuration.
 *
 * A root directory is first read as one of the classic nucleus (config/config.tlog and the files
 * beside it), then as one of nucleus lite (config.db). A nucleus counts as found if its
 * configuration names a thing or a private key.
 */
#ifndef GR_CONFIG_GREENGRASS_DISCOVERY_H
#define GR_CONFIG_GREENGRASS_DISCOVERY_H

#include "config/greengrass/nucleus.h"
#include "status.h"

/*
 * Looks for a nucleus of these kinds (a mask) in root. With root NULL it looks in the usual
 * places: two directories above a component's working directory, where the unit greengrass.service
 * says, /greengrass/v2, /var/lib/greengrass. GR_OK with NUCLEUS_NONE: there is none. GR_BAD, one
 * line: a configuration cannot be read, or root was given and has none. Call nucleus_release in
 * any case.
 */
enum status discovery_nucleus(struct nucleus *nucleus, unsigned kinds, const char *root);

#endif
