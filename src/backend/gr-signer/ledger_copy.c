/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_copy.c - the ledger once more, elsewhere */
#define _GNU_SOURCE	/* memfd_create, memrchr */
#include "gr-signer/ledger_copy.h"
#include "base/file_copy.h"
#include "base/spawn.h"
#include "clock.h"
#include "complain.h"
#include "file.h"
#include "registry/home.h"
#include "str.h"
#include "trusted_path.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * PIECE: what a program is given at once, whole lines; no line is longer. PATIENCE_MS: the daemon
 * waits 30 seconds for an answer.
 */
enum { LIST_MAX = 65536, PIECE = 1 << 20, PATIENCE_MS = 20000, TURN_MS = 2 };

static enum status fail(const char *copy, const char *why)
{
	complain("ledger-to: %s: %s; no certificate is issued and nothing is decided while this "
		 "copy of the ledger fails",
		 copy, why);
	return GR_FAIL;
}

static enum status add(struct ledger_copies *copies, const char *line, size_t len,
		       const char *path)
{
	const char *name = line + (len > 0 && line[0] == '|');

	if (len == 0 || line[0] == '#')
		return GR_OK;
	if (copies->count < LEDGER_COPIES && len < PATH_MAX && name[0] == '/') {
		str_format(copies->list[copies->count++], PATH_MAX, "%.*s", (int)len, line);
		return GR_OK;
	}
	complain("%s-to: %.*s: not an absolute path, or more than %d of them", path, (int)len,
		 line, LEDGER_COPIES);
	return GR_BAD;
}

/* Whoever may write it chooses what we run. */
static enum status read_list(char **text, const char *path)
{
	char name[PATH_MAX], real[PATH_MAX];
	size_t len;
	enum status st;

	if (!str_format(name, sizeof name, "%s-to", path))
		return GR_BAD;
	st = trusted_path_check(real, NULL, name, "ledger-to");
	return st == GR_OK ? file_read(text, &len, name, LIST_MAX) : st;
}

static enum status read_copies(struct ledger_copies *copies, const char *path)
{
	char *text = NULL;
	enum status st;

	if (copies->read)
		return GR_OK;
	copies->count = 0;
	st = read_list(&text, path);
	for (const char *line = text; st == GR_OK && line && *line;) {
		size_t len = strcspn(line, "\n");

		st = add(copies, line, len, path);
		line += len + (line[len] == '\n');
	}
	free(text);
	copies->read = st == GR_OK || st == GR_NO;
	return st == GR_NO ? GR_OK : st;
}

/* Reads whole lines from offset at, no more than PIECE. */
static ssize_t read_piece(char *piece, int fd, off_t at, off_t size)
{
	size_t want = size - at < PIECE ? (size_t)(size - at) : PIECE;
	ssize_t n = pread(fd, piece, want, at);
	const char *end = n > 0 ? memrchr(piece, '\n', (size_t)n) : NULL;

	return n < 0 ? -1 : end ? end + 1 - piece : 0;
}

/* The program's own end, or ours of it. */
static const char *wait_for(pid_t pid)
{
	int64_t until = clock_boot_ms() + PATIENCE_MS;
	int status = 0;
	pid_t ended;

	while ((ended = waitpid(pid, &status, WNOHANG)) == 0 && clock_boot_ms() < until)
		poll(NULL, 0, TURN_MS);
	if (ended == pid)
		return WIFEXITED(status) && WEXITSTATUS(status) == 0
		    ? NULL
		    : "the program did not end with status 0";
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return "the program did not end within 20 seconds";
}

/* A file in memory: a program that does not read cannot hold us up, as it could with a pipe. */
static enum status run(const char *program, const char *lines, size_t len)
{
	char *const argv[] = { (char *)program, NULL };
	char *const env[] = { (char *)"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
			      (char *)"LC_ALL=C.UTF-8", NULL };
	struct spawn spawn = { .path = program, .argv = argv, .env = env, .apart = true };
	const char *why = NULL;
	pid_t pid;
	int error;

	spawn.input = memfd_create("ledger", MFD_CLOEXEC);
	if (spawn.input < 0 || write(spawn.input, lines, len) != (ssize_t)len ||
	    lseek(spawn.input, 0, SEEK_SET) != 0)
		error = errno;
	else
		error = spawn_start(&pid, &spawn);
	if (spawn.input >= 0)
		close(spawn.input);
	why = error ? strerror(error) : wait_for(pid);
	return why ? fail(program, why) : GR_OK;
}

/* Behind the line that the copies had last. The mark may be of a file that this one replaced. */
static off_t place_of_mark(int fd, off_t size, const struct ledger_mark *mark)
{
	char newline = '\0';

	if (mark->end == 0 || mark->end >= size || pread(fd, &newline, 1, mark->end) != 1)
		return 0;
	return newline == '\n' ? mark->end + 1 : 0;
}

