/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notifier_protocol.h - the messages between gr-backendd and gr-notifier, which runs the
 * channels: one connection for each delivery. wire.h says how fields are encoded.
 *
 * The question: text channel, text notification (one line of JSON), text value of GR_HOME, text
 * value of GR_BROKER_SOCKET, number of milliseconds that the channel's program may take. The
 * answer: byte notifier_end, number, text (for NOTIFIER_FAILED). If gr-backendd closes the
 * connection before the answer, gr-notifier kills the program and all that it started.
 */
#ifndef GR_BASE_NOTIFIER_PROTOCOL_H
#define GR_BASE_NOTIFIER_PROTOCOL_H

#include "base/helper_process.h"

enum notifier_end {
	NOTIFIER_EXITED = 'e',	/* number: its exit status */
	NOTIFIER_KILLED = 'k',	/* number: of the signal */
	NOTIFIER_LATE = 'l',	/* it took too long and was killed */
	NOTIFIER_FAILED = 'f'	/* it could not be started; the text says why */
};
enum { NOTIFIER_NAME = 65 };	/* bytes of a channel's name, with the NUL */
extern const struct helper_process_kind notifier_kind;

#endif
