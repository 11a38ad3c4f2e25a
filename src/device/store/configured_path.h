/* SPDX-License-Identifier: Apache-2.0 */
/*
 * configured_path.h - a configured path, where a runtime looks for its key or its certificate: a
 * plain file before adoption, our link afterwards.
 *
 * It may be a pkcs11: URI as well: there is nothing to link then, and what is found under it
 * relabel.h sees to.
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
	CONFIGURED_PATH_OURS,	/* our link, letter for letter */
	CONFIGURED_PATH_PLAIN,	/* a regular file */
	CONFIGURED_PATH_FOREIGN	/* another link, a directory, a device */
};

struct configured_path {
	const char *path;		/* as configured; lives as long as the configuration */
	bool token;			/* it is a URI, and the directory means nothing */
	bool adopted;			/* for a URI: the store knows what is found there */
	int dir;			/* the directory it lies in */
	char home[PATH_MAX];		/* that directory, absolute and without links */
	char name[NAME_MAX + 1];	/* the last component */
	char link[PATH_MAX];		/* what our link in this place says */
};

/*
 * Finds the directory; link is the caller's to fill. The path itself need not exist.
 * configured_path_close it in any case.
 */
enum status configured_path_open(struct configured_path *seat, const char *path);
void configured_path_close(struct configured_path *seat);

enum status configured_path_look(enum configured_path_kind *kind,
				 const struct configured_path *seat);
/*
 * GR_BAD: something sits there that we neither made nor may move: a foreign link, a mount point, a
 * directory.
 */
enum status configured_path_check(const struct configured_path *seat);

/*
 * Taking a seat is two steps, so that what can fail fails early: configured_path_prepare makes our
 * link under a temporary name beside it (GR_BAD: this file system has no symbolic links),
 * configured_path_take renames it over the path, durably. configured_path_unprepare removes a link
 * that was not used.
 */
enum status configured_path_prepare(const struct configured_path *seat);
enum status configured_path_take(const struct configured_path *seat);
void configured_path_unprepare(const struct configured_path *seat);

#endif
