/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - bounded reads and durable replacement */
#include "file.h"
#include "complain.h"
#include "owner.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status read_all(char **data, size_t *len, int fd, const char *path, size_t max)
{
	size_t size = 4096, used = 0;
	char *buf = malloc(size + 1), *more;
	enum status st;
	ssize_t n;

	if (!buf)
		goto memory;
	while ((n = read(fd, buf + used, size - used)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			st = errno == EISDIR ? GR_BAD : GR_FAIL;
			complain("%s: %s", path, strerror(errno));
			free(buf);
			return st;
		}
		used += (size_t)n;
		if (used > max) {
			complain("%s: larger than %zu bytes", path, max);
			free(buf);
			return GR_BAD;
		}
		if (used == size) {
			size *= 2;
			if (!(more = realloc(buf, size + 1)))
				goto memory;
			buf = more;
		}
	}
	buf[used] = '\0';
	*data = buf;
	*len = used;
	return GR_OK;
memory:
	complain("%s: out of memory", path);
	free(buf);
	return GR_FAIL;
}

enum status file_read(char **data, size_t *len, const char *path, size_t max)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum status st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return GR_NO;
	if (fd < 0) {
		complain("%s: %s", path, strerror(errno));
		return GR_FAIL;
	}
	st = read_all(data, len, fd, standard ? "standard input" : path, max);
	if (!standard)
		close(fd);
	return st;
}

enum status file_open(int *fd, const char *path, size_t max)
{
	/* see file_open_at */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat own;
	enum status st = GR_BAD;

	if (file < 0 && (errno == ENOENT || errno == ENOTDIR))
		return GR_NO;
	if (file < 0 || fstat(file, &own) != 0) {
		st = errno == EACCES || errno == EPERM || errno == ELOOP || errno == ENAMETOOLONG
		    ? GR_BAD
		    : GR_FAIL;
		complain("%s: %s", path, strerror(errno));
	} else if (!S_ISREG(own.st_mode)) {
		complain("%s: not a regular file", path);
	} else if ((uintmax_t)own.st_size > max) {
		complain("%s: larger than %zu bytes", path, max);
	} else {
		*fd = file;
		return GR_OK;
	}
	if (file >= 0)
		close(file);
	return st;
}

enum status file_open_at(int *fd, struct stat *status, int dirfd, const char *name,
			 const char *where)
{
	/* O_NONBLOCK: a fifo in its place must not hold us up. */
	int file = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
	enum status st = GR_BAD;

	if (file < 0 && errno == ENOENT)
		return GR_NO;
	if (file < 0 || fstat(file, status) != 0) {
		st = errno == ELOOP ? GR_BAD : GR_FAIL;
		complain("%s: %s: %s", where, name, strerror(errno));
	} else if (!S_ISREG(status->st_mode)) {
		complain("%s: %s: not a regular file", where, name);
	} else {
		*fd = file;
		return GR_OK;
	}
	if (file >= 0)
		close(file);
	return st;
}

enum status file_read_at(char **data, size_t *len, struct stat *status, int dirfd,
			 const char *name, const char *where, size_t max)
{
	struct stat own;
	enum status st;
	int fd;

	if ((st = file_open_at(&fd, &own, dirfd, name, where)) != GR_OK)
		return st;
	st = read_all(data, len, fd, where, max);
	close(fd);
	if (st == GR_OK && status)
		*status = own;
	return st;
}

bool file_next(struct dirent **entry, DIR *dir)
{
	errno = 0;
	*entry = readdir(dir);
	return *entry || errno == 0;
}

static enum status write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return GR_FAIL;
		data += n;
		len -= (size_t)n;
	}
	return GR_OK;
}

enum status file_make_folder(const char *path, const char *what)
{
	struct stat own;

	if (mkdir(path, 0700) == 0)
		return GR_OK;
	if (errno == EEXIST) {
		if (stat(path, &own) == 0 && S_ISDIR(own.st_mode))
			return GR_OK;
		errno = ENOTDIR;
	}
	complain("%s: %s: %s", what, path, strerror(errno));
	return GR_FAIL;
}

enum status file_sync_dir(int dirfd, const char *where)
{
	if (fsync(dirfd) == 0)
		return GR_OK;
	complain("%s: directory not synced: %s", where, strerror(errno));
	return GR_FAIL;
}

