/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list.h - what a verb lists: columns with headings for a person at a terminal, separated by tabs for cut and awk
 * otherwise, or a JSON array.
 *
 * Nothing here fails for lack of room on standard output: out_close tells.
 */
#ifndef GR_LIST_H
#define GR_LIST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registry/db.h"

enum { LIST_COLUMNS = 16 };

enum list_kind {
	LIST_TEXT,	/* none: "-"; in JSON the member is left out */
	LIST_DASHED,	/* none: "-" in JSON too */
	LIST_NUMBER,
	LIST_TIME,	/* ms; in text and in JSON as 2026-10-01T12:00:00Z, 0: "-" */
	LIST_MS,	/* ms; the same in text, the bare number in JSON */
	LIST_FLAG,	/* the heading in lower case, or "-"; true and false in JSON */
	LIST_HIDDEN	/* text, in JSON alone */
};
struct list_column {
	const char *head;	/* NULL ends the table */
	const char *member;	/* in JSON */
	enum list_kind kind;
};
/* text: NULL is none. number: of the other kinds; none leaves the member out of JSON. */
struct list_value {
	const char *text;
	int64_t number;
	bool none;
};

struct list {
	const struct list_column *columns;
	bool json, person;
	size_t count;		/* rows so far */
	size_t width[LIST_COLUMNS];
	struct list_line *first, **last;	/* rows kept until the widths are known */
};

void list_start(struct list *l, const struct list_column *columns, bool json);
/* One value for each column. */
void list_row(struct list *l, const struct list_value *values);
void list_end(struct list *l);
/*
 * All rows of a query, as db_query gave it with st; column i of the row is column i of the list. GR_OK also when there
 * are none. GR_FAIL: the registry failed.
 */
enum status list_rows(struct list *l, struct db *db, sqlite3_stmt *row, enum status st);
/* The one row of a query, in JSON as an object alone. */
enum status list_one(const struct list_column *columns, bool json, struct db *db, sqlite3_stmt *row);
/* list_start, list_rows, list_end. */
enum status list_query(const struct list_column *columns, bool json, struct db *db, sqlite3_stmt *row, enum status st);

#endif
