/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_mark.c - where the ledger ends */
#include "gr-signer/ledger_mark.h"
#include "complain.h"
#include "registry/home.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 + 8 };

/* hash, end, newest: always as long, so that it is written over in one piece */
#define FORMAT "%s %019" PRId64 " %019" PRId64 "\n"
enum { MARK_LEN = LEDGER_HASH + 20 + 20 };

static enum status fail(const char *path, const char *what)
{
	complain("%s.end: cannot be %s: %s", path, what, strerror(errno));
	return errno == ELOOP ? GR_BAD : GR_FAIL;
}

static enum status open_file(int *fd, const char *path)
{
	char name[PATH_SIZE];
	enum status st;

	str_format(name, sizeof name, "%s.end", path);
	*fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return fail(path, "opened");
	st = home_check(*fd, name);
	if (st != GR_OK) {
		close(*fd);
		*fd = -1;
	}
	return st;
}

/* Does the name still lead to this file? */
static bool is_there(int fd, const char *path)
{
	char name[PATH_SIZE];
	struct stat here, there;

	str_format(name, sizeof name, "%s.end", path);
	return fstat(fd, &here) == 0 && lstat(name, &there) == 0 && here.st_dev == there.st_dev &&
	    here.st_ino == there.st_ino;
}

enum status ledger_mark_lock(int *fd, const char *path)
{
	enum status st = GR_OK;

	for (;;) {
		if (*fd < 0 && (st = open_file(fd, path)) != GR_OK)
			return st;
		while (flock(*fd, LOCK_EX) != 0)
			if (errno != EINTR)
				return fail(path, "locked");
		if (is_there(*fd, path))
			return GR_OK;
		close(*fd);
		*fd = -1;
	}
}

void ledger_mark_unlock(int fd)
{
	(void)flock(fd, LOCK_UN);
}

enum status ledger_mark_read(struct ledger_mark *mark, int fd, const char *path)
{
	char text[MARK_LEN + 1] = "";
	ssize_t n = pread(fd, text, MARK_LEN, 0);
	int64_t end, newest;

	*mark = (struct ledger_mark){ 0 };
	if (n < 0)
		return fail(path, "read");
	if (n != MARK_LEN || text[MARK_LEN - 1] != '\n' ||
	    sscanf(text + LEDGER_HASH, "%19" SCNd64 " %19" SCNd64, &end, &newest) != 2)
		return GR_OK;
	text[LEDGER_HASH - 1] = '\0';
	if (!str_is_certificate_id(text) || end < 0 || newest < 0)
		return GR_OK;
	*mark = (struct ledger_mark){ .end = (off_t)end, .newest = newest };
	str_copy(mark->hash, sizeof mark->hash, text);
	return GR_OK;
}

enum status ledger_mark_write(int fd, const char *path, const struct ledger_mark *mark)
{
	char text[MARK_LEN + 1];

	if (!str_format(text, sizeof text, FORMAT, mark->hash, (int64_t)mark->end, mark->newest))
		return GR_BAD;
	return pwrite(fd, text, MARK_LEN, 0) == MARK_LEN ? GR_OK : fail(path, "written");
}

bool ledger_mark_equal(const struct ledger_mark *a, const struct ledger_mark *b)
{
	return a->end == b->end && a->newest == b->newest && strcmp(a->hash, b->hash) == 0;
}
