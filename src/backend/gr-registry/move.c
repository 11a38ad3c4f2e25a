/* SPDX-License-Identifier: Apache-2.0 */
/* move.c - from the layout in which broker and daemon shared the whole folder to the one in which they share the registry alone */
#include "gr-registry/verbs.h"
#include "complain.h"
#include "file.h"
#include "registry/verb.h"
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
	struct stat folder;
	char old[PATH_MAX];	/* the registry's path */
};

static enum status fail(const char *path)
{
	complain("%s: %s", path, strerror(errno));
	return GR_FAIL;
}

/* Nothing that lies there may be followed or run before the folder is ours alone: another may still write into it. */
static enum status open_folder(struct move *m)
{
	m->fd = open(m->home->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->fd < 0 || fstat(m->fd, &m->folder) != 0)
		return fail(m->home->dir);
	if (m->folder.st_uid == geteuid() || geteuid() == 0)
		return str_format(m->old, sizeof m->old, "%s/registry.db", m->home->dir) ? GR_OK : GR_BAD;
	complain("%s: belongs to user %lu; only its owner and root may move what is in it", m->home->dir, (unsigned long)m->folder.st_uid);
	return GR_BAD;
}

/* shared/ gets the group and the rights that the folder had; the folder is closed, but for who has to pass through it. */
static enum status part(struct move *m)
{
	mode_t shared = m->folder.st_mode & 020 ? 02770 : 0700;

	if (fchmod(m->fd, m->folder.st_mode & 070 ? 0711 : m->folder.st_mode & 0755) != 0)
		return fail(m->home->dir);
	if ((mkdirat(m->fd, "shared", 0700) != 0 && errno != EEXIST) ||
	    fchownat(m->fd, "shared", m->folder.st_uid, m->folder.st_gid, AT_SYMLINK_NOFOLLOW) != 0)
		return fail(m->home->shared);
	if (chmod(m->home->shared, shared) != 0)
		return fail(m->home->shared);
	return GR_OK;
}

/* Whatever its log holds goes into the file, which only works while nobody else has it open. */
static enum status close_log(struct move *m)
{
	struct db *db = NULL;
	enum status st = db_open(&db, m->old, DB_OPEN);

	if (st == GR_OK && sqlite3_exec(db_handle(db), "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK) {
		complain("%s: %s; stop broker and daemon first", m->old, sqlite3_errmsg(db_handle(db)));
		st = GR_FAIL;
	}
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
	if (renameat(m->fd, "registry.db", m->fd, "shared/registry.db") != 0)
		return fail(m->old);
	if (m->folder.st_mode & 020 && chmod(m->home->registry, 0660) != 0)
		return fail(m->home->registry);
	return file_sync_dir(m->fd, m->home->dir);
}

int do_move_registry(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-registry move-registry", "[-H DIR] [-j]",
		"Move the registry of an earlier version into a folder of its own, DIR/shared, and close DIR to the broker's user.", verb_options
	};
	struct verb v = { 0 };
	struct move m = { .fd = -1 };
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		verb_option(&v, ch);
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
		st = verb_answer(&v, json_pack("{s:s}", "registry", v.home.registry));
	return verb_close(&v, st);
}
