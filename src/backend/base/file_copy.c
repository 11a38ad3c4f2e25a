/* SPDX-License-Identifier: Apache-2.0 */
/* file_copy.c - large files */
#include "base/file_copy.h"
#include "complain.h"
#include "file.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 65536 };

static enum status fail(const char *path)
{
	complain("%s: %s", path, strerror(errno));
	return GR_FAIL;
}

static enum status pump_all(EVP_MD_CTX *ctx, char *buf, const char *path, int from, int to,
			    off_t len)
{
	while (len > 0) {
		ssize_t got = read(from, buf, len < CHUNK ? (size_t)len : CHUNK);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			return GR_NO;
		if (got < 0 || (to >= 0 && write(to, buf, (size_t)got) != got) ||
		    EVP_DigestUpdate(ctx, buf, (size_t)got) != 1)
			return fail(path);
		len -= got;
	}
	return GR_OK;
}

/* Hashes the first len bytes of the descriptor from, and writes them to to unless that is -1. */
static enum status pump(char hex[static FILE_HEX], const char *path, int from, int to, off_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	char *buf = malloc(CHUNK);
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	enum status st = GR_FAIL;

	if (!ctx || !buf || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		complain("%s: out of memory", path);
	else if ((st = pump_all(ctx, buf, path, from, to, len)) == GR_OK &&
		 EVP_DigestFinal_ex(ctx, md, &n) == 1)
		str_hex(hex, md, n);
	EVP_MD_CTX_free(ctx);
	free(buf);
	return st;
}

enum status file_digest(char hex[static FILE_HEX], const char *path, off_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat info;
	enum status st;

	if (fd < 0 || fstat(fd, &info) != 0)
		st = fail(path);
	else
		st = pump(hex, path, fd, -1, len < 0 ? info.st_size : len);
	if (fd >= 0)
		close(fd);
	return st;
}

static int open_parent(const char *path, char parent[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	str_format(parent, PATH_MAX, "%.*s", slash ? (int)(slash - path) + (slash == path) : 1,
		   slash ? path : ".");
	return open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Creates an empty file for writing. -1: errno says why. */
static int make(const char *path)
{
	char parent[PATH_MAX];
	int dir = open_parent(path, parent), fd = -1;

	if (dir < 0)
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && !file_belongs(fd, dir)) {
		close(fd);
		unlink(path);
		fd = -1;
	}
	close(dir);
	return fd;
}

enum status file_copy(char hex[static FILE_HEX], const char *to, const char *from, off_t len)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = in >= 0 ? make(to) : -1;
	enum status st;

	if (in >= 0 && out < 0 && errno == EEXIST)
		st = GR_NO;
	else if (in < 0 || out < 0)
		st = fail(in < 0 ? from : to);
	else if ((st = pump(hex, from, in, out, len)) == GR_OK && fsync(out) != 0)
		st = fail(to);
	if (in >= 0)
		close(in);
	if (out >= 0 && close(out) != 0 && st == GR_OK)
		st = fail(to);
	return st;
}

enum status file_copy_whole(const char *to, const char *from, mode_t mode)
{
	char made[PATH_MAX], hex[FILE_HEX];
	struct stat info;
	enum status st;

	if (!str_format(made, sizeof made, "%s.new", to)) {
		complain("%s: the path is too long", to);
		return GR_BAD;
	}
	if (stat(from, &info) != 0)
		return fail(from);
	if (unlink(made) != 0 && errno != ENOENT)
		return fail(made);
	if ((st = file_copy(hex, made, from, info.st_size)) == GR_NO) {
		complain("%s: became shorter while it was read", from);
		st = GR_FAIL;
	}
	if (st == GR_OK && (chmod(made, mode) != 0 || link(made, to) != 0))
		st = errno == EEXIST ? GR_NO : fail(to);
	unlink(made);
	return st == GR_OK ? file_sync_parent(to) : st;
}

enum status file_sync_parent(const char *path)
{
	char parent[PATH_MAX];
	enum status st;
	int fd = open_parent(path, parent);

	if (fd < 0)
		return fail(parent);
	st = file_sync_dir(fd, parent);
	close(fd);
	return st;
}
