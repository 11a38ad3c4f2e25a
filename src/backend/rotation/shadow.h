/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shadow.h - answers requests for device shadows, which this backend does not keep, so that no
 * device waits for ever.
 */
#ifndef GR_ROTATION_SHADOW_H
#define GR_ROTATION_SHADOW_H

#include "registry/event.h"

/* Rejects with {"code","message"}, where the code is a number as in HTTP. */
enum status shadow_reject(struct event *e, int code, const char *message);
/* Rejects with 404, for get, update and delete alike. */
enum status shadow_absent(struct event *e);

#endif
