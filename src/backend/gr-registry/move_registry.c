/* SPDX-License-Identifier: Apache-2.0 */
/*
 * move_registry.c - from the layout in which broker and daemon shared the whole folder to the one
 * in which they share the registry alone
 */
#include "complain.h"
#include "file.h"
#include "gr-registry/commands.h"
#include "registry/command.h"
#include "registry/registry.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct move {
	const struct home *home;
	int fd;			/* of the folder */
	struct stat folder, shared;
	char old[PATH_MAX];	/* the registry's path */
};

static enum status fail(const char *path)
{
	complain("%s: %s", path, strerror(errno));
	return GR_FAIL;
}

/*
 * Nothing that lies there may be followed or run before the folder is ours alone: another may
 * still write into it.
 */
static enum status open_folder(struct move *m)
{
	m->fd = open(m->home->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->fd < 0 || fstat(m->fd, &m->folder) != 0)
		return fail(m->home->dir);
	if (m->folder.st_uid == geteuid() || geteuid() == 0)
		return str_format(m->old, sizeof m->old, "%s/registry.db", m->home->dir) ? GR_OK
											 : GR_BAD;
	complain("%s: belongs to user %lu; only its owner and root may move what is in it",
		 m->home->dir, (unsigned long)m->folder.st_uid);
	return GR_BAD;
}

/*
 * shared/ gets the group and the rights that the folder has. One that is there is of an earlier
 * attempt, and complete if the folder is closed already.
 */
static enum status make_shared(struct move *m)
{
	bool new = mkdirat(m->fd, "shared", 0700) == 0,
	     complete = !new && (m->folder.st_mode & 022) == 0;
	mode_t mode = m->folder.st_mode & 020 ? 02770 : 0700;
	int fd = -1;
	bool ok;

	if (new || errno == EEXIST)
		fd = openat(m->fd, "shared", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	ok = fd >= 0 &&
	    (complete ||
	     (fchown(fd, m->folder.st_uid, m->folder.st_gid) == 0 && fchmod(fd, mode) == 0));
	ok = ok && fstat(fd, &m->shared) == 0 && fsync(fd) == 0;
	if (!ok)
		complain("%s: %s", m->home->shared, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok ? GR_OK : GR_FAIL;
}

/*
 * The folder is closed last, but for who has to pass through it: until then the next attempt knows
 * what it had.
 */
static enum status part(struct move *m)
{
	enum status st = make_shared(m);

	if (st == GR_OK &&
	    fchmod(m->fd, m->folder.st_mode & 070 ? 0711 : m->folder.st_mode & 0755) != 0)
		st = fail(m->home->dir);
	return st;
}

/* Whatever its log holds goes into the file, which only works while nobody else has it open. */
static enum status close_log(struct move *m)
{
	struct db *db = NULL;
	enum status st = registry_open(&db, m->old, DB_OPEN);

	if (st == GR_OK)
		st = db_put_away_log(db);
	db_close(db);
	return st;
}

static enum status move(struct move *m)
{
	struct stat info;
	enum status st;

	if (fstatat(m->fd, "registry.db", &info, AT_SYMLINK_NOFOLLOW) != 0) {
		complain("%s: is not there, so there is nothing to move", m->old);
		return GR_NO;
	}
	st = part(m);
	if (st == GR_OK)
		st = close_log(m);
	if (st != GR_OK)
		return st;
	if (faccessat(m->fd, "shared/registry.db", F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		complain("%s: is there already; move one of the two away", m->home->registry);
		return GR_BAD;
	}
	if (m->shared.st_mode & 020 && fchmodat(m->fd, "registry.db", 0660, 0) != 0)
		return fail(m->old);
	if (renameat(m->fd, "registry.db", m->fd, "shared/registry.db") != 0)
		return fail(m->old);
	return file_sync_dir(m->fd, m->home->dir);
}

int command_move_registry(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-registry move-registry", "[-H DIR] [-j]",
		"Move the registry of an earlier version into a directory of its own,"
		" DIR/shared, and close DIR to the broker's user.", command_options
	};
	struct command v = { 0 };
	struct move m = { .fd = -1 };
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		command_option(&v, ch);
	if (argc != optind)
		arg_usage(&spec);
	st = home_find(&v.home, v.home_dir);
	m.home = &v.home;
	if (st == GR_OK)
		st = open_folder(&m);
	if (st == GR_OK)
		st = move(&m);
	if (m.fd >= 0)
		close(m.fd);
	if (st == GR_OK)
		st = command_answer(&v, json_pack("{s:s}", "registry", v.home.registry));
	return command_close(&v, st);
}
