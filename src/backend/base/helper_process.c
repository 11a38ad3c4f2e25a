/* SPDX-License-Identifier: Apache-2.0 */
/* helper_process.c - starts or calls gr-signer and gr-notifier */
#define _GNU_SOURCE	/* struct ucred, O_PATH */
#include "base/helper_process.h"
#include "base/spawn.h"
#include "complain.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAITING = 16 };

extern char **environ;

/* Names the folder by its descriptor: sun_path holds 107 characters, and a path may be longer. */
static bool address(struct sockaddr_un *to, int dir, const char *name)
{
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	errno = ENAMETOOLONG;
	return str_format(to->sun_path, sizeof to->sun_path, "/proc/self/fd/%d/%s", dir, name);
}

static bool is_served_by(int fd, uid_t owner)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return false;
	errno = EPERM;
	return peer.uid == owner || peer.uid == 0;
}

static enum status call(struct helper_process *helper, const struct helper_process_kind *kind,
			const char *dir, uid_t owner)
{
	int folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct sockaddr_un to;
	bool ok;

	helper->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	ok = folder >= 0 && helper->fd >= 0 && address(&to, folder, kind->socket) &&
	    connect(helper->fd, (const struct sockaddr *)&to, sizeof to) == 0 &&
	    is_served_by(helper->fd, owner);
	if (!ok)
		complain("%s/%s: %s; is %s running?", dir, kind->socket, strerror(errno),
			 kind->program);
	if (folder >= 0)
		close(folder);
	if (!ok)
		helper_process_close(helper);
	return ok ? GR_OK : GR_FAIL;
}

/* Finds name in the directory of the running program. PATH is not used: it may lead elsewhere. */
static bool find_program(char path[static PATH_MAX], const char *name)
{
	char own[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
	char *slash;

	if (n <= 0)
		return false;
	own[n] = '\0';
	slash = strrchr(own, '/');
	return slash && str_format(path, PATH_MAX, "%.*s/%s", (int)(slash - own), own, name);
}

/* Starts the program with the socket fd as its standard input. */
static int spawn(pid_t *pid, const char *path, const char *name, const char *dir, int fd)
{
	char *const argv[] = { (char *)name, (char *)"-i", (char *)"-H", (char *)dir, NULL };

	return spawn_start(pid,
			   &(struct spawn){
			       .path = path, .argv = argv, .env = environ, .input = fd });
}

static enum status start(struct helper_process *helper, const struct helper_process_kind *kind,
			 const char *dir)
{
	char path[PATH_MAX];
	int pair[2] = { -1, -1 }, error = ENOENT;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		error = errno;
	else if (find_program(path, kind->program))
		error = spawn(&helper->pid, path, kind->program, dir, pair[1]);
	if (pair[1] >= 0)
		close(pair[1]);
	helper->fd = pair[0];
	if (error == 0)
		return GR_OK;
	complain("%s: cannot be started: %s", kind->program, strerror(error));
	helper->pid = 0;
	helper_process_close(helper);
	return GR_FAIL;
}

enum status helper_process_open(struct helper_process *helper,
				const struct helper_process_kind *kind, const char *dir)
{
	struct stat info;

	*helper = (struct helper_process){ .fd = -1 };
	if (stat(dir, &info) != 0) {
		complain("%s: %s", dir, strerror(errno));
		return errno == ENOENT || errno == ENOTDIR ? GR_BAD : GR_FAIL;
	}
	return info.st_uid == geteuid() ? start(helper, kind, dir)
					: call(helper, kind, dir, info.st_uid);
}

void helper_process_close(struct helper_process *helper)
{
	if (helper->fd >= 0)
		close(helper->fd);
	while (helper->pid > 0 && waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*helper = (struct helper_process){ .fd = -1 };
}

void helper_process_kill(struct helper_process *helper)
{
	if (helper->pid > 0)
		kill(helper->pid, SIGKILL);
	helper_process_close(helper);
}

static bool bind_at(int fd, int folder, const char *name)
{
	struct sockaddr_un to;
	mode_t before;
	int rc;

	if (!address(&to, folder, name))
		return false;
	unlinkat(folder, name, 0);	/* left by one that was killed between bind and rename */
	before = umask(0117);
	rc = bind(fd, (const struct sockaddr *)&to, sizeof to);
	umask(before);
	return rc == 0 && listen(fd, WAITING) == 0;
}

/* Binds under another name, then renames: there is no moment at which the socket is missing. */
enum status helper_process_listen(int *fd, const struct helper_process_kind *kind, const char *dir)
{
	int folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char birth[64];
	bool ok;

	*fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ok = folder >= 0 && *fd >= 0 && str_format(birth, sizeof birth, ".%s", kind->socket) &&
	    bind_at(*fd, folder, birth) && renameat(folder, birth, folder, kind->socket) == 0;
	if (!ok)
		complain("%s/%s: %s", dir, kind->socket, strerror(errno));
	if (folder >= 0)
		close(folder);
	if (!ok && *fd >= 0)
		close(*fd);
	if (!ok)
		*fd = -1;
	return ok ? GR_OK : GR_FAIL;
}
