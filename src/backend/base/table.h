/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - what a command lists: columns with headings for a person at a terminal, separated by
 * tabs for cut and awk otherwise, or a JSON array.
 *
 * Nothing here fails for lack of room on standard output: out_close tells.
 */
#ifndef GR_BASE_TABLE_H
#define GR_BASE_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_COLUMNS = 16 };

enum table_kind {
	TABLE_TEXT,	/* none: "-"; in JSON the member is left out */
	TABLE_BLANK,	/* none: nothing */
	TABLE_DASHED,	/* none: "-" in JSON too */
	TABLE_NUMBER,
	TABLE_TIME,	/* ms; in text and in JSON as 2026-10-01T12:00:00Z, 0: "-" */
	TABLE_MS,	/* ms; the same in text, the bare number in JSON */
	TABLE_FLAG	/* the heading in lower case, or "-"; true and false in JSON */
};
struct table_column {
	const char *head;	/* NULL ends the table */
	const char *member;	/* in JSON; NULL where rows are printed by table_object */
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
	bool part;		/* of a larger JSON text: the end of the array ends no line */
	size_t count;		/* rows so far */
	size_t width[TABLE_COLUMNS];
	struct table_line *first, **last;	/* rows kept until the widths are known */
};

/* After this part may be set. */
void table_start(struct table *l, const struct table_column *columns, bool json);
/* Prints a row: one value for each column. */
void table_row(struct table *l, const struct table_value *values);
/* With json, a row whose members are not those of the columns. Takes over object. */
void table_object(struct table *l, json_t *object);
void table_end(struct table *l);
/* A table of one row; in JSON it is the object alone. */
void table_one(const struct table_column *columns, bool json, const struct table_value *values);

#endif
