/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last_issued.h - for which execution each session was given its newest certificate.
 *
 * A device to which an answer came twice may make two keys and ask twice. Over one session that is
 * harmless; over another one it may be a clone. Kept in memory, for the last 2048 sessions that
 * asked: one that was forgotten counts as another session.
 */
#ifndef GR_DAEMON_LAST_ISSUED_H
#define GR_DAEMON_LAST_ISSUED_H

#include <stdint.h>

struct last_issued;

struct last_issued *last_issued_new(void);	/* NULL: out of memory */
void last_issued_free(struct last_issued *issued);	/* takes NULL */

/*
 * Notes that the session of client was given a certificate for execution; 0: a new session of
 * client begins.
 */
void last_issued_note(struct last_issued *issued, const char *client, int64_t execution);
/* Returns the execution noted for the session of client; 0: none. */
int64_t last_issued_find(const struct last_issued *issued, const char *client);

#endif
