/* SPDX-License-Identifier: Apache-2.0 */
/* uri.c - pkcs11: URIs */
#include "pkcs11/uri.h"
#include "complain.h"
#include "str.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ATTRIBUTE_MAX = 3 * PATH_MAX };	/* percent-encoded */

/* In the order in which they are written; the query begins at QUERY_MODULE. */
enum kind { PATH_TEXT, PATH_ID, PATH_SLOT, QUERY_MODULE, QUERY_PIN_SOURCE, QUERY_PIN };

static const struct attribute {
	const char *name;
	enum kind kind;
	size_t offset, size;
} attributes[] = {
#define TEXT(name, kind, field) \
	{ name, kind, offsetof(struct uri, field), sizeof ((struct uri *)0)->field }
	TEXT("token", PATH_TEXT, token),
	TEXT("manufacturer", PATH_TEXT, manufacturer),
	TEXT("model", PATH_TEXT, model),
	TEXT("serial", PATH_TEXT, serial),
	TEXT("object", PATH_TEXT, object),
	{ "id", PATH_ID, 0, 0 },
	TEXT("type", PATH_TEXT, type),
	{ "slot-id", PATH_SLOT, 0, 0 },
	TEXT("module-path", QUERY_MODULE, module),
	TEXT("pin-source", QUERY_PIN_SOURCE, pin_source),
	{ "pin-value", QUERY_PIN, 0, 0 },
#undef TEXT
};
enum { ATTRIBUTES = sizeof attributes / sizeof attributes[0] };

/* Undoes %20 and the like. The number of bytes, or -1: badly encoded, or more than size. */
static int decode(unsigned char *to, size_t size, const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char hex[3] = { 0 };
		int c = (unsigned char)text[i];

		if (c == '%' && len - i > 2) {
			hex[0] = (char)tolower((unsigned char)text[i + 1]);
			hex[1] = (char)tolower((unsigned char)text[i + 2]);
			i += 2;
		}
		if (n == size || (c == '%' && str_unhex(&to[n], 1, hex) != 1))
			return -1;
		if (c != '%')
			to[n] = (unsigned char)c;
		n++;
	}
	return (int)n;
}

static const char *take_text(char *to, size_t size, const char *value, size_t len)
{
	int n = decode((unsigned char *)to, size - 1, value, len);

	if (n < 0)
		return "is badly encoded or too long";
	to[n] = '\0';
	if (strlen(to) != (size_t)n)
		return "holds a NUL";
	return n > 0 ? NULL : "is empty";
}

static const char *take_slot(struct uri *uri, const char *value, size_t len)
{
	char text[21], *end;

	if (len == 0 || len >= sizeof text || strspn(value, "0123456789") < len)
		return "is not a number";
	memcpy(text, value, len);
	text[len] = '\0';
	errno = 0;
	uri->slot = strtoul(text, &end, 10);
	uri->has_slot = errno == 0;
	return uri->has_slot ? NULL : "is not a number";
}

static const char *take_value(struct uri *uri, const struct attribute *a, const char *value,
			      size_t len)
{
	char *field = (char *)uri + a->offset;
	const char *why;
	int n;

	switch (a->kind) {
	case PATH_ID:
		n = decode(uri->id, sizeof uri->id, value, len);
		uri->id_len = n > 0 ? (size_t)n : 0;
		return n > 0 ? NULL : "is empty, badly encoded or too long";
	case PATH_SLOT:
		return take_slot(uri, value, len);
	case QUERY_PIN:
		return "has no place here; write the PIN to a file and name that with pin-source "
		       "or pkcs11PinSource";
	default:
		why = take_text(field, a->size, value, len);
		/*
		 * RFC 7512, 2.4 also has "|command": that would run whatever a configuration says.
		 */
		return why || a->kind != QUERY_PIN_SOURCE || field[0] != '|'
		    ? why
		    : "names a command; name a file";
	}
}

static bool is_query(enum kind kind)
{
	return kind >= QUERY_MODULE;
}

/* A PIN is found wherever it stands: it gets an answer of its own. */
static const struct attribute *find(const char *name, size_t len, bool query)
{
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (strlen(attributes[i].name) == len &&
		    memcmp(attributes[i].name, name, len) == 0 &&
		    (is_query(attributes[i].kind) == query || attributes[i].kind == QUERY_PIN))
			return &attributes[i];
	return NULL;
}

/*
 * name=value at text, len bytes. The value is not repeated in the line: it may be a PIN in a wrong
 * place.
 */
