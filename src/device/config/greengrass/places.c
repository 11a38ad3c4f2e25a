/* SPDX-License-Identifier: Apache-2.0 */
/* places.c - tells whether any of the usual places of a nucleus exists */
#include "config/greengrass/places.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * A path that may not be examined counts as existing: the program that reads it reports why not.
 */
static bool exists(const char *path)
{
	return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

bool places_exist(void)
{
	static const char *const paths[] = { PLACES_UNIT, PLACES_CLASSIC, PLACES_LITE };

	if (getenv(PLACES_SOCKET))
		return true;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		if (exists(paths[i]))
			return true;
	return false;
}
