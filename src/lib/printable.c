/* SPDX-License-Identifier: Apache-2.0 */
/* printable.c - text that came from elsewhere, made harmless for whoever reads it */
#include "printable.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Source: Unicode 16, UnicodeData.txt, categories Cc, Cf, Cs, Co; noncharacters; what PropList.txt
 * calls ignorable and keeps free.
 */
static const struct { unsigned long first, last; } others[] = {
	{ 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x00ad, 0x00ad }, { 0x0600, 0x0605 },
	{ 0x061c, 0x061c }, { 0x06dd, 0x06dd },
	{ 0x070f, 0x070f }, { 0x0890, 0x0891 }, { 0x08e2, 0x08e2 }, { 0x180e, 0x180e },
	{ 0x200b, 0x200f }, { 0x202a, 0x202e },
	{ 0x2060, 0x206f }, { 0xd800, 0xf8ff }, { 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff },
	{ 0xfff0, 0xfffb }, { 0xfffe, 0xffff },
	{ 0x110bd, 0x110bd }, { 0x110cd, 0x110cd }, { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	/* planes 4 to 13 are empty */
	{ 0x1fffe, 0x1ffff }, { 0x2fffe, 0x2ffff }, { 0x3fffe, 0xe00ff },
	{ 0xe01f0, 0x1fffff }	/* and what four bytes can say beyond Unicode */
};

enum { LINE_SEPARATOR = 0x2028, PARAGRAPH_SEPARATOR = 0x2029, NO_CHARACTER = 0 };

static bool is_other(unsigned long c)
{
	size_t low = 0, high = sizeof others / sizeof others[0];

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c > others[middle].last)
			low = middle + 1;
		else if (c < others[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

static bool is_harmless(unsigned long c)
{
	return !is_other(c) && c != LINE_SEPARATOR && c != PARAGRAPH_SEPARATOR;
}

/* The bytes that the first one announces; 0: it begins no character. */
static size_t announced(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The character at text and its length; NO_CHARACTER and 1 where there is none in UTF-8. */
static unsigned long decode(size_t *length, const char *text)
{
	/* of so many bytes: what fits fewer is not UTF-8 */
	static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)text[0];
	size_t n = announced(first);
	unsigned long c = n > 1 ? first & (0x7fu >> n) : first;

	*length = 1;
	if (n == 0)
		return NO_CHARACTER;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return NO_CHARACTER;
		c = c << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (c < least[n])
		return NO_CHARACTER;
	*length = n;
	return c;
}

size_t printable_char(bool *harmless, const char *text)
{
	size_t n;

	*harmless = is_harmless(decode(&n, text));
	return n;
}

bool printable_is_text(const char *text)
{
	for (size_t n; *text; text += n)
		if (is_other(decode(&n, text)))
			return false;
	return true;
}

void printable_clean(char *text)
{
	char *to = text;
	bool harmless;

	while (*text) {
		size_t n = printable_char(&harmless, text);

		if (harmless)
			memmove(to, text, n);
		else
			*to = '?';
		to += harmless ? n : 1;
		text += n;
	}
	*to = '\0';
}

void printable_write(FILE *out, const char *text, const char *keep)
{
	bool harmless;

	for (size_t n; *text; text += n) {
		n = printable_char(&harmless, text);
		if (harmless || strchr(keep, *text))
			fwrite(text, 1, n, out);
		else
			putc('?', out);
	}
}

void printable_line(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !(text = malloc((size_t)n + 1))) {
		puts("?");	/* out of memory: that there was a line is seen at least */
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	printable_write(stdout, text, "");
	putchar('\n');
	free(text);
}

void printable_verbatim(const char *text)
{
	if (isatty(STDOUT_FILENO) == 1)
		printable_write(stdout, text, "\t\n");
	else
		fputs(text, stdout);
}

static void write_escape(FILE *out, unsigned long c)
{
	if (c > 0xffff)
		fprintf(out, "\\u%04lx\\u%04lx", 0xd800 + ((c - 0x10000) >> 10),
			0xdc00 + ((c - 0x10000) & 0x3ff));
	else
		fprintf(out, "\\u%04lx", c);
}

/* Between its strings JSON has no character above 0x7f; blanks and line ends there stay. */
void printable_write_json(FILE *out, const char *json)
{
	for (size_t n; *json; json += n) {
		unsigned long c = decode(&n, json);

		if (c == NO_CHARACTER)
			putc('?', out);
		else if (is_harmless(c) || c < ' ')
			fwrite(json, 1, n, out);
		else
			write_escape(out, c);
	}
}

void printable_ascii(char *to, size_t size, const char *text)
{
	size_t len = 0;

	for (; *text; text++) {
		bool plain = *text >= ' ' && *text <= '~' && *text != '\\';

		if (len + (plain ? 1 : 4) + 3 >= size) {
			strcpy(to + len, "...");
			return;
		}
		len += (size_t)snprintf(to + len, size - len, plain ? "%c" : "\\x%02x",
					(unsigned char)*text);
	}
	to[len] = '\0';
}
