/* SPDX-License-Identifier: Apache-2.0 */
/*
 * complain.h - the one line that every failure leaves on standard error.
 *
 * complain() writes "program: text\n" in one write, the name taken from the running program. A
 * character that must not reach a terminal (printable_char) becomes '?', since part of the text
 * may come from the network. Text past COMPLAIN_MAX bytes is cut.
 */
#ifndef GR_COMPLAIN_H
#define GR_COMPLAIN_H

#include <stdbool.h>
#include <stddef.h>

enum { COMPLAIN_MAX = 1024 };

void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * Makes complain() copy the text, without the program's name, to line instead of writing it; NULL:
 * ends that.
 */
void complain_capture(char *line, size_t size);

/*
 * Makes complain() ask admit about each line first, without its newline and the program's name;
 * where admit returns false, the line is not written. NULL: all lines are written again. For
 * programs that run for long.
 */
void complain_filter(bool (*admit)(void *arg, const char *line), void *arg);
/* Writes one line as complain() does, without asking admit. */
void complain_write(const char *line);

/*
 * Returns the newest reason in OpenSSL's error queue, or a token's own if one is there, and
 * empties the queue. Valid until the next call.
 */
const char *complain_openssl(void);

#endif
