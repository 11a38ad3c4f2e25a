/* home.c - where the backend keeps its things */
#include "registry/home.h"
#include "complain.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_TRIES = 20, LOCK_PAUSE_MS = 50 };	/* home_is_served may hold it for a moment */

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

enum status home_lock(int *fd, const struct home *home)
{
	char path[4096];

	if (!str_format(path, sizeof path, "%s/lock", home->dir) || (*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0) {
		complain("%s/lock: %s", home->dir, strerror(errno));
		return errno == ENOENT ? GR_BAD : GR_FAIL;
	}
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
			return GR_OK;
		poll(NULL, 0, LOCK_PAUSE_MS);
	}
	complain("%s: another gr-backendd is running there", home->dir);
	return GR_FAIL;
}

bool home_is_served(const struct home *home)
{
	char path[4096];
	bool served = false;
	int fd;

	if (!str_format(path, sizeof path, "%s/lock", home->dir) || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return false;
	served = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return served;
}
