/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter.h - stops the counted system calls of a process and of all that descend from it, in
 * whatever group or session.
 *
 * A seccomp filter, which no descendant can shed, hands each of them to the tracer before it is
 * made (ptrace(2), PTRACE_EVENT_SECCOMP): none is missed, however it was made, and one tracer can
 * count all of them with one counter. Other calls run at full speed.
 */
#ifndef GR_FILTER_H
#define GR_FILTER_H

#include <sys/types.h>

#include "call.h"
#include "status.h"

/*
 * Starts argv, traced by us and behind a filter for these classes. It ends with 126 or 127 where
 * it cannot be run.
 */
enum status filter_launch(pid_t *pid, unsigned classes, char *argv[]);

/*
 * What a process stands before, that stopped with PTRACE_EVENT_SECCOMP. GR_NO, silent: it is gone.
 */
enum status filter_read(struct call_stop *stop, pid_t pid);
/* That call is not made, and fails with error. */
enum status filter_fail(pid_t pid, int error);
/* That call, of CALL_PART, is made with half its length. */
enum status filter_shorten(pid_t pid);

#endif
