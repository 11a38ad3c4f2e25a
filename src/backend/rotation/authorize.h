/* SPDX-License-Identifier: Apache-2.0 */
/* authorize.h - who may ask for a certificate, or for a commit, and for which job execution. */
#ifndef GR_ROTATION_AUTHORIZE_H
#define GR_ROTATION_AUTHORIZE_H

#include "registry/event.h"
#include "registry/execution.h"

/*
 * Checks what create and commit need: event_check_asker, and the job execution that the request
 * names is IN_PROGRESS and its document asks for a rotation. GR_NO: *why is a static sentence.
 */
enum status authorize_request(struct execution *x, const char **why, const struct event *e);

#endif
