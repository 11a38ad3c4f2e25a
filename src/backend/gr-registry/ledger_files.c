/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_files.c - the ledgers that a restore reads */
#include "gr-registry/ledger_files.h"
#include "base/file_copy.h"
#include "complain.h"
#include "registry/home.h"
#include "str.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool exists(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0;
}

enum status ledger_files_add(struct ledger_files *l, const char *path)
{
	/* the last place is the ledger's own */
	if (l->count < LEDGER_JOIN_FILES - 1) {
		l->files[l->count++] = path;
		return GR_OK;
	}
	complain("--ledger: %s: more than %d files; join some of them with cat", path,
		 LEDGER_JOIN_FILES - 1);
	return GR_BAD;
}

/* Where there is no ledger any more, the newest file that is left becomes the ledger. */
static enum status choose_source(struct ledger_files *l)
{
	if (exists(l->own)) {
		l->files[l->count++] = l->own;
		return GR_OK;
	}
	if (l->count > 0 || l->without) {
		l->source = l->count > 0 ? l->files[l->count - 1] : l->kept;
		return GR_OK;
	}
	complain("%s: is not there, and devices that rotated since the backup would be locked out;"
		 " --ledger FILE names a copy",
		 l->own);
	return GR_BAD;
}

enum status ledger_files_check(struct ledger_files *l, const struct archive *archive,
			       const char *own)
{
	enum status st = archive_path(l->kept, archive, "ledger");

	l->own = own;
	for (size_t i = 0; i < l->count && st == GR_OK; i++)
		if (!exists(l->files[i])) {
			complain("%s: %s", l->files[i], strerror(errno));
			st = GR_BAD;
		}
	if (st == GR_OK)
		st = choose_source(l);
	if (st != GR_OK || l->count == 0)
		return st;
	st = ledger_join_check(l->kept, l->files, l->count);
	return st == GR_BAD && l->without ? GR_OK : st;
}

/* Whoever says that lines are missing need not be told by the signer: see ledger.end there. */
static void forget_mark(const struct ledger_files *l)
{
	char mark[PATH_MAX];

	if (l->without && str_format(mark, sizeof mark, "%s.end", l->own))
		unlink(mark);
}

enum status ledger_files_put(const struct ledger_files *l)
{
	enum status st = GR_OK;

	if (!l->source)
		return GR_OK;
	forget_mark(l);
	st = file_copy_whole(l->own, l->source, HOME_LEDGER_MODE);
	if (st != GR_NO)
		return st;
	complain("%s: was made by somebody else meanwhile; try again", l->own);
	return GR_FAIL;
}
