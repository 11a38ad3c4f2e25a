/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asked.h - for which execution each session was given its newest certificate.
 *
 * A device to which an answer came twice may make two keys and ask twice. Over one session that is
 * a slip; over another one it may be a clone. Kept in memory, for the last 2048 sessions that
 * asked: what is forgotten counts as another session.
 */
#ifndef GR_DAEMON_ASKED_H
#define GR_DAEMON_ASKED_H

#include <stdint.h>

struct asked;

struct asked *asked_new(void);	/* NULL: out of memory */
void asked_free(struct asked *asked);	/* takes NULL */

/* The session of client was given a certificate for execution; 0: another session of it begins. */
void asked_note(struct asked *asked, const char *client, int64_t execution);
/* 0: none that is known. */
int64_t asked_find(const struct asked *asked, const char *client);

#endif
