/* SPDX-License-Identifier: Apache-2.0 */
/* uuid.h - random UUIDs (RFC 4122, version 4). */
#ifndef GR_BASE_UUID_H
#define GR_BASE_UUID_H

#include <stdbool.h>

/* Lower case, NUL. False: there are no random numbers; uuid holds "". */
bool uuid_random(char uuid[static 37]);

#endif
