/* SPDX-License-Identifier: Apache-2.0 */
/*
 * full.c - a disk without room, for preloading: while the file named by DISK_FULL exists, a write
 * that would make a regular file longer fails with ENOSPC. What is there may be written over, and
 * empty files may be made, as on a disk whose blocks alone are used up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool has_room(int fd, off_t end)
{
	const char *mark = getenv("DISK_FULL");
	int was = errno;
	struct stat s;
	bool room = !mark || access(mark, F_OK) != 0 || fstat(fd, &s) != 0 ||
		    !S_ISREG(s.st_mode) || end <= s.st_size;

	errno = room ? was : ENOSPC;
	return room;
}

static off_t place(int fd)
{
	struct stat s;
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && (flags & O_APPEND) && fstat(fd, &s) == 0)
		return s.st_size;
	return lseek(fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *data, size_t n)
{
	int was = errno;
	off_t at = place(fd);

	errno = was;
	if (at >= 0 && !has_room(fd, at + (off_t)n))
		return -1;
	return syscall(SYS_write, fd, data, n);
}

ssize_t pwrite64(int fd, const void *data, size_t n, off_t at)
{
	if (!has_room(fd, at + (off_t)n))
		return -1;
	return syscall(SYS_pwrite64, fd, data, n, at);
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
	return pwrite64(fd, data, n, at);
}
