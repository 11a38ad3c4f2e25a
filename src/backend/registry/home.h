/*
 * home.h - the backend's folder: registry.db, ca/, trusted/, ledger. GR_HOME, or -H; default /var/lib/gr-backend.
 */
#ifndef GR_HOME_H
#define GR_HOME_H

#include <stdbool.h>

#include "status.h"

struct home {
	char dir[3072];
	char registry[4096], ca[4096], trusted[4096], ledger[4096];
};

#define HOME_OPTION { 'H', "home", "DIR", "the backend's folder (default $GR_HOME or /var/lib/gr-backend)" }
/* dir NULL: from the environment. GR_BAD, one line: too long. */
enum status home_find(struct home *home, const char *dir);
/* Makes the folder (0700) unless it is there; not the one it lies in. GR_FAIL, one line. */
enum status home_make(const struct home *home);

/*
 * One gr-backendd works in a folder, for as long as it has *fd. GR_FAIL, one line: another one does. GR_BAD, one line: there
 * is no such folder.
 */
enum status home_lock(int *fd, const struct home *home);
/* Is one at work? */
bool home_is_served(const struct home *home);

#endif
