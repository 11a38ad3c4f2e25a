/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - what a command lists: columns with headings for a person at a terminal, separated by tabs
 * for cut and awk otherwise, or a JSON array.
 *
 * Nothing here fails for lack of room on standard output: out_close tells.
 */
#ifndef GR_REGISTRY_TABLE_H
#define GR_REGISTRY_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registry/db.h"

enum { TABLE_COLUMNS = 16 };

enum table_kind {
	TABLE_TEXT,	/* none: "-"; in JSON the member is left out */
	TABLE_DASHED,	/* none: "-" in JSON too */
	TABLE_NUMBER,
	TABLE_TIME,	/* ms; in text and in JSON as 2026-10-01T12:00:00Z, 0: "-" */
	TABLE_MS,	/* ms; the same in text, the bare number in JSON */
	TABLE_FLAG,	/* the heading in lower case, or "-"; true and false in JSON */
	TABLE_HIDDEN	/* text, in JSON alone */
};
struct table_column {
	const char *head;	/* NULL ends the table */
	const char *member;	/* in JSON */
	enum table_kind kind;
};
/* text: NULL is none. number: of the other kinds; none leaves the member out of JSON. */
struct table_value {
	const char *text;
	int64_t number;
	bool none;
};

struct table {
	const struct table_column *columns;
	bool json, person;
	size_t count;		/* rows so far */
	size_t width[TABLE_COLUMNS];
	struct table_line *first, **last;	/* rows kept until the widths are known */
};

void table_start(struct table *l, const struct table_column *columns, bool json);
/* One value for each column. */
void table_row(struct table *l, const struct table_value *values);
void table_end(struct table *l);
/*
 * All rows of a query, as db_query gave it with st; column i of the row is column i of the list.
 * GR_OK also when there are none. GR_FAIL: the registry failed.
 */
enum status table_rows(struct table *l, struct db *db, sqlite3_stmt *row, enum status st);
/* The one row of a query, in JSON as an object alone. */
enum status table_one(const struct table_column *columns, bool json, struct db *db,
		      sqlite3_stmt *row);
/* table_start, table_rows, table_end. */
enum status table_query(const struct table_column *columns, bool json, struct db *db,
			sqlite3_stmt *row, enum status st);

#endif
