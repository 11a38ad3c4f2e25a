/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db_file.h - the file under a connection: ours, somebody else's, or a new one. A part of db_open.
 */
#ifndef GR_REGISTRY_DB_FILE_H
#define GR_REGISTRY_DB_FILE_H

#include <limits.h>

#include "registry/db.h"

/*
 * GR_OK: our registry, made with the schema where the file was empty and mode allows it. GR_BAD:
 * not ours, or of a newer version.
 */
enum status db_file_examine(struct db *db, enum db_mode mode);
/*
 * Where the file is, with no link left on the way to it; DB_CREATE makes an empty one. GR_BAD: its
 * folder is missing, or the path too long.
 */
enum status db_file_place(char place[static PATH_MAX], const char *path, enum db_mode mode);
/*
 * Says why SQLite could not open path. GR_BAD: missing, a folder or a link; else GR_FAIL. sqlite
 * may be NULL.
 */
enum status db_file_refused(sqlite3 *sqlite, int rc, const char *path, enum db_mode mode);

#endif
