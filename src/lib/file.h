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
 * The same for the regular file name in the directory dirfd, never through a link (GR_BAD). where
 * names the file in error lines; status, unless NULL, gets its owner and mode.
 */
enum status file_read_at(char **data, size_t *len, struct stat *status, int dirfd,
			 const char *name, const char *where, size_t max);

/* Opens it alone. */
enum status file_open_at(int *fd, struct stat *status, int dirfd, const char *name,
			 const char *where);

/*
 * Opens path for reading. GR_NO, silent: no such file. GR_BAD: not a regular file, larger than max
 * bytes, or not for us to read. GR_FAIL: cannot be opened for now.
 */
enum status file_open(int *fd, const char *path, size_t max);

/*
 * Replaces (or makes) name in the directory dirfd: a temporary name born with mode, all bytes,
 * fsync, checked close, rename, fsync of the directory. Made by root it belongs to the directory's
 * owner. After a power cut the file is the old one or the new one, whole. where names the file in
 * error lines.
 */
enum status file_replace_at(int dirfd, const char *name, const char *where, const void *data,
			    size_t len, mode_t mode);
/*
 * The same with owner, group and permissions of like, which it has before the first byte is
 * written. GR_BAD: these cannot be given.
 */
enum status file_replace_like_at(int dirfd, const char *name, const char *where, const void *data,
				 size_t len, const struct stat *like);
/*
 * Makes a file as file_replace_like_at would, without a byte in it, and removes it again: shows
 * that owner and mode of like can be given in dirfd. GR_BAD: never.
 */
enum status file_try_like_at(int dirfd, const char *name, const char *where,
			     const struct stat *like);
/* The same by path. */
enum status file_replace(const char *path, const void *data, size_t len, mode_t mode);

/* The next name in dir, NULL after the last. False: it cannot be read; errno says why. */
bool file_next(struct dirent **entry, DIR *dir);

/*
 * What root makes in a directory belongs to the directory's owner and group. False: errno says
 * why.
 */
bool file_belongs(int fd, int dirfd);

/*
 * Makes the directory, for its owner alone, where it is missing. what stands before its path in
 * the line. GR_FAIL: it cannot be made, or is none.
 */
enum status file_make_folder(const char *path, const char *what);

/* Makes names in this directory durable. */
enum status file_sync_dir(int dirfd, const char *where);

#endif
