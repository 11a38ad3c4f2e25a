/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit.h - handles the commit request, by which a device asks for permission to report
 * SUCCEEDED. See event.h.
 */
#ifndef GR_ROTATION_COMMIT_H
#define GR_ROTATION_COMMIT_H

#include "registry/event.h"

enum status commit_handle(struct event *e);

#endif
