/* SPDX-License-Identifier: Apache-2.0 */
/* subject.c - a subject from the command line */
#include "gr-csr/subject.h"
#include "complain.h"
#include "str.h"

#include <openssl/err.h>
#include <stdbool.h>
#include <string.h>

enum { PART_MAX = 256 };

/* TYPE=value, len bytes; \/ stands for a slash in it. */
static bool add(X509_NAME *subject, const char *text, size_t len)
{
	char part[PART_MAX], *equals, *to;

	if (!str_format(part, sizeof part, "%.*s", (int)len, text) ||
	    !(equals = strchr(part, '=')) || equals == part || !equals[1])
		return false;
	*equals = '\0';
	to = equals + 1;
	for (const char *from = equals + 1; *from; from++)
		if (*from != '\\' || from[1] != '/')
			*to++ = *from;
	*to = '\0';
	return X509_NAME_add_entry_by_txt(subject, part, MBSTRING_UTF8,
					  (unsigned char *)equals + 1, -1, -1, 0) == 1;
}

/* The length of the part at text: up to a slash that is not escaped. */
static size_t part_length(const char *text)
{
	size_t n = 0;

	while (text[n] && text[n] != '/')
		n += text[n] == '\\' && text[n + 1] == '/' ? 2 : 1;
	return n;
}

enum status subject_parse(X509_NAME **subject, const char *text)
{
	X509_NAME *name = X509_NAME_new();
	const char *at = text;
	bool ok = name && *at == '/';

	while (ok && *at == '/') {
		size_t len = part_length(++at);

		ok = add(name, at, len);
		at += len;
	}
	ERR_clear_error();
	if (ok) {
		*subject = name;
		return GR_OK;
	}
	X509_NAME_free(name);
	complain("-s: %s: not a subject like /O=Example/CN=pump-1", text);
	return GR_BAD;
}
