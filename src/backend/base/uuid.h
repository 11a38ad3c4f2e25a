/* SPDX-License-Identifier: Apache-2.0 */
/* uuid.h - random UUIDs (RFC 4122, version 4). */
#ifndef GR_BASE_UUID_H
#define GR_BASE_UUID_H

#include <stdbool.h>

/* Makes a UUID, in lower case. False: no random numbers are available; uuid is then "". */
bool uuid_random(char uuid[static 37]);

#endif
