/* SPDX-License-Identifier: Apache-2.0 */
/* str.c - bounded text and hexadecimal */
#include "str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool str_copy(char *to, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size) {
		to[0] = '\0';
		return false;
	}
	memcpy(to, text, len + 1);
	return true;
}

bool str_format(char *to, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(to, size, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= size) {
		to[0] = '\0';
		return false;
	}
	return true;
}

void str_hex(char *hex, const void *bytes, size_t len)
{
	const unsigned char *b = bytes;

	for (size_t i = 0; i < len; i++) {
		hex[2 * i] = "0123456789abcdef"[b[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[b[i] & 15];
	}
	hex[2 * len] = '\0';
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int str_unhex(void *bytes, size_t size, const char *text)
{
	unsigned char *b = bytes;
	size_t n = strlen(text);

	if (n % 2 != 0 || n / 2 > size)
		return -1;
	for (size_t i = 0; i < n / 2; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		b[i] = (unsigned char)(high << 4 | low);
	}
	return (int)(n / 2);
}

bool str_is_name(const char *text, size_t max, const char *extra)
{
	size_t n = strlen(text);

	if (n == 0 || n > max)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z') && !strchr(extra, c))
			return false;
	}
	return true;
}

bool str_is_thing(const char *text)
{
	return str_is_name(text, 128, ":_-");
}

bool str_is_job(const char *text)
{
	return str_is_name(text, 64, "_-");
}

bool str_is_certificate_id(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}
