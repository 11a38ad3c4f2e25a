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

/* The bytes that the first one announces; 0: it begins no character. */
static size_t char_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Source: Unicode, categories Cc, Zl and Zp, and the Bidi_Control property. */
static bool is_harmless(unsigned long c)
{
	return c >= ' ' && !(c >= 0x7f && c <= 0x9f) && c != 0x61c && c != 0x200e && c != 0x200f && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2066 && c <= 0x2069) && !(c >= 0xd800 && c <= 0xdfff) && c <= 0x10ffff;
}

size_t str_char(bool *harmless, const char *text)
{
	static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };	/* of so many bytes: what fits fewer is not UTF-8 */
	unsigned char first = (unsigned char)text[0];
	size_t n = char_length(first);
	unsigned long c = n > 1 ? first & (0x7fu >> n) : first;

	*harmless = false;
	if (n == 0)
		return 1;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (c < least[n])
		return 1;
	*harmless = is_harmless(c);
	return n;
}

void str_clean(char *text)
{
	char *to = text;
	bool harmless;

	while (*text) {
		size_t n = str_char(&harmless, text);

		if (harmless)
			memmove(to, text, n);
		else
			*to = '?';
		to += harmless ? n : 1;
		text += n;
	}
	*to = '\0';
}

void str_printable(char *to, size_t size, const char *text)
{
	size_t len = 0;

	for (; *text; text++) {
		bool plain = *text >= ' ' && *text <= '~' && *text != '\\';

		if (len + (plain ? 1 : 4) + 3 >= size) {
			strcpy(to + len, "...");
			return;
		}
		len += (size_t)snprintf(to + len, size - len, plain ? "%c" : "\\x%02x", (unsigned char)*text);
	}
	to[len] = '\0';
}

bool str_is_name(const char *text, size_t max, const char *extra)
{
	size_t n = strlen(text);

	if (n == 0 || n > max)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !strchr(extra, c))
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
