/* SPDX-License-Identifier: Apache-2.0 */
/*
 * complain.h - the one line that every failure leaves on standard error.
 *
 * complain() writes "program: text\n" in one write, the name taken from the running program. What
 * is not for a terminal (printable_char) becomes '?': part of the text may come from the network
 * and end on somebody's. Text past COMPLAIN_MAX bytes is cut.
 */
#ifndef GR_COMPLAIN_H
#define GR_COMPLAIN_H

#include <stdbool.h>
#include <stddef.h>

enum { COMPLAIN_MAX = 1024 };

void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* From now on the text goes to line, without the program's name, instead; NULL: no longer. */
void complain_capture(char *line, size_t size);

/*
 * For a program that runs for long: from now on each line is shown to admit first, without its
 * newline and the program's name. False: it is not written. NULL: all are.
 */
void complain_filter(bool (*admit)(void *arg, const char *line), void *arg);
/* The same for one line that is not to be asked about. */
void complain_write(const char *line);

/*
 * The newest reason in OpenSSL's error queue, or a token's own if one is there; the queue is
 * emptied. Valid until the next call.
 */
const char *complain_openssl(void);

#endif
