/* home.c - where the backend keeps its things */
#include "registry/home.h"
#include "complain.h"
#include "str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum status home_find(struct home *home, const char *dir)
{
	const char *set = getenv("GR_HOME");

	if (!dir)
		dir = set && *set ? set : "/var/lib/gr-backend";
	if (str_copy(home->dir, sizeof home->dir, dir) && str_format(home->registry, sizeof home->registry, "%s/registry.db", dir) &&
	    str_format(home->ca, sizeof home->ca, "%s/ca", dir) && str_format(home->trusted, sizeof home->trusted, "%s/trusted", dir) &&
	    str_format(home->ledger, sizeof home->ledger, "%s/ledger", dir))
		return GR_OK;
	complain("%s: the path is too long", dir);
	return GR_BAD;
}

enum status home_make(const struct home *home)
{
	if (mkdir(home->dir, 0700) == 0 || errno == EEXIST)
		return GR_OK;
	complain("%s: %s%s", home->dir, strerror(errno), errno == ENOENT ? "; the folder that it is to lie in must exist" : "");
	return GR_FAIL;
}
