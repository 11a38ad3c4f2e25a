/* SPDX-License-Identifier: Apache-2.0 */
/*
 * configured_path.h - privateKeyPath or certificateFilePath: where a runtime looks for its key or
 * its certificate. A plain file before adoption, our link to the live generation afterwards.
 *
 * It may be a pkcs11: URI as well. Then there is nothing to link, and a back end's show
 * (key_backend.h) makes a runtime find the live pair.
 *
 * On any status but GR_OK one line has been written, unless a function says otherwise.
 */
#ifndef GR_STORE_CONFIGURED_PATH_H
#define GR_STORE_CONFIGURED_PATH_H

#include <limits.h>
#include <stdbool.h>

#include "status.h"

enum configured_path_kind {
	CONFIGURED_PATH_MISSING,
	CONFIGURED_PATH_OURS,	/* our link, letter for letter; or a URI that was adopted */
	CONFIGURED_PATH_PLAIN,	/* a regular file */
	CONFIGURED_PATH_OBJECT,	/* a URI that was not adopted yet */
	CONFIGURED_PATH_FOREIGN	/* another link, a directory, a device */
};

struct configured_path {
	const char *path;		/* as configured; lives as long as the configuration */
	bool token;			/* it is a URI, and the directory means nothing */
	bool adopted;			/* for a URI: a generation is live */
	int dir;			/* the directory it lies in; -1 for a URI */
	char home[PATH_MAX];		/* that directory, absolute and without links */
	char name[NAME_MAX + 1];	/* the last component */
	char link[PATH_MAX];		/* what our link in this place says */
};

/*
 * Opens the directory of the path text; the caller fills link. The path itself need not exist.
 * configured_path_close it in any case. GR_BAD: not the path of a file.
 */
enum status configured_path_open(struct configured_path *path, const char *text);
void configured_path_close(struct configured_path *path);

/* Finds out what is there now. */
enum status configured_path_look(enum configured_path_kind *kind,
				 const struct configured_path *path);
/* Tells whether an adoption takes this into the store. */
bool configured_path_is_adoptable(enum configured_path_kind kind);
/*
 * Checks that nothing at the path is in our way. GR_BAD: there is something that we neither made
 * nor may move: a foreign link, a mount point, a directory.
 */
enum status configured_path_check(const struct configured_path *path);

/*
 * Replace a plain file, or nothing, by our link, in two steps so that what can fail fails early:
 * configured_path_prepare makes the link under a temporary name beside it (GR_BAD: this file
 * system has no symbolic links), configured_path_take renames it over the path, durably.
 */
enum status configured_path_prepare(const struct configured_path *path);
enum status configured_path_take(const struct configured_path *path);
/* Removes a prepared link that was not used. */
void configured_path_unprepare(const struct configured_path *path);

#endif
