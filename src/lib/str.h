/* SPDX-License-Identifier: Apache-2.0 */
/* str.h - bounded text and hexadecimal. */
#ifndef GR_STR_H
#define GR_STR_H

#include <stdbool.h>
#include <stddef.h>

/* Copies text with its NUL. False: it did not fit, and to holds "". */
bool str_copy(char *to, size_t size, const char *text);
/* Formats text into to, as snprintf does. False: it did not fit, and to holds "". */
bool str_format(char *to, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Writes bytes as lower-case hexadecimal with a NUL; hex holds 2 * len + 1 bytes. */
void str_hex(char *hex, const void *bytes, size_t len);
/*
 * Decodes hexadecimal; returns the number of bytes, or -1 when text is not hexadecimal or does not
 * fit size.
 */
int str_unhex(void *bytes, size_t size, const char *text);
/* Tells whether text is 1 to max bytes, all of them letters, digits or one of extra. */
bool str_is_name(const char *text, size_t max, const char *extra);

/* Tell whether text is a thing name (1 to 128 bytes) or a job id (1 to 64) of AWS IoT's API. */
bool str_is_thing(const char *text);
bool str_is_job(const char *text);
bool str_is_certificate_id(const char *text);	/* 64 lower-case hex digits */

#endif
