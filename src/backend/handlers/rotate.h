/* rotate.h - the two requests of a rotation: create (a certificate for a CSR) and commit. See event.h for the contract. */
#ifndef GR_ROTATE_H
#define GR_ROTATE_H

#include "handlers/event.h"
#include "registry/execution.h"

enum status rotate_create(struct event *e);
enum status rotate_commit(struct event *e);

/*
 * What both ask for: the client speaks for the thing, the stamped certificate is ACTIVE and the
 * thing's, the job execution is IN_PROGRESS and its document is a rotation. GR_NO: *why is a static
 * sentence.
 */
enum status rotate_check(struct execution *x, const char **why, const struct event *e);

#endif