static enum status take(struct uri *uri, unsigned *seen, const char *text, size_t len, bool query,
			const char *what)
{
	const char *equals = memchr(text, '=', len), *why;
	size_t name = equals ? (size_t)(equals - text) : len;
	const struct attribute *a = find(text, name, query);

	if (!equals)
		why = "is not of the form name=value";
	else if (!a)
		why = "is not an attribute that this version knows";
	else if (*seen & 1U << (a - attributes))
		why = "stands there twice";
	else
		why = take_value(uri, a, equals + 1, len - name - 1);
	if (!why) {
		*seen |= 1U << (a - attributes);
		return GR_OK;
	}
	complain("%s: pkcs11 URI: %.*s %s", what, (int)(name < 64 ? name : 64), text, why);
	return GR_BAD;
}

static const char *const types[] = { "private", "public", "cert" };

static enum status check_type(const struct uri *uri, const char *what)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (uri->type[0] == '\0' || strcmp(uri->type, types[i]) == 0)
			return GR_OK;
	complain("%s: pkcs11 URI: type %s: not private, public or cert", what, uri->type);
	return GR_BAD;
}

enum status uri_parse(struct uri *uri, const char *text, const char *what)
{
	bool query = false;
	unsigned seen = 0;
	enum status st;

	*uri = (struct uri){ .has_slot = false };
	if (!uri_is(text) || strlen(text) > ATTRIBUTE_MAX) {
		complain("%s: not a pkcs11 URI, or too long", what);
		return GR_BAD;
	}
	for (text += strlen(URI_SCHEME); *text; ) {
		size_t len = strcspn(text, query ? "&" : ";?");

		if (len > 0 && (st = take(uri, &seen, text, len, query, what)) != GR_OK)
			return st;
		text += len;
		query = query || *text == '?';
		text += *text != '\0';
	}
	return check_type(uri, what);
}

/* RFC 7512, 2.3: what may stand for itself in both halves. */
static bool is_plain(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    strchr("-._~/:@,+!$*'()[]", c);
}

struct writer {
	char *to;
	size_t size, used;
	char separator;		/* before the next attribute; 0: none */
};

static void put(struct writer *w, char c)
{
	if (w->used < w->size)
		w->to[w->used] = c;
	w->used++;
}

static void put_attribute(struct writer *w, const char *name, const void *value, size_t len,
			  char separator, bool all)
{
	const unsigned char *bytes = value;

	if (len == 0)
		return;
	if (w->separator)
		put(w, w->separator);
	w->separator = separator;
	for (; *name; name++)
		put(w, *name);
	put(w, '=');
	for (size_t i = 0; i < len; i++) {
		char hex[3];

		if (!all && bytes[i] && is_plain(bytes[i])) {
			put(w, (char)bytes[i]);
			continue;
		}
		str_hex(hex, &bytes[i], 1);
		put(w, '%');
		put(w, hex[0]);
		put(w, hex[1]);
	}
}

static bool format(char *to, size_t size, const struct uri *uri, bool with_query)
{
	struct writer w = { .to = to, .size = size };
	char slot[24];

	for (const char *c = URI_SCHEME; *c; c++)
		put(&w, *c);
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		const struct attribute *a = &attributes[i];
		const char *field = (const char *)uri + a->offset;

		if (is_query(a->kind) && !with_query)
			break;
		if (a->kind == QUERY_MODULE)
			w.separator = '?';
		if (a->kind == PATH_ID) {
			put_attribute(&w, a->name, uri->id, uri->id_len, ';', true);
		} else if (a->kind == PATH_SLOT) {
			snprintf(slot, sizeof slot, "%lu", uri->slot);
			put_attribute(&w, a->name, slot, uri->has_slot ? strlen(slot) : 0, ';',
				      false);
		} else if (a->kind != QUERY_PIN) {
			put_attribute(&w, a->name, field, strlen(field),
				      is_query(a->kind) ? '&' : ';', false);
		}
	}
	put(&w, '\0');
	if (w.used <= size)
		return true;
	to[0] = '\0';
	return false;
}

bool uri_format(char *to, size_t size, const struct uri *uri)
{
	return format(to, size, uri, true);
}

bool uri_format_name(char *to, size_t size, const struct uri *uri)
{
	return format(to, size, uri, false);
}

/* Greengrass lite takes it among the path attributes as well. */
enum status uri_cut_pin(char *text, char *pin, size_t size)
{
	char *at = text + strlen(URI_SCHEME), *end, *value;
	int n;

	for (;; at = end + 1) {
		end = at + strcspn(at, ";?&");
		if (strncmp(at, "pin-value=", 10) == 0)
			break;
		if (*end == '\0')
			return GR_NO;
	}
	value = at + 10;
	n = decode((unsigned char *)pin, size - 1, value, (size_t)(end - value));
	pin[n < 0 ? 0 : n] = '\0';
	OPENSSL_cleanse(value, (size_t)(end - value));
	/* One of the separators around it goes along. */
	if ((at[-1] == '?' && *end == '&') || (at[-1] == ':' && *end == ';'))
		end++;
	else if (at[-1] != ':')
		at--;
	memmove(at, end, strlen(end) + 1);
	return n > 0 ? GR_OK : GR_BAD;
}
