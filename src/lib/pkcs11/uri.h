/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uri.h - parses and formats pkcs11: URIs (RFC 7512), which name an object in a token and say how
 * to reach it.
 *
 * Text attributes hold no NUL. Attributes that this version does not use (library-...,
 * slot-description, x-...) are refused, since a URI without them would name more objects than its
 * writer meant.
 */
#ifndef GR_PKCS11_URI_H
#define GR_PKCS11_URI_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <strings.h>

#include "status.h"

enum { URI_TOKEN_MAX = 32, URI_LABEL_MAX = 255, URI_ID_MAX = 64 };

struct uri {
	/* As a token describes itself: CK_TOKEN_INFO without its padding; "": any. */
	char token[URI_TOKEN_MAX + 1], manufacturer[33], model[17], serial[17];
	bool has_slot;
	unsigned long slot;		/* slot-id */
	char object[URI_LABEL_MAX + 1];	/* CKA_LABEL; "": any */
	unsigned char id[URI_ID_MAX];	/* CKA_ID */
	size_t id_len;			/* 0: any */
	char type[16];			/* "private", "public", "cert"; "": any */
	char module[PATH_MAX];		/* module-path */
	char pin_source[PATH_MAX];	/* as conf.h has pkcs11PinSource */
	/* somebody else could have written it: no file is opened because it says so (token.h) */
	bool foreign;
};

#define URI_SCHEME "pkcs11:"

/* Tells whether text is a pkcs11: URI. */
static inline bool uri_is(const char *text)
{
	return strncasecmp(text, URI_SCHEME, sizeof URI_SCHEME - 1) == 0;
}
/*
 * Parses a URI. GR_BAD, one line that starts with what: not such a URI, an attribute that is there
 * twice or unknown, or a pin-value, which the line does not repeat: a PIN must not be in an
 * argument, the environment or a configuration that programs print.
 */
enum status uri_parse(struct uri *uri, const char *text, const char *what);
/* Formats the whole URI, query included. False: it does not fit, and to holds "". */
bool uri_format(char *to, size_t size, const struct uri *uri);
/* Formats the URI without its query, so that it may be logged. False: as uri_format. */
bool uri_format_name(char *to, size_t size, const struct uri *uri);

/*
 * Cuts pin-value out of text and into pin. GR_NO, silent: there is none. GR_BAD, silent: it does
 * not fit, or is badly encoded.
 */
enum status uri_cut_pin(char *text, char *pin, size_t size);

#endif