/* The owner goes first: a file must not be wide open for an instant in the wrong hands. */
static enum status dress(int fd, const char *where, mode_t mode, const struct stat *like)
{
	struct stat own;
	int err;

	if (like &&
	    (fstat(fd, &own) != 0 || own.st_uid != like->st_uid || own.st_gid != like->st_gid) &&
	    fchown(fd, like->st_uid, like->st_gid) != 0) {
		err = errno;
		complain("%s: a new one cannot be given to user %lu and group %lu: %s; run gr as "
			 "root, or give the file to gr's own user and group",
			 where, (unsigned long)like->st_uid, (unsigned long)like->st_gid,
			 strerror(err));
		return owner_refusal(err);
	}
	if (fchmod(fd, like ? like->st_mode & 0777 : mode) ==
	    0) /* the umask may be narrower than what readers need */
		return GR_OK;
	err = errno;
	complain("%s: the mode of a new one cannot be set: %s", where, strerror(err));
	return owner_refusal(err);
}

bool file_belongs(int fd, int dirfd)
{
	struct stat dir;

	return geteuid() != 0 ||
	    (fstat(dirfd, &dir) == 0 && fchown(fd, dir.st_uid, dir.st_gid) == 0);
}

/* An empty file of its owner and mode, under the temporary name temp. */
static enum status make_temp(int *fd, int dirfd, const char *temp, const char *where, mode_t mode,
			     const struct stat *like)
{
	enum status st;

	unlinkat(dirfd, temp, 0);	/* left by a life that was cut short */
	*fd = openat(dirfd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0) {
		complain("%s: cannot be replaced: %s", where, strerror(errno));
		return GR_FAIL;
	}
	if (!like && !file_belongs(*fd, dirfd)) {
		complain("%s: a new one cannot be given to the owner of its directory: %s", where,
			 strerror(errno));
		st = GR_FAIL;
	} else if ((st = dress(*fd, where, mode, like)) == GR_OK) {
		return GR_OK;
	}
	close(*fd);
	unlinkat(dirfd, temp, 0);
	return st;
}

static enum status replace(int dirfd, const char *name, const char *where, const void *data,
			   size_t len, mode_t mode, const struct stat *like)
{
	char temp[NAME_MAX + 1];
	enum status st;
	int fd, err;

	/* two processes may replace the same file */
	if (!str_format(temp, sizeof temp, ".%s.%ld.tmp", name, (long)getpid())) {
		complain("%s: the name is too long", where);
		return GR_BAD;
	}
	st = make_temp(&fd, dirfd, temp, where, mode, like);
	if (st != GR_OK)
		return st;
	if (write_all(fd, data, len) != GR_OK || fsync(fd) != 0) {
		err = errno;
		close(fd);
		goto fail;
	}
	if (close(fd) != 0 || renameat(dirfd, temp, dirfd, name) != 0) {
		err = errno;
		goto fail;
	}
	return file_sync_dir(dirfd, where);
fail:
	unlinkat(dirfd, temp, 0);
	complain("%s: cannot be replaced: %s", where, strerror(err));
	return GR_FAIL;
}

enum status file_replace_at(int dirfd, const char *name, const char *where, const void *data,
			    size_t len, mode_t mode)
{
	return replace(dirfd, name, where, data, len, mode, NULL);
}

enum status file_replace_like_at(int dirfd, const char *name, const char *where, const void *data,
				 size_t len, const struct stat *like)
{
	return replace(dirfd, name, where, data, len, 0, like);
}

enum status file_try_like_at(int dirfd, const char *temp, const char *where,
			     const struct stat *like)
{
	int fd;
	enum status st = make_temp(&fd, dirfd, temp, where, 0, like);

	if (st != GR_OK)
		return st;
	close(fd);
	unlinkat(dirfd, temp, 0);
	return GR_OK;
}

enum status file_replace(const char *path, const void *data, size_t len, mode_t mode)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX] = ".";
	enum status st;
	int fd;

	if (slash &&
	    !str_format(dir, sizeof dir, "%.*s", (int)(slash == path ? 1 : slash - path), path)) {
		complain("%s: the path is too long", path);
		return GR_BAD;
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		complain("%s: %s", dir, strerror(errno));
		return GR_FAIL;
	}
	st = file_replace_at(fd, slash ? slash + 1 : path, path, data, len, mode);
	close(fd);
	return st;
}
