/* SPDX-License-Identifier: Apache-2.0 */
/*
 * home.h - the backend's directories, and checks of who owns and may write them.
 *
 *	DIR (GR_HOME, -H)          the daemon's alone: lock
 *	DIR/shared                 daemon and broker: registry.db, broker.sock
 *	SIGNER (GR_SIGNER_HOME)    the signer's alone: ca/, trusted/, ledger, sign.sock
 *	NOTIFY (GR_NOTIFY_HOME)    the notifier's alone: notify.d/, notify.sock
 *
 * The default of DIR is /var/lib/gr-backend. SIGNER and NOTIFY are DIR itself where one user does
 * all; with the default DIR they are /var/lib/gr-signer and /var/lib/gr-notify as soon as these
 * exist. On any status but GR_OK one line has been written.
 */
#ifndef GR_REGISTRY_HOME_H
#define GR_REGISTRY_HOME_H

#include <stdbool.h>
#include <sys/types.h>

#include "status.h"

struct home {
	char dir[3072], signer[3072], notifier[3072];
	/* socket: the broker's, unless somebody says otherwise */
	char shared[4096], registry[4096], socket[4096];
	char ca[4096], trusted[4096], ledger[4096];
	char channels[4096];					/* notify.d */
};

/* the folder's group reads it: gr-registry backup and restore */
enum { HOME_LEDGER_MODE = 0640 };

#define HOME_OPTION \
	{ 'H', "home", "DIR", "the backend's directory (default $GR_HOME or /var/lib/gr-backend)" }
/* Fills in all paths and looks at no file. dir NULL: from the environment. GR_BAD: too long. */
enum status home_find(struct home *home, const char *dir);
/* Do the same for programs that need one part alone; dir is its folder then. */
enum status home_find_signer(struct home *home, const char *dir);
enum status home_find_notifier(struct home *home, const char *dir);

/*
 * Checks a folder before anything is done in it: it must be ours or root's (or we are root), and
 * nobody else may be able to write there. GR_BAD: it is not so, or the registry is still at the
 * place of earlier versions. A folder that does not exist is GR_OK, so that it can be made.
 */
enum status home_enter(const struct home *home);
enum status home_enter_signer(const struct home *home);
/*
 * Checks that fd, opened from path, is ours or root's and that nobody else may write it. GR_BAD:
 * no.
 */
enum status home_check(int fd, const char *path);
/*
 * Gives up root's rights, if we are root, for those of the folder's owner, for good; programs that
 * run for long or start others call it.
 */
enum status home_settle(const char *dir);

/*
 * Makes the folder (0700) and what belongs in it, where missing, but not its parent. GR_FAIL: it
 * cannot be made.
 */
enum status home_make(const struct home *home);
enum status home_make_signer(const struct home *home);
/*
 * Makes a directory, which belongs to its parent's owner where we are root. GR_FAIL, silent: errno
 * says why.
 */
enum status home_mkdir(const char *dir, mode_t mode);

/*
 * Locks the folder for one gr-backendd, for as long as it has *fd open. GR_FAIL: another one has
 * it. GR_BAD: there is no such folder, or its lock is no file of ours.
 */
enum status home_lock(int *fd, const struct home *home);
/* Tells whether a gr-backendd has the lock. */
bool home_is_served(const struct home *home);

#endif
