/* SPDX-License-Identifier: Apache-2.0 */
/* link_socket.c - Unix sockets */
#define _GNU_SOURCE /* struct ucred, O_PATH */
#include "session/link_socket.h"
#include "complain.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket's name, cut in two: sun_path holds 107 characters and paths are longer. */
struct place {
	int dir;
	const char *name;
};

static bool place_open(struct place *place, const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[4096] = ".";

	if (slash && !str_format(parent, sizeof parent, "%.*s", (int)(slash - path + 1), path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	place->name = slash ? slash + 1 : path;
	place->dir = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return place->dir >= 0;
}

/* The directory goes by its descriptor. */
static bool place_address(struct sockaddr_un *to, const struct place *place, const char *suffix)
{
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	errno = ENAMETOOLONG;
	return str_format(to->sun_path, sizeof to->sun_path, "/proc/self/fd/%d/%s%s", place->dir,
			  place->name, suffix);
}

static enum status finish(struct place *place, int made, int *fd, bool ok)
{
	if (place->dir >= 0)
		close(place->dir);
	if (ok)
		*fd = made;
	else if (made >= 0)
		close(made);
	return ok ? GR_OK : GR_FAIL;
}

/* What rename may replace: nothing at all, or an old socket. */
static bool is_free(const struct place *place)
{
	struct stat st;

	if (fstatat(place->dir, place->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT;
	errno = EEXIST;
	return S_ISSOCK(st.st_mode);
}

static bool bind_privately(int fd, const struct sockaddr_un *to)
{
	mode_t before = umask(0177);
	int rc = bind(fd, (const struct sockaddr *)to, sizeof *to);

	umask(before);
	return rc == 0;
}

enum status link_socket_listen(int *fd, const char *path)
{
	int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct place place = { .dir = -1 };
	struct sockaddr_un birth;
	char suffix[32];
	bool ok;

	str_format(suffix, sizeof suffix, ".%ld", (long)getpid());
	ok = made >= 0 && place_open(&place, path) && is_free(&place) &&
	    place_address(&birth, &place, suffix);
	if (ok) {
		unlink(birth.sun_path); /* left by one that had our number before */
		ok = bind_privately(made, &birth) && listen(made, 16) == 0 &&
		    renameat(AT_FDCWD, birth.sun_path, place.dir, place.name) == 0;
	}
	if (!ok)
		complain("%s: %s", path, strerror(errno));
	return finish(&place, made, fd, ok);
}

bool link_socket_peer_is_us(int fd, long *pid)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 || len != sizeof peer)
		return false;
	*pid = peer.pid;
	return peer.uid == geteuid() || peer.uid == 0;
}

enum status link_socket_connect(int *fd, const char *path)
{
	int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct place place = { .dir = -1 };
	struct sockaddr_un to;
	long pid;
	bool ok;

	ok = made >= 0 && place_open(&place, path) && place_address(&to, &place, "") &&
	    connect(made, (struct sockaddr *)&to, sizeof to) == 0;
	if (ok && !link_socket_peer_is_us(made, &pid)) {
		ok = false;
		errno = EPERM;
	}
	if (!ok)
		complain("GR_LINK_SOCKET: %s: %s; no gr-link listens there", path,
			 strerror(errno));
	return finish(&place, made, fd, ok);
}
