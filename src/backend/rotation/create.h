/* SPDX-License-Identifier: Apache-2.0 */
/*
 * create.h - handles the create request, by which a device asks for a certificate for its CSR. See
 * event.h.
 */
#ifndef GR_ROTATION_CREATE_H
#define GR_ROTATION_CREATE_H

#include "registry/event.h"

enum status create_handle(struct event *e);

#endif
