/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.c - what was issued and decided, line by line */
#include "gr-signer/ledger.h"
#include "base/file_copy.h"
#include "gr-signer/ledger_lines.h"
#include "registry/home.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

void ledger_init(struct ledger *ledger, const char *path)
{
	*ledger = (struct ledger){ .fd = -1, .lock = -1, .size = -1 };
	str_copy(ledger->path, sizeof ledger->path, path);
}

static void close_file(struct ledger *ledger)
{
	if (ledger->fd >= 0)
		close(ledger->fd);
	ledger->fd = -1;
	ledger->size = -1;
}

void ledger_close(struct ledger *ledger)
{
	close_file(ledger);
	if (ledger->lock >= 0)
		close(ledger->lock);
	ledger->lock = -1;
}

/* The mode whatever our umask says, and also of one that an earlier version made. */
static enum status make_ready(struct ledger *ledger)
{
	struct stat info;
	enum status st = home_check(ledger->fd, ledger->path);

	if (st != GR_OK)
		return st;
	if (fstat(ledger->fd, &info) != 0)
		return cannot(ledger);
	if (info.st_size == 0 && (st = file_sync_parent(ledger->path)) != GR_OK)
		return st;
	if (info.st_uid == geteuid() && (info.st_mode & 07777) != HOME_LEDGER_MODE &&
	    fchmod(ledger->fd, HOME_LEDGER_MODE) != 0)
		return cannot(ledger);
	return GR_OK;
}

static enum status open_file(struct ledger *ledger)
{
	enum status st;

	ledger->fd = open(ledger->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
			  0600);
	st = ledger->fd >= 0 ? make_ready(ledger) : cannot(ledger);
	if (st != GR_OK)
		close_file(ledger);
	return st;
}

/* A cut may have left half a line: the next one must not be glued to it. */
static enum status read_end(struct ledger *ledger, struct ledger_tail *tail)
{
	off_t size = lseek(ledger->fd, 0, SEEK_END);
	char last = '\n';

	if (size < 0 || (size > 0 && pread(ledger->fd, &last, 1, size - 1) != 1))
		return cannot(ledger);
	ledger->size = size;
	ledger->torn = last != '\n';
	return ledger_chain_tail(tail, ledger->fd, size, ledger->path);
}

static void follow(struct ledger *ledger, const struct ledger_tail *tail)
{
	str_copy(ledger->last.hash, sizeof ledger->last.hash, tail->hash);
	ledger->last.end = tail->end;
	if (tail->at > ledger->last.newest)
		ledger->last.newest = tail->at;
}

static bool names_a_line(const struct ledger_mark *mark)
{
	return mark->hash[0] && strcmp(mark->hash, LEDGER_CHAIN_START) != 0;
}

/* Is the line that should be in the file there? GR_NO, silent: no. */
static enum status has_expected(struct ledger *ledger, const struct ledger_mark *expected)
{
	struct ledger_tail there;
	enum status st;

	if (!names_a_line(expected))
		return GR_OK;
	if (expected->end > 0 && expected->end <= ledger->size) {
		st = ledger_chain_tail(&there, ledger->fd, expected->end, ledger->path);
		if (st != GR_OK)
			return st;
		if (there.end == expected->end && strcmp(there.hash, expected->hash) == 0)
			return GR_OK;
	}
	return ledger->size > 0 ? ledger_chain_knows(ledger->path, expected->hash) : GR_NO;
}

static void say(struct ledger *ledger, const char *hash)
{
	const char *what = ledger->size > 0 ? "is not the file that it was, or lines are missing"
					    : "was moved away, removed or emptied";

	str_format(ledger->notice, sizeof ledger->notice,
		   "%s: %s; new lines continue those that are gone, of which the last has the "
		   "SHA-256 %.16s...; keep the file that has them, a restore needs it",
		   ledger->path, what, hash);
	ledger->unsaid = true;
	ledger->untold = true;
}

/*
 * Takes the line that should be the last one for it: the next one carries its hash. A mark without
 * an offset was written by this function: it has been said.
 */
static enum status continue_chain(struct ledger *ledger, const struct ledger_mark *expected,
				  bool empty)
{
	if (!empty || expected->end > 0)
		say(ledger, expected->hash);
	str_copy(ledger->last.hash, sizeof ledger->last.hash, expected->hash);
	ledger->last.end = 0;
	ledger->seen = ledger->last;
	return ledger_mark_write(ledger->lock, ledger->path, &ledger->last);
}

/* Finds out where the chain goes on in a file that was just opened, or has become shorter. */
static enum status begin(struct ledger *ledger, const struct ledger_mark *expected)
{
	struct ledger_tail tail;
	enum status st = read_end(ledger, &tail);

	if (st != GR_OK)
		return st;
	if (expected->newest > ledger->last.newest)
		ledger->last.newest = expected->newest;
	follow(ledger, &tail);
	st = has_expected(ledger, expected);
	return st == GR_NO ? continue_chain(ledger, expected, tail.end == 0) : st;
}

static enum status open_first(struct ledger *ledger)
{
	struct ledger_mark expected;
	enum status st = ledger_mark_read(&expected, ledger->lock, ledger->path);

	if (st == GR_OK)
		st = open_file(ledger);
	if (st != GR_OK)
		return st;
	ledger->seen = expected;
	return begin(ledger, &expected);
}

void ledger_tell(struct ledger *ledger, const char *what)
{
	if (ledger->untold)
		return;
	str_format(ledger->notice, sizeof ledger->notice, "%s: %s", ledger->path, what);
	ledger->untold = true;
}

