/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c - the lock of the rotation */
#include "rotation/lock.h"
#include "clock.h"
#include "complain.h"
#include "config/settings.h"
#include "file.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_MS = 2000, GIVE_UP_MS = 10000, LOOK_AGAIN_MS = 20 };

struct holder {
	pid_t pid;		/* 0: unknown */
	unsigned long long start;
};

static void lock_path(char path[static PATH_MAX], const struct conf *conf)
{
	str_format(path, PATH_MAX, "%s/lock", conf->state);	/* conf.state leaves room */
}

/* When pid began, in clock ticks since boot. False: it does not run. */
static bool start_time(unsigned long long *start, pid_t pid)
{
	char path[64], text[1024];
	const char *field;
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	if (!(f = fopen(path, "re")))
		return false;
	n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = '\0';
	/* The name, field 2, may itself hold spaces and brackets: count from the last bracket. */
	if (!(field = strrchr(text, ')')))
		return false;
	for (int i = 2; field && i < 22; i++)
		field = strchr(field + 1, ' ');
	return field && sscanf(field, "%llu", start) == 1;
}

static struct holder read_holder(const char *path)
{
	struct holder h = { 0 };
	char text[64] = "";
	ssize_t n;
	long pid;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return h;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n > 0 && sscanf(text, "%ld %llu", &pid, &h.start) == 2 && pid > 1 && pid <= INT_MAX)
		h.pid = (pid_t)pid;
	return h;
}

static bool holder_runs(const struct holder *h)
{
	unsigned long long start;

	return h->pid > 0 && start_time(&start, h->pid) && start == h->start;
}

/*
 * In place, and only then cut: on a full disk the file must not need a new block. Not by the
 * locked descriptor: a shell may have opened it to append.
 */
static enum status write_holder(const char *path, pid_t pid)
{
	unsigned long long start;
	char text[64];
	int n, fd;
	bool done;

	if (!start_time(&start, pid)) {
		complain("%ld: no such process", (long)pid);
		return GR_BAD;
	}
	n = snprintf(text, sizeof text, "%ld %llu\n", (long)pid, start);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	done = fd >= 0 && pwrite(fd, text, (size_t)n, 0) == n && ftruncate(fd, n) == 0;
	if (!done)
		complain("%s: the holder's name cannot be written: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return done ? GR_OK : GR_FAIL;
}

/* The descriptor that we inherited from rotate.sh: GR_LOCK_FD, if it is this very file. */
static int inherited_fd(const char *path)
{
	const char *text = getenv("GR_LOCK_FD");
	struct stat own, there;
	uint32_t fd;

	if (!text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 6 || !*text)
		return -1;
	fd = (uint32_t)strtoul(text, NULL, 10);
	if (fstat((int)fd, &own) != 0 || stat(path, &there) != 0 || own.st_dev != there.st_dev ||
	    own.st_ino != there.st_ino)
		return -1;
	return (int)fd;
}

static enum status open_lock(struct lock *lock, const struct conf *conf, const char *path)
{
	if ((lock->fd = inherited_fd(path)) >= 0) {
		lock->inherited = true;
		return GR_OK;
	}
	if (settings_state(conf) != GR_OK)
		return GR_FAIL;
	lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock->fd >= 0)
		return GR_OK;
	complain("%s: %s", path, strerror(errno));
	return GR_FAIL;
}

enum status lock_try(struct lock *lock, const struct conf *conf)
{
	char path[PATH_MAX];
	enum status st;

	*lock = (struct lock){ .fd = -1 };
	lock_path(path, conf);
	if ((st = open_lock(lock, conf, path)) != GR_OK)
		return st;
	if (flock(lock->fd, LOCK_EX | LOCK_NB) != 0) {
		st = errno == EWOULDBLOCK ? GR_NO : GR_FAIL;
		if (st == GR_FAIL)
			complain("%s: %s", path, strerror(errno));
	} else if (!lock->inherited) {
		/* for error lines alone: the lock holds without the name as well */
		write_holder(path, getpid());
	}
	if (st != GR_OK)
		lock_release(lock);
	return st;
}

static enum status complain_held(const char *path)
{
	struct holder h = read_holder(path);

	if (holder_runs(&h))
		complain("%s: held by process %ld", path, (long)h.pid);
	else
		complain("%s: held by a process that did not leave its name", path);
	return GR_FAIL;
}

enum status lock_take(struct lock *lock, const struct conf *conf)
{
	enum status st = lock_try(lock, conf);
	char path[PATH_MAX];

	if (st != GR_NO)
		return st;
	lock_path(path, conf);
	return complain_held(path);
}

void lock_release(struct lock *lock)
{
	if (lock->fd >= 0 && !lock->inherited)
		close(lock->fd);
	*lock = (struct lock){ .fd = -1 };
}

enum status lock_hold(const struct conf *conf, int fd, pid_t pid)
{
	char path[PATH_MAX];
	struct stat own, there;

	lock_path(path, conf);
	if (fstat(fd, &own) != 0 || stat(path, &there) != 0 || own.st_dev != there.st_dev ||
	    own.st_ino != there.st_ino) {
		complain("descriptor %d: not %s", fd, path);
		return GR_BAD;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return write_holder(path, pid);
	if (errno == EWOULDBLOCK)
		return complain_held(path);
	complain("%s: %s", path, strerror(errno));
	return GR_FAIL;
}

/*
 * Ends the whole group where the holder leads one. Otherwise the group is that of whoever started
 * it, which is not part of the rotation.
 */
static void end_holder(const struct holder *h, int signal)
{
	bool leads = getpgid(h->pid) == h->pid && h->pid != getpgrp();

	kill(leads ? -h->pid : h->pid, signal);
}

enum status lock_seize(struct lock *lock, const struct conf *conf)
{
	char path[PATH_MAX];
	struct holder h;
	enum status st;
	int64_t begun = clock_boot_ms(), gone;
	bool killed = false;

	lock_path(path, conf);
	h = read_holder(path);
	if (!holder_runs(&h) || h.pid == getpid())
		return complain_held(path);
	end_holder(&h, SIGTERM);
	for (;;) {
		st = lock_try(lock, conf);
		gone = clock_boot_ms() - begun;
		if (st != GR_NO || gone >= GIVE_UP_MS)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_AGAIN_MS * 1000000L }, NULL);
		if (!killed && gone >= GRACE_MS && holder_runs(&h)) {
			end_holder(&h, SIGKILL);
			killed = true;
		}
	}
	return st == GR_NO ? complain_held(path) : st;
}
