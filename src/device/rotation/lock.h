/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lock.h - a kernel lock on $GR_STATE/lock, so that one rotation runs at a time.
 *
 * rotate.sh opens the file and holds the lock for its whole life; programs that it starts inherit
 * the descriptor (GR_LOCK_FD) and act for it. Any other program takes the lock for one call. The
 * file says "pid starttime" of the holder (starttime: field 22 of /proc/PID/stat), so that a pid
 * used again is not taken for the holder.
 */
#ifndef GR_ROTATION_LOCK_H
#define GR_ROTATION_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/conf.h"
#include "status.h"

struct lock {
	int fd;		/* -1: not held */
	bool inherited;	/* the descriptor is the holder's: not ours to close */
};

/*
 * Takes the lock, and makes $GR_STATE (0700) where it is missing. GR_FAIL, one line: another
 * process holds it (the line names its pid), or the disk fails.
 */
enum status lock_take(struct lock *lock, const struct conf *conf);
/* Does the same, but with GR_NO, silent, when another process holds it. */
enum status lock_try(struct lock *lock, const struct conf *conf);
void lock_release(struct lock *lock);

/*
 * Locks the inherited descriptor fd for pid and leaves it locked. GR_BAD, one line: fd is not the
 * lock file, or pid does not run. GR_FAIL, one line: another process holds the lock.
 */
enum status lock_hold(const struct conf *conf, int fd, pid_t pid);

/*
 * Takes the lock from its holder: ends the holder's process group (only the holder, where it leads
 * no group) by SIGTERM, after two seconds by SIGKILL, and waits for the lock. GR_FAIL, one line:
 * it is not certain which process holds the lock, so none was ended; or the lock was not released
 * within ten seconds.
 */
enum status lock_seize(struct lock *lock, const struct conf *conf);

#endif
