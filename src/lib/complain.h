/*
 * complain.h - the one line that every failure leaves on standard error.
 *
 * complain() writes "program: text\n" in one write, the name taken from the running program.
 * Control characters in the text become '?': part of it may come from the network and end
 * on somebody's terminal. Text past COMPLAIN_MAX bytes is cut.
 */
#ifndef GR_COMPLAIN_H
#define GR_COMPLAIN_H

enum { COMPLAIN_MAX = 1024 };

void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The newest reason in OpenSSL's error queue, or a token's own if one is there; the queue is emptied. Valid until the next call. */
const char *complain_openssl(void);

#endif
