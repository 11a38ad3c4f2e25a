/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive.h - the folder that a backup is: files with their SHA-256 in SHA256SUMS, as sha256sum(1)
 * checks them.
 *
 * It is made under the name DIR.partial, and has its own name only once it is complete and
 * durable. On any status but GR_OK one line has been written.
 */
#ifndef GR_REGISTRY_ARCHIVE_H
#define GR_REGISTRY_ARCHIVE_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "status.h"

struct archive {
	char dir[PATH_MAX];	/* where its files are now */
	char final[PATH_MAX];
	char *sums;		/* SHA256SUMS */
};

/* GR_BAD: there is something of that name. A partial one of an earlier life is taken away. */
enum status archive_make(struct archive *a, const char *path);
enum status archive_mkdir(const struct archive *a, const char *name);
/* Takes in the first len bytes of a file. */
enum status archive_copy(struct archive *a, const char *name, const char *from, off_t len);
enum status archive_write(struct archive *a, const char *name, const void *data, size_t len);
/* Takes in a file that somebody else made, and synced, in its place. */
enum status archive_note(struct archive *a, const char *name);
/* Now it is one. */
enum status archive_finish(struct archive *a);

/* GR_BAD: not a backup, or a file is not what it was. */
enum status archive_open(struct archive *a, const char *path);
/* The path of one of its files. */
enum status archive_path(char path[static PATH_MAX], const struct archive *a, const char *name);
/* Calls each with the name of every file; GR_FAIL and GR_BAD end it. */
enum status archive_each(const struct archive *a, enum status (*each)(void *arg, const char *name),
			 void *arg);
/* Is it the first bytes of the file at path? GR_NO, silent: it is not. *len: how many they are. */
enum status archive_begins(off_t *len, const struct archive *a, const char *name,
			   const char *path);
/*
 * A copy of one outside of the archive, whole and durable. GR_NO, silent: that is there already.
 */
enum status archive_put(const struct archive *a, const char *name, const char *to, mode_t mode);

/* takes a zeroed struct; one that is not finished is taken away */
void archive_release(struct archive *a);

#endif