/* What a failed copy means an operator must hear: no answer leaves. */
static enum status sync_copies(struct ledger *ledger, const struct ledger_mark *mark)
{
	enum status st = ledger_copies_sync(&ledger->copies, ledger->fd, ledger->size, mark,
					    ledger->path);

	if (st == GR_OK)
		return GR_OK;
	ledger_tell(ledger,
		    "a copy that ledger-to names cannot be written, and nothing is issued until "
		    "it can; the log says why");
	return st;
}

/* Before a file that was moved away is let go: other signers have written to it as well. */
static enum status sync_and_read_end(struct ledger *ledger)
{
	struct ledger_tail tail;
	enum status st;

	if (fdatasync(ledger->fd) != 0) {
		complain("%s: cannot be synced: %s", ledger->path, strerror(errno));
		return GR_FAIL;
	}
	st = read_end(ledger, &tail);
	if (st == GR_OK && tail.end > 0)
		follow(ledger, &tail);
	return st == GR_OK ? sync_copies(ledger, &ledger->seen) : st;
}

/*
 * The file that we had is not the one at path any more. Another signer may have opened the new one
 * before: then the mark tells where that went on. We say it all the same, and before anything can
 * fail: that one may have said it to nobody who raises an alarm.
 */
static enum status open_anew(struct ledger *ledger)
{
	struct ledger_mark expected, marked;
	struct stat info;
	enum status st = ledger_mark_read(&marked, ledger->lock, ledger->path);

	if (st == GR_OK)
		st = sync_and_read_end(ledger);
	if (st != GR_OK)
		return st;
	expected = marked;
	if (names_a_line(&ledger->last))
		say(ledger, ledger->last.hash);
	close_file(ledger);
	st = open_file(ledger);
	if (st != GR_OK)
		return st;
	if (fstat(ledger->fd, &info) != 0)
		return cannot(ledger);
	if (info.st_size == 0 || ledger_mark_equal(&marked, &ledger->seen))
		expected = ledger->last;
	ledger->seen = marked;
	return begin(ledger, &expected);
}

/* Is it still the file at path? GR_NO, silent: no. */
static enum status is_in_place(const struct ledger *ledger, const struct stat *here)
{
	struct stat there;

	if (lstat(ledger->path, &there) != 0)
		return errno == ENOENT ? GR_NO : cannot(ledger);
	return here->st_dev == there.st_dev && here->st_ino == there.st_ino ? GR_OK : GR_NO;
}

/* While the lock is held. */
static enum status look(struct ledger *ledger)
{
	struct ledger_mark expected = ledger->last;
	struct stat here;
	enum status st;

	if (ledger->fd < 0)
		return open_first(ledger);
	if (fstat(ledger->fd, &here) != 0)
		return cannot(ledger);
	st = is_in_place(ledger, &here);
	if (st == GR_NO)
		return open_anew(ledger);
	if (st != GR_OK || here.st_size == ledger->size)
		return st;
	/* Another signer has written, a write of ours failed half-way, or lines are gone. */
	return begin(ledger, &expected);
}

static enum status lock_and_look(struct ledger *ledger)
{
	enum status st = ledger_mark_lock(&ledger->lock, ledger->path);

	return st == GR_OK ? look(ledger) : st;
}

static void unlock(struct ledger *ledger)
{
	if (ledger->lock >= 0)
		ledger_mark_unlock(ledger->lock);
}

enum status ledger_check(struct ledger *ledger)
{
	enum status st = lock_and_look(ledger);

	unlock(ledger);
	return st;
}

/* One write for all of them: a reader sees whole lines. */
static enum status write_lines(struct ledger *ledger, const struct ledger_lines *lines)
{
	ssize_t n = write(ledger->fd, lines->text, lines->len);

	if (n != (ssize_t)lines->len) {
		complain("%s: cannot be appended to: %s", ledger->path,
			 n < 0 ? strerror(errno) : "short write");
		ledger->size = n < 0 ? ledger->size : 0; /* it is larger: look again */
		return GR_FAIL;
	}
	ledger->last = lines->last;
	ledger->last.end += ledger->size;
	ledger->size += n;
	ledger->torn = false;
	return GR_OK;
}

enum status ledger_append(struct ledger *ledger, const char *lines, size_t len)
{
	struct ledger_lines linked = { 0 };
	enum status st = lock_and_look(ledger);

	if (st == GR_OK)
		st = ledger_lines_link(&linked, &ledger->last, ledger->torn, lines, len);
	if (st == GR_OK)
		st = write_lines(ledger, &linked);
	unlock(ledger);
	ledger_lines_release(&linked);
	return st;
}

static enum status sync_and_mark(struct ledger *ledger)
{
	struct ledger_mark marked;
	enum status st;

	if (fdatasync(ledger->fd) != 0) {
		complain("%s: cannot be synced: %s", ledger->path, strerror(errno));
		return GR_FAIL;
	}
	if (ledger_mark_equal(&ledger->last, &ledger->seen))
		return GR_OK;
	st = ledger_mark_read(&marked, ledger->lock, ledger->path);
	if (st == GR_OK)
		st = sync_copies(ledger, &marked);
	if (st != GR_OK)
		return st;
	st = ledger_mark_write(ledger->lock, ledger->path, &ledger->last);
	if (st == GR_OK)
		ledger->seen = ledger->last;
	return st;
}

enum status ledger_sync(struct ledger *ledger)
{
	enum status st = lock_and_look(ledger);

	if (st == GR_OK)
		st = sync_and_mark(ledger);
	unlock(ledger);
	return st;
}
