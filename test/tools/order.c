/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order.c - what a program asks of a file system that orders nothing, for preloading: each rename,
 * removal and sync is a line in the file named by ORDER, with the path that it is about.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void note(const char *what, int fd, const char *name)
{
	char link[32], path[PATH_MAX] = "", line[2 * PATH_MAX];
	int out = open(getenv("ORDER"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	int n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	if (readlink(link, path, sizeof path - 1) < 0)
		path[0] = '\0';
	n = snprintf(line, sizeof line, "%s %s%s%s\n", what, path, name[0] ? "/" : "", name);
	if (out < 0 || write(out, line, (size_t)n) != n)
		abort();
	close(out);
}

int renameat(int old_dir, const char *old, int new_dir, const char *new)
{
	int (*next)(int, const char *, int, const char *) = dlsym(RTLD_NEXT, "renameat");
	int rc = next(old_dir, old, new_dir, new);

	if (rc == 0)
		note("rename", new_dir, new);
	return rc;
}

int unlinkat(int dir, const char *name, int flags)
{
	int (*next)(int, const char *, int) = dlsym(RTLD_NEXT, "unlinkat");
	int rc = next(dir, name, flags);

	if (rc == 0)
		note("unlink", dir, name);
	return rc;
}

int fsync(int fd)
{
	int (*next)(int) = dlsym(RTLD_NEXT, "fsync");

	note("sync", fd, "");
	return next(fd);
}
