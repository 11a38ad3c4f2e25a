/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notifier.h - what gr-backendd asks of gr-notifier, which runs the channels: one delivery a
 * connection. See wire.h.
 *
 * The question: text channel, text notification (one line of JSON), text of GR_HOME, text of
 * GR_BROKER_SOCKET, number of milliseconds that the program may take. The answer: byte
 * notifier_end, number, text (for NOTIFIER_FAILED). A connection that is closed before ends the
 * program, and all that it started.
 */
#ifndef GR_BASE_NOTIFIER_H
#define GR_BASE_NOTIFIER_H

#include "base/peer.h"

enum notifier_end {
	NOTIFIER_EXITED = 'e',	/* number: its exit status */
	NOTIFIER_KILLED = 'k',	/* number: of the signal */
	NOTIFIER_LATE = 'l',	/* it took too long, and was ended */
	NOTIFIER_FAILED = 'f'	/* it could not be started; the text says why */
};
enum { NOTIFIER_NAME = 65 };	/* of a channel, with its NUL */
extern const struct peer_kind notifier_kind;

#endif