static enum status feed(const char *program, int fd, off_t size, const struct ledger_mark *mark)
{
	char real[PATH_MAX], *piece = NULL;
	off_t at = place_of_mark(fd, size, mark);
	struct stat info;
	enum status st = trusted_path_check(real, &info, program, "ledger-to");
	ssize_t n;

	if (st == GR_NO || (st == GR_OK && !S_ISREG(info.st_mode)))
		return fail(program, "there is no such program");
	if (st == GR_OK && !(piece = malloc(PIECE)))
		st = fail(program, "out of memory");
	while (st == GR_OK && (n = read_piece(piece, fd, at, size)) != 0) {
		st = n > 0 ? run(program, piece, (size_t)n) : fail(program, strerror(errno));
		at += n;
	}
	free(piece);
	return st;
}

struct place {
	const char *hash;
	off_t at;		/* behind the newline of the line with this hash; 0: not found */
};

static enum status look_at(void *arg, const struct ledger_line *line)
{
	char hash[LEDGER_HASH];
	struct place *place = arg;
	enum status st;

	if (!ledger_chain_is_whole(line->text, line->len))
		return GR_OK;
	st = ledger_chain_hash(hash, line->text, line->len);
	if (st != GR_OK || strcmp(hash, place->hash) != 0)
		return st;
	place->at = line->end;
	return GR_NO;
}

/*
 * How far the ledger is in the copy, whose last whole line is hash: as a rule to the mark. Else
 * the line is looked for; a ledger without it continues the copy, or has lines of its own alone.
 */
static enum status find_place(off_t *at, const char *hash, int fd, off_t size,
			      const struct ledger_mark *mark)
{
	struct place place = { hash, 0 };
	char path[64];
	enum status st;

	*at = place_of_mark(fd, size, mark);
	if (strcmp(hash, mark->hash) == 0)
		return GR_OK;
	/* The file may have another name by now. */
	str_format(path, sizeof path, "/proc/self/fd/%d", fd);
	st = ledger_chain_each(path, 0, look_at, &place);
	*at = place.at;
	return st == GR_NO ? GR_OK : st;
}

/* A line that was cut off goes, and the newline behind the last whole one comes. */
static bool mend(int copy, const struct ledger_tail *tail, off_t size)
{
	if (tail->end + (tail->end > 0) == size)
		return true;
	return ftruncate(copy, tail->end) == 0 &&
	    (tail->end == 0 || write(copy, "\n", 1) == 1);
}

static enum status append(int copy, const char *name, int fd, off_t at, off_t size)
{
	char *piece = malloc(PIECE);
	enum status st = piece ? GR_OK : fail(name, "out of memory");
	ssize_t n;

	while (st == GR_OK && (n = read_piece(piece, fd, at, size)) != 0) {
		if (n < 0 || write(copy, piece, (size_t)n) != n)
			st = fail(name, n < 0 ? strerror(errno) : "cannot be written");
		at += n;
	}
	free(piece);
	if (st == GR_OK && fdatasync(copy) != 0)
		st = fail(name, strerror(errno));
	return st;
}

static enum status open_copy(int *copy, struct stat *info, const char *name)
{
	char folder[PATH_MAX], real[PATH_MAX];
	enum status st;

	str_format(folder, sizeof folder, "%.*s", (int)(strrchr(name, '/') - name) + 1, name);
	st = trusted_path_check(real, NULL, folder, "ledger-to");
	if (st != GR_OK)
		return st == GR_NO ? fail(name, "there is no such folder") : st;
	*copy = open(name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*copy < 0 || fstat(*copy, info) != 0)
		return fail(name, strerror(errno));
	st = home_check(*copy, name);
	return st == GR_OK && info->st_size == 0 ? file_sync_parent(name) : st;
}

static enum status copy_to(const char *name, int fd, off_t size, const struct ledger_mark *mark)
{
	struct ledger_tail tail;
	struct stat info = { 0 };
	int copy = -1;
	off_t at = 0;
	enum status st = open_copy(&copy, &info, name);

	if (st == GR_OK)
		st = ledger_chain_tail(&tail, copy, info.st_size, name);
	if (st == GR_OK && !mend(copy, &tail, info.st_size))
		st = fail(name, strerror(errno));
	if (st == GR_OK)
		st = find_place(&at, tail.hash, fd, size, mark);
	if (st == GR_OK)
		st = append(copy, name, fd, at, size);
	if (copy >= 0)
		close(copy);
	return st;
}

enum status ledger_copies_sync(struct ledger_copies *copies, int fd, off_t size,
			       const struct ledger_mark *mark, const char *path)
{
	enum status st = read_copies(copies, path);

	for (size_t i = 0; i < copies->count && st == GR_OK; i++) {
		const char *name = copies->list[i];

		st = name[0] == '|' ? feed(name + 1, fd, size, mark)
				    : copy_to(name, fd, size, mark);
	}
	return st;
}
