/* SPDX-License-Identifier: Apache-2.0 */
/* sibling.c - find, start, read, wait */
#define _GNU_SOURCE /* pipe2 */
#include "config/sibling.h"
#include "complain.h"
#include "secret.h"
#include "str.h"
#include "trusted_path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* GR_NO, silent: the directory holds no such program. len: the bytes of folder that count. */
static enum status look_in(char real[static PATH_MAX], const char *folder, size_t len,
			   const char *name)
{
	char path[PATH_MAX];
	struct stat own;
	enum status st;

	if (len == 0 || folder[0] != '/')
		return GR_NO;
	if (!str_format(path, sizeof path, "%.*s/%s", (int)len, folder, name))
		return GR_NO;
	st = trusted_path_check(real, &own, path, name);
	if (st == GR_OK && (!S_ISREG(own.st_mode) || access(real, X_OK) != 0))
		return GR_NO;
	return st;
}

static enum status find(char real[static PATH_MAX], const char *name)
{
	const char *list = getenv("PATH");
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	enum status st = GR_NO;

	if (n > 0) {
		self[n] = '\0';
		st = look_in(real, self, (size_t)(strrchr(self, '/') - self), name);
	}
	while (st == GR_NO && list && *list) {
		size_t len = strcspn(list, ":");

		st = look_in(real, list, len, name);
		list += len + (list[len] == ':');
	}
	if (st != GR_NO)
		return st;
	complain("%s: not found beside this program nor in PATH; install it there", name);
	return GR_BAD;
}

/* Descriptors that we were given for ourselves, such as a lock, are not for the child. */
static int close_the_rest(posix_spawn_file_actions_t *actions)
{
	DIR *open_ones = opendir("/proc/self/fd");
	struct dirent *entry;
	int err = 0;

	while (err == 0 && open_ones && (entry = readdir(open_ones))) {
		int fd = atoi(entry->d_name), flags = fd > STDERR_FILENO ? fcntl(fd, F_GETFD) : -1;

		if (flags >= 0 && !(flags & FD_CLOEXEC))
			err = posix_spawn_file_actions_addclose(actions, fd);
	}
	if (open_ones)
		closedir(open_ones);
	return err;
}

/* posix_spawn and not fork: a PKCS#11 module that is loaded must not see a second process. */
static enum status start(pid_t *pid, const char *path, char *const argv[], int out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int err;

	if ((err = posix_spawn_file_actions_init(&actions)) != 0) {
		complain("%s: %s", path, strerror(err));
		return GR_FAIL;
	}
	if ((err = posix_spawnattr_init(&attributes)) == 0) {
		err = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_RESETIDS);
		if (err == 0)
			err = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
		if (err == 0)
			err = close_the_rest(&actions);
		if (err == 0)
			err = posix_spawn(pid, path, &actions, &attributes, argv, environ);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	if (err == 0)
		return GR_OK;
	complain("%s: not started: %s", path, strerror(err));
	return err == ENOENT || err == EACCES || err == ENOEXEC ? GR_BAD : GR_FAIL;
}

/* Its own status, where that is one of ours. */
static enum status wait_for(pid_t pid, const char *name)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno == EINTR)
			continue;
		complain("%s: %s", name, strerror(errno));
		return GR_FAIL;
	}
	if (WIFSIGNALED(status)) {
		complain("%s: killed by signal %d", name, WTERMSIG(status));
		return GR_FAIL;
	}
	switch (WEXITSTATUS(status)) {
	case GR_OK:
	case GR_BAD:
	case GR_FAIL:
		return (enum status)WEXITSTATUS(status);
	default:
		complain("%s: ended with status %d", name, WEXITSTATUS(status));
		return GR_FAIL;
	}
}

enum status sibling_run(char **text, size_t *len, char *const argv[], size_t max)
{
	enum status st, end;
	char path[PATH_MAX];
	int ends[2];
	pid_t pid;

	if ((st = find(path, argv[0])) != GR_OK)
		return st;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		complain("%s: no pipe: %s", argv[0], strerror(errno));
		return GR_FAIL;
	}
	/* Where it is ignored nobody learns how a child ended. */
	signal(SIGCHLD, SIG_DFL);
	st = start(&pid, path, argv, ends[1]);
	close(ends[1]);
	if (st != GR_OK) {
		close(ends[0]);
		return st;
	}
	st = secret_read_open(text, len, ends[0], argv[0], max);
	close(ends[0]);
	end = wait_for(pid, argv[0]);
	if (st != GR_OK)
		return st;
	if (end != GR_OK)
		secret_free(*text, *len);
	return end;
}
