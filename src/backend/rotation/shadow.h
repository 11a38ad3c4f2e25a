/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shadow.h - requests for device shadows, which we do not keep: whoever asks is told so, and does
 * not wait for ever.
 */
#ifndef GR_ROTATION_SHADOW_H
#define GR_ROTATION_SHADOW_H

#include "registry/event.h"

/* {"code","message"}, where the code is a number as in HTTP. */
enum status shadow_reject(struct event *e, int code, const char *message);
/* 404 for get, update and delete alike. */
enum status shadow_absent(struct event *e);

#endif
