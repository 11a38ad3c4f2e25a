/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - prints the rows that a command lists: in columns with headings if standard output is a
 * terminal, else separated by tabs (for cut and awk), or as a JSON array.
 *
 * Nothing here reports that standard output could not be written; out_close does.
 */
#ifndef GR_BASE_TABLE_H
#define GR_BASE_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_COLUMNS = 16 };

enum table_kind {
	TABLE_TEXT,	/* no value: "-", and in JSON the member is left out */
	TABLE_BLANK,	/* no value: an empty cell */
	TABLE_DASHED,	/* no value: "-", in JSON too */
	TABLE_NUMBER,
	TABLE_TIME,	/* ms; in text and in JSON as 2026-10-01T12:00:00Z, 0 as "-" */
	TABLE_MS,	/* ms; in text as TABLE_TIME, in JSON the number itself */
	TABLE_FLAG	/* in text the heading in lower case, or "-"; in JSON true or false */
};
struct table_column {
	const char *head;	/* NULL ends the table */
	const char *member;	/* name in JSON; NULL where rows are printed by table_object */
	enum table_kind kind;
};
/*
 * text is for the kinds TEXT, BLANK and DASHED, and NULL for no value; number is for the others.
 * none: there is no number, and JSON leaves the member out.
 */
struct table_value {
	const char *text;
	int64_t number;
	bool none;
};

struct table {
	const struct table_column *columns;
	bool json, person;
	bool part;		/* the array is within a larger JSON text: no newline after it */
	size_t count;		/* rows so far */
	size_t width[TABLE_COLUMNS];
	struct table_line *first, **last;	/* rows kept until the widths are known */
};

/* Begins a table. The caller may set part afterwards. */
void table_start(struct table *l, const struct table_column *columns, bool json);
/* Prints a row: one value for each column. */
void table_row(struct table *l, const struct table_value *values);
/* Prints object as a row, for JSON whose members are not the columns. Takes over object. */
void table_object(struct table *l, json_t *object);
void table_end(struct table *l);
/* Prints a table of one row; in JSON the object without an array around it. */
void table_one(const struct table_column *columns, bool json, const struct table_value *values);

#endif
