/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.c - what was issued and decided, line by line */
#include "gr-signer/ledger.h"
#include "base/file_copy.h"
#include "complain.h"
#include "registry/home.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A cut may have left half a line: the next one must not be glued to it. */
static bool find_torn_line(struct ledger *ledger)
{
	off_t size = lseek(ledger->fd, 0, SEEK_END);
	char last = '\n';

	if (size > 0 && pread(ledger->fd, &last, 1, size - 1) != 1)
		return false;
	ledger->torn = last != '\n';
	return true;
}

static enum status cannot(const struct ledger *ledger)
{
	int error = errno;

	if (error == ELOOP) {
		complain(
		    "%s: is a link, and links are not followed here; put the file itself there",
		    ledger->path);
		return GR_BAD;
	}
	complain("%s: cannot be opened for appending: %s", ledger->path, strerror(error));
	return GR_FAIL;
}

/* The mode whatever our umask says, and also of one that an earlier version made. */
static enum status make_ready(struct ledger *ledger)
{
	struct stat info;
	enum status st = home_check(ledger->fd, ledger->path);

	if (st != GR_OK)
		return st;
	if (fstat(ledger->fd, &info) != 0 || !find_torn_line(ledger))
		return cannot(ledger);
	if (info.st_size == 0 && (st = file_sync_parent(ledger->path)) != GR_OK)
		return st;
	if (info.st_uid == geteuid() && (info.st_mode & 07777) != HOME_LEDGER_MODE &&
	    fchmod(ledger->fd, HOME_LEDGER_MODE) != 0)
		return cannot(ledger);
	return GR_OK;
}

enum status ledger_open(struct ledger *ledger, const char *path)
{
	enum status st;

	*ledger = (struct ledger){
		.fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)
	};
	str_copy(ledger->path, sizeof ledger->path, path);
	st = ledger->fd >= 0 ? make_ready(ledger) : cannot(ledger);
	if (st != GR_OK)
		ledger_close(ledger);
	return st;
}

void ledger_close(struct ledger *ledger)
{
	if (ledger->fd >= 0)
		close(ledger->fd);
	ledger->fd = -1;
}

/* One write for all of them: lines of two writers do not mix. */
enum status ledger_append(struct ledger *ledger, const char *lines, size_t len)
{
	ssize_t n = -1;

	if (!ledger->torn || write(ledger->fd, "\n", 1) == 1) {
		ledger->torn = false;
		n = write(ledger->fd, lines, len);
	}
	if (n == (ssize_t)len)
		return GR_OK;
	complain("%s: cannot be appended to: %s", ledger->path,
		 n < 0 ? strerror(errno) : "short write");
	ledger->torn |= n > 0;
	return GR_FAIL;
}

enum status ledger_sync(struct ledger *ledger)
{
	if (fdatasync(ledger->fd) == 0)
		return GR_OK;
	complain("%s: cannot be synced: %s", ledger->path, strerror(errno));
	return GR_FAIL;
}
