/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows.h - lists: JSON objects in an array, or columns with tabs between them, which on a terminal
 * are put in line.
 */
#ifndef GR_JOBS_ROWS_H
#define GR_JOBS_ROWS_H

#include <jansson.h>

#include "registry/command.h"

struct rows {
	const struct command *command;
	/* of the columns on a terminal, ended by 0: the last one is as wide as its text */
	const int *widths;
	bool aligned;
	size_t count;
};
/* widths has one number a column but the last. */
void rows_begin(struct rows *r, const struct command *v, const int *widths);
/* One row of text, ended by NULL; control characters are not printed. */
void rows_text(struct rows *r, const char *const cells[]);
/* One row of JSON, which is taken over. */
void rows_json(struct rows *r, json_t *row);
/* Ends the array, not the line. */
void rows_end(struct rows *r);

/* Prints it on a line of its own and takes it over. GR_FAIL, one line: out of memory. */
enum status print_json(json_t *value);

#endif
