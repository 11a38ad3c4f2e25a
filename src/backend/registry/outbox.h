/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox.h - messages that the daemon still has to publish. A row is written in the transaction of
 * the change that it tells of, so neither can exist without the other.
 */
#ifndef GR_REGISTRY_OUTBOX_H
#define GR_REGISTRY_OUTBOX_H

#include <jansson.h>

#include "registry/db.h"

/* Adds a message; takes over payload. On GR_FAIL one line has been written. */
enum status outbox_put(struct db *db, const char *topic, json_t *payload);

#endif
