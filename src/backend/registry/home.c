/* SPDX-License-Identifier: Apache-2.0 */
/* home.c - where the backend keeps its things */
#define _GNU_SOURCE	/* setresuid, setresgid, initgroups */
#include "registry/home.h"
#include "complain.h"
#include "paths.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_TRIES = 20, LOCK_PAUSE_MS = 50 };	/* home_is_served may hold it for a moment */

#define HOME_DEFAULT GR_LOCALSTATEDIR "/lib/gr-backend"

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool is_folder(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* A folder of its own by the variable, or where the installation has one; else the backend's. */
static bool find_part(char to[static 3072], const char *set, const char *variable,
		      const char *usual, const char *dir)
{
	if (!set)
		set = setting(variable);

	if (!set)
		set = strcmp(dir, HOME_DEFAULT) == 0 && is_folder(usual) ? usual : dir;
	return str_copy(to, 3072, set);
}

static bool name_parts(struct home *home)
{
	return str_format(home->shared, sizeof home->shared, "%s/shared", home->dir) &&
	    str_format(home->registry, sizeof home->registry, "%s/shared/registry.db",
		       home->dir) &&
	    str_format(home->socket, sizeof home->socket, "%s/shared/broker.sock", home->dir) &&
	    str_format(home->ca, sizeof home->ca, "%s/ca", home->signer) &&
	    str_format(home->trusted, sizeof home->trusted, "%s/trusted", home->signer) &&
	    str_format(home->ledger, sizeof home->ledger, "%s/ledger", home->signer) &&
	    str_format(home->channels, sizeof home->channels, "%s/notify.d", home->notifier);
}

static enum status find(struct home *home, const char *dir, const char *signer,
			const char *notifier)
{
	if (!dir)
		dir = setting("GR_HOME");
	if (!dir)
		dir = HOME_DEFAULT;
	if (str_copy(home->dir, sizeof home->dir, dir) &&
	    find_part(home->signer, signer, "GR_SIGNER_HOME", GR_LOCALSTATEDIR "/lib/gr-signer",
		      dir) &&
	    find_part(home->notifier, notifier, "GR_NOTIFY_HOME",
		      GR_LOCALSTATEDIR "/lib/gr-notify", dir) &&
	    name_parts(home))
		return GR_OK;
	complain("%s: the path is too long", dir);
	return GR_BAD;
}

enum status home_find(struct home *home, const char *dir)
{
	return find(home, dir, NULL, NULL);
}

enum status home_find_signer(struct home *home, const char *dir)
{
	return find(home, NULL, dir, NULL);
}

enum status home_find_notifier(struct home *home, const char *dir)
{
	return find(home, NULL, NULL, dir);
}

static enum status refuse_writers(const struct stat *info, const char *path)
{
	if ((info->st_mode & 022) == 0)
		return GR_OK;
	complain("%s: others than its owner may write there (mode %03o); chmod go-w it", path,
		 (unsigned)(info->st_mode & 07777));
	return GR_BAD;
}

enum status home_check(int fd, const char *path)
{
	struct stat info;

	if (fstat(fd, &info) != 0) {
		complain("%s: %s", path, strerror(errno));
		return GR_FAIL;
	}
	if (info.st_uid == geteuid() || info.st_uid == 0)
		return refuse_writers(&info, path);
	complain("%s: belongs to user %lu; only its owner and root work with it", path,
		 (unsigned long)info.st_uid);
	return GR_BAD;
}

/*
 * The file that broker and daemon share lay in DIR itself once, which the broker's user could
 * write for that.
 */
static enum status refuse_old_layout(int fd, const struct home *home)
{
	struct stat info;

	if (fstatat(fd, "registry.db", &info, AT_SYMLINK_NOFOLLOW) != 0)
		return GR_OK;
	complain("%s: its registry lies where the broker's user may write; stop broker and "
		 "daemon, then gr-registry move-registry"
		 " puts it in a directory of its own",
		 home->dir);
	return GR_BAD;
}

/* *fd -1: there is no such folder yet. */
static enum status enter(int *fd, const char *dir, int flags)
{
	*fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
	if (*fd < 0 && errno == ENOENT)
		return GR_OK;
	if (*fd >= 0)
		return GR_OK;
	complain("%s: %s", dir, strerror(errno));
	return errno == ENOTDIR || errno == ELOOP ? GR_BAD : GR_FAIL;
}

/* Ours, root's, or, if we are root, anybody's. */
static enum status check_folder(int fd, const char *dir)
{
	struct stat info;

	if (geteuid() != 0)
		return home_check(fd, dir);
	if (fstat(fd, &info) == 0)
		return refuse_writers(&info, dir);
	complain("%s: %s", dir, strerror(errno));
	return GR_FAIL;
}

static void leave(int fd)
{
	if (fd >= 0)
		close(fd);
}

enum status home_enter(const struct home *home)
{
	enum status st;
	int fd;

	st = enter(&fd, home->dir, 0);
	if (st == GR_OK && fd >= 0)
		st = refuse_old_layout(fd, home);
	if (st == GR_OK && fd >= 0)
		st = check_folder(fd, home->dir);
	leave(fd);
	return st;
}

/* Links may lead to the folder itself, which the operator chose, and not on from there. */
enum status home_enter_signer(const struct home *home)
{
	const char *const folders[] = { home->signer, home->ca, home->trusted };
	enum status st = GR_OK;
	int fd;

	for (size_t i = 0; i < sizeof folders / sizeof folders[0] && st == GR_OK; i++) {
		st = enter(&fd, folders[i], i == 0 ? 0 : O_NOFOLLOW);
		if (st == GR_OK && fd >= 0)
			st = check_folder(fd, folders[i]);
		leave(fd);
	}
	return st;
}

static enum status become(uid_t uid, gid_t gid)
{
	struct passwd *user = getpwuid(uid);

	if ((user ? initgroups(user->pw_name, gid) : setgroups(1, &gid)) == 0 &&
	    setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0)
		return GR_OK;
	complain("user %lu: cannot be taken on: %s", (unsigned long)uid, strerror(errno));
	return GR_FAIL;
}

enum status home_settle(const char *dir)
{
	struct stat info;

	if (geteuid() != 0 || stat(dir, &info) != 0 || info.st_uid == 0)
		return GR_OK;
	return become(info.st_uid, info.st_gid);
}

enum status home_mkdir(const char *dir, mode_t mode)
{
	char parent[4096] = ".";
	const char *slash = strrchr(dir, '/');
	struct stat info;

	if (mkdir(dir, 0700) != 0)
		return errno == EEXIST ? GR_OK : GR_FAIL;
	if (slash && !str_format(parent, sizeof parent, "%.*s", (int)(slash - dir) + 1, dir))
		return GR_FAIL;
	if (geteuid() == 0 &&
	    (stat(parent, &info) != 0 || lchown(dir, info.st_uid, (gid_t)-1) != 0))
		return GR_FAIL;
	return chmod(dir, mode) == 0 ? GR_OK : GR_FAIL;
}

static enum status make(const char *dir, mode_t mode)
{
	if (home_mkdir(dir, mode) == GR_OK)
		return GR_OK;
	complain("%s: %s%s", dir, strerror(errno),
		 errno == ENOENT ? "; the directory that it is to lie in must exist" : "");
	return GR_FAIL;
}

enum status home_make(const struct home *home)
{
	enum status st = make(home->dir, 0700);

	if (st == GR_OK)
		st = home_enter(home);
	return st == GR_OK ? make(home->shared, 0700) : st;
}

/* The group of the folder may know what is public: certificates and how they are issued. */
enum status home_make_signer(const struct home *home)
{
	enum status st = make(home->signer, 0700);

	if (st == GR_OK)
		st = home_enter_signer(home);
	return st == GR_OK ? make(home->ca, 0750) : st;
}

enum status home_lock(int *fd, const struct home *home)
{
	char path[4096];
	enum status st;

	if (!str_format(path, sizeof path, "%s/lock", home->dir) ||
	    (*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0) {
		complain("%s/lock: %s", home->dir, strerror(errno));
		return errno == ENOENT || errno == ELOOP ? GR_BAD : GR_FAIL;
	}
	st = home_check(*fd, path);
	if (st != GR_OK)
		return st;
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
			return GR_OK;
		poll(NULL, 0, LOCK_PAUSE_MS);
	}
	complain("%s: another gr-backendd is running there", home->dir);
	return GR_FAIL;
}

bool home_is_served(const struct home *home)
{
	char path[4096];
	bool served = false;
	int fd;

	if (!str_format(path, sizeof path, "%s/lock", home->dir) ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
		return false;
	served = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return served;
}
