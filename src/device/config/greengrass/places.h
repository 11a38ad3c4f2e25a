/* SPDX-License-Identifier: Apache-2.0 */
/* places.h - where a Greengrass nucleus may be. Reads no file, so that any program can use it. */
#ifndef GR_CONFIG_GREENGRASS_PLACES_H
#define GR_CONFIG_GREENGRASS_PLACES_H

#include <stdbool.h>

/* In the environment of a component: the socket of the nucleus that started it. */
#define PLACES_SOCKET "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"
/* The unit that the installer of the classic nucleus writes. */
#define PLACES_UNIT "/etc/systemd/system/greengrass.service"
/* The usual root directories, of the classic nucleus and of nucleus lite. */
#define PLACES_CLASSIC "/greengrass/v2"
#define PLACES_LITE "/var/lib/greengrass"

/*
 * Tells whether any of these exists. False: discovery_nucleus finds nothing unless it is given a
 * root.
 */
bool places_exist(void);

#endif
