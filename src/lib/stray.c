/* SPDX-License-Identifier: Apache-2.0 */
/* stray.c - removes temporary files of processes that were cut off */
#include "stray.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of .NAME.PID.tmp, as file_replace has it, the process that made it; 0: it is no such name. */
static long maker_of(const char *name)
{
	const char *end = strrchr(name, '.'), *dot = end;

	if (name[0] != '.' || strcmp(end, ".tmp") != 0)
		return 0;
	while (dot > name && *--dot != '.')
		;
	if (dot == name || strspn(dot + 1, "0123456789") != (size_t)(end - dot - 1))
		return 0;
	return strtol(dot + 1, NULL, 10);
}

static bool runs(long pid)
{
	return kill((pid_t)pid, 0) == 0 || errno != ESRCH;
}

void stray_remove(int dirfd)
{
	int own = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = own < 0 ? NULL : fdopendir(own);
	struct dirent *e;
	long pid;

	if (!dir && own >= 0)
		close(own);
	while (dir && (e = readdir(dir)))
		if ((pid = maker_of(e->d_name)) > 0 && !runs(pid))
			unlinkat(dirfd, e->d_name, 0);
	if (dir)
		closedir(dir);
}

void stray_remove_in(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	stray_remove(fd);
	close(fd);
}
