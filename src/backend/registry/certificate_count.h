/* SPDX-License-Identifier: Apache-2.0 */
/* certificate_count.h - how many certificates there are. */
#ifndef GR_REGISTRY_CERTIFICATE_COUNT_H
#define GR_REGISTRY_CERTIFICATE_COUNT_H

#include "registry/db.h"

/* Counts the ACTIVE certificates that an authority issued. On GR_FAIL one line was written. */
enum status certificate_count_active(int64_t *count, struct db *db, const char *authority);

#endif
