/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - whole files, read with a bound and replaced durably.
 *
 * On any status but GR_OK one line has been written to standard error; nothing here exits.
 */
#ifndef GR_FILE_H
#define GR_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "status.h"

/*
 * Reads all of path, at most max bytes, into *data (free it; a NUL follows the last byte).
 * "-" is standard input. GR_NO, silent: no such file. GR_BAD: larger than max, or a
 * directory. GR_FAIL: cannot be read.
 */
enum status file_read(char **data, size_t *len, const char *path, size_t max);

/*
 * Does the same for the regular file name in the directory dirfd, and follows no link (GR_BAD).
 * where names the file in error lines; status, unless NULL, gets its owner and mode.
 */
enum status file_read_at(char **data, size_t *len, struct stat *status, int dirfd,
			 const char *name, const char *where, size_t max);

/* Opens the file as file_read_at does, without reading it. */
enum status file_open_at(int *fd, struct stat *status, int dirfd, const char *name,
			 const char *where);

/*
 * Opens path for reading. GR_NO, silent: no such file. GR_BAD: not a regular file, larger than max
 * bytes, or we have no permission to read it. GR_FAIL: cannot be opened for now.
 */
enum status file_open(int *fd, const char *path, size_t max);

/*
 * Replaces (or makes) the file name in the directory dirfd: writes all bytes under a temporary
 * name that has mode from the start, fsync, checked close, rename, fsync of the directory. A file
 * made by root belongs to the directory's owner. After a power cut the file is the old one or the
 * new one, whole. where names the file in error lines.
 */
enum status file_replace_at(int dirfd, const char *name, const char *where, const void *data,
			    size_t len, mode_t mode);
/*
 * Does the same with owner, group and permissions of like, which the file has before the first
 * byte is written. GR_BAD: these cannot be given.
 */
enum status file_replace_like_at(int dirfd, const char *name, const char *where, const void *data,
				 size_t len, const struct stat *like);
/*
 * Tries whether owner and mode of like can be given to a file in dirfd: makes an empty one as
 * file_replace_like_at would, with the name temp, and removes it again, as it does with what has
 * that name already. GR_BAD: they cannot.
 */
enum status file_try_like_at(int dirfd, const char *temp, const char *where,
			     const struct stat *like);
/* Replaces (or makes) the file at path as file_replace_at does. */
enum status file_replace(const char *path, const void *data, size_t len, mode_t mode);

/*
 * Gives the next name in dir, NULL after the last one. False: dir cannot be read; errno says why.
 */
bool file_next(struct dirent **entry, DIR *dir);

/* Gives fd the owner and group of the directory dirfd, if we are root. False: errno says why. */
bool file_belongs(int fd, int dirfd);

/*
 * Makes the directory, for its owner alone, where it is missing. what stands before the path in
 * the error line. GR_FAIL: it cannot be made, or is no directory.
 */
enum status file_make_folder(const char *path, const char *what);

/* Makes names in this directory durable. */
enum status file_sync_dir(int dirfd, const char *where);

#endif
