/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seat.h - a configured path, where a runtime looks for its key or its certificate: a plain file
 * before adoption, our link afterwards.
 *
 * It may be a pkcs11: URI as well: there is nothing to link then, and what is found under it arrange.h sees to.
 *
 * On any status but GR_OK one line has been written, unless a function says otherwise.
 */
#ifndef GR_SEAT_H
#define GR_SEAT_H

#include <limits.h>
#include <stdbool.h>

#include "status.h"

enum seat_kind {
	SEAT_MISSING,
	SEAT_OURS,	/* our link, letter for letter */
	SEAT_PLAIN,	/* a regular file */
	SEAT_FOREIGN	/* another link, a directory, a device */
};

struct seat {
	const char *path;		/* as configured; lives as long as the configuration */
	bool token;			/* it is a URI, and the directory means nothing */
	bool adopted;			/* for a URI: the store knows what is found there */
	int dir;			/* the directory it lies in */
	char home[PATH_MAX];		/* that directory, absolute and without links */
	char name[NAME_MAX + 1];	/* the last component */
	char link[PATH_MAX];		/* what our link in this place says */
};

/* Finds the directory; link is the caller's to fill. The path itself need not exist. seat_close it in any case. */
enum status seat_open(struct seat *seat, const char *path);
void seat_close(struct seat *seat);

enum status seat_look(enum seat_kind *kind, const struct seat *seat);
/* GR_BAD: something sits there that we neither made nor may move: a foreign link, a mount point, a directory. */
enum status seat_check(const struct seat *seat);

/*
 * Taking a seat is two steps, so that what can fail fails early: seat_prepare makes our link under a temporary
 * name beside it (GR_BAD: this file system has no symbolic links), seat_take renames it over the path, durably.
 * seat_unprepare removes a link that was not used.
 */
enum status seat_prepare(const struct seat *seat);
enum status seat_take(const struct seat *seat);
void seat_unprepare(const struct seat *seat);

#endif
