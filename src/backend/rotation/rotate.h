/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rotate.h - the requests of a rotation: create (a certificate for a CSR), commit, and one for a
 * job. See event.h for the contract.
 */
#ifndef GR_ROTATION_ROTATE_H
#define GR_ROTATION_ROTATE_H

#include "registry/execution.h"
#include "rotation/event.h"

enum status rotate_create(struct event *e);
enum status rotate_commit(struct event *e);
/*
 * A job for this thing alone: the one that is pending, or a new one, as often as the operator
 * allows.
 */
enum status rotate_request(struct event *e);

/*
 * What all ask for: the client speaks for the thing, and the stamped certificate is ACTIVE and the
 * thing's. GR_NO: *why is a static sentence.
 */
enum status rotate_check_asker(const char **why, const struct event *e);
/*
 * What create and commit ask for: that, and the job execution is IN_PROGRESS and its document is a
 * rotation. GR_NO: *why is a static sentence.
 */
enum status rotate_check(struct execution *x, const char **why, const struct event *e);

/*
 * Do these statusDetails (NULL: none) say that the device is one of ours? It keeps a record of
 * what it does, and never goes back to a certificate that it has left.
 */
bool rotate_is_ours(const json_t *details);

#endif
