/* SPDX-License-Identifier: Apache-2.0 */
/* location.c - paths from URIs */
#include "location.h"
#include "complain.h"
#include "str.h"

#include <ctype.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Undoes %20 and the like in place. False: a % without two digits, or a NUL. */
static bool decode(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		char hex[3] = { 0 };

		if (*from != '%') {
			*to = *from++;
			continue;
		}
		for (size_t i = 0; i < 2 && from[1 + i]; i++)
			hex[i] = (char)tolower((unsigned char)from[1 + i]);
		if (str_unhex(to, 1, hex) != 1 || *to == '\0')
			return false;
		from += 3;
	}
	*to = '\0';
	return true;
}

/* file:/path, file:///path and file://localhost/path, what comes after the colon. */
static bool from_uri(char *to, const char *rest)
{
	if (strncmp(rest, "//", 2) == 0) {
		rest += 2;
		if (strncasecmp(rest, "localhost/", 10) == 0)
			rest += 9;
	}
	return rest[0] == '/' && str_copy(to, PATH_MAX, rest) && decode(to);
}

static bool from_home(char *to, const char *rest)
{
	const char *home = getenv("HOME");
	const struct passwd *user;

	if ((!home || home[0] != '/') && (user = getpwuid(geteuid())))
		home = user->pw_dir;
	return home && home[0] == '/' &&
	    str_format(to, PATH_MAX, "%s%s", strcmp(home, "/") == 0 ? "" : home, rest);
}

enum status location_resolve(char to[static PATH_MAX], const char *text, const char *what)
{
	if (strncasecmp(text, "file:", 5) == 0) {
		if (from_uri(to, text + 5))
			return GR_OK;
		complain("%s: %s: not a file: URI of a file on this machine", what, text);
	} else if (strncmp(text, "~/", 2) == 0) {
		if (from_home(to, text + 1))
			return GR_OK;
		complain("%s: %s: there is no home for ~, or the path is too long", what, text);
	} else {
		if (str_copy(to, PATH_MAX, text))
			return GR_OK;
		complain("%s: longer than %d bytes", what, PATH_MAX - 1);
	}
	return GR_BAD;
}
