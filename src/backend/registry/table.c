/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - what a command lists */
#include "registry/table.h"
#include "json.h"
#include "printable.h"
#include "registry/command.h"
#include "str.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* rows that decide on the widths; more than a screen, less than a fleet */
enum { KEPT = 200, CELL_MAX = 64 };

struct table_line {
	struct table_line *next;
	char *cells[TABLE_COLUMNS];
};

void table_start(struct table *l, const struct table_column *columns, bool json)
{
	*l = (struct table){ .columns = columns,
			     .json = json,
			     .person = !json && isatty(STDOUT_FILENO) == 1 };
	l->last = &l->first;
	for (size_t i = 0; columns[i].head; i++)
		l->width[i] = strlen(columns[i].head);
	if (json)
		putchar('[');
}

/* The cell as text: in buffer, or what the value borrows. */
static const char *spell(char buffer[static CELL_MAX], const struct table_column *column,
			 const struct table_value *value)
{
	switch (column->kind) {
	case TABLE_NUMBER:
		str_format(buffer, CELL_MAX, "%" PRId64, value->number);
		return value->none ? "-" : buffer;
	case TABLE_TIME: case TABLE_MS:
		command_time(buffer, value->number);
		return buffer;
	case TABLE_FLAG:
		str_format(buffer, CELL_MAX, "%.60s", value->number ? column->head : "-");
		for (char *c = buffer; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		return buffer;
	default:
		return value->text && value->text[0] ? value->text : "-";
	}
}

static json_t *member_of(const struct table_column *column, const struct table_value *value)
{
	char buffer[CELL_MAX];
	json_t *text;

	switch (column->kind) {
	case TABLE_NUMBER: case TABLE_MS:
		return value->none ? NULL : json_integer(value->number);
	case TABLE_FLAG:
		return json_boolean(value->number);
	case TABLE_TIME: case TABLE_DASHED:
		return json_string(spell(buffer, column, value));
	default:
		text = value->text ? json_string(value->text) : NULL;
		return text || !value->text ? text : json_string("?");	/* not UTF-8 */
	}
}

static void print_json(const struct table *l, const struct table_value *values)
{
	json_t *o = json_object(), *member;
	char *text;

	for (size_t i = 0; l->columns[i].head; i++)
		if ((member = member_of(&l->columns[i], &values[i])))
			json_object_set_new(o, l->columns[i].member, member);
	text = json_compact(o);
	if (l->count)
		putchar(',');
	printable_write_json(stdout, text ? text : "null");
	free(text);
	json_decref(o);
}

/* The last column is not filled up. */
static void print_cell(const struct table *l, size_t i, const char *text)
{
	size_t next = i + 1, len = strlen(text);

	while (l->columns[next].head && l->columns[next].kind == TABLE_HIDDEN)
		next++;
	printable_write(stdout, text, "");
	if (!l->columns[next].head)
		putchar('\n');
	else if (!l->person)
		putchar('\t');
	else
		printf("%*s", (int)((len < l->width[i] ? l->width[i] - len : 0) + 2), "");
}

static void print_line(const struct table *l, char *const cells[])
{
	for (size_t i = 0; l->columns[i].head; i++)
		if (l->columns[i].kind != TABLE_HIDDEN)
			print_cell(l, i, cells ? cells[i] : l->columns[i].head);
}

static void line_free(struct table_line *line)
{
	for (size_t i = 0; i < TABLE_COLUMNS; i++)
		free(line->cells[i]);
	free(line);
}

/* Headings and what was kept; from here on rows are printed as they come. */
static void release(struct table *l)
{
	struct table_line *line;

	if (l->count > 0)
		print_line(l, NULL);
	while ((line = l->first)) {
		print_line(l, line->cells);
		l->first = line->next;
		line_free(line);
	}
}

/* Out of memory: then the row is printed without waiting for its width. */
static bool keep(struct table *l, char *const cells[])
{
	struct table_line *line = calloc(1, sizeof *line);

	for (size_t i = 0; line && l->columns[i].head; i++)
		if (!(line->cells[i] = strdup(cells[i]))) {
			line_free(line);
			return false;
		}
	if (!line)
		return false;
	for (size_t i = 0; l->columns[i].head; i++)
		if (strlen(cells[i]) > l->width[i])
			l->width[i] = strlen(cells[i]);
	*l->last = line;
	l->last = &line->next;
	return true;
}

void table_row(struct table *l, const struct table_value *values)
{
	char buffers[TABLE_COLUMNS][CELL_MAX], *cells[TABLE_COLUMNS];

	if (l->json) {
		print_json(l, values);
		l->count++;
		return;
	}
	for (size_t i = 0; l->columns[i].head; i++)
		cells[i] = (char *)spell(buffers[i], &l->columns[i], &values[i]);
	if (l->person && l->count == KEPT)
		release(l);
	l->count++;
	if (!l->person || l->count > KEPT || !keep(l, cells))
		print_line(l, cells);
}

void table_end(struct table *l)
{
	if (l->json)
		puts("]");
	else if (l->person && l->count <= KEPT)
		release(l);
}

static void take_values(struct table_value values[static TABLE_COLUMNS],
			const struct table_column *columns, sqlite3_stmt *row)
{
	for (int i = 0; columns[i].head; i++) {
		bool none = db_is_null(row, i),
		     text = columns[i].kind <= TABLE_DASHED || columns[i].kind == TABLE_HIDDEN;

		values[i] = (struct table_value){ .text = text && !none ? db_text(row, i) : NULL,
						  .number = text ? 0 : db_int(row, i),
						  .none = none };
	}
}

enum status table_rows(struct table *l, struct db *db, sqlite3_stmt *row, enum status st)
{
	struct table_value values[TABLE_COLUMNS];

	for (; st == GR_OK; st = db_next(db, &row)) {
		take_values(values, l->columns, row);
		table_row(l, values);
	}
	return st == GR_NO ? GR_OK : st;
}

enum status table_one(const struct table_column *columns, bool json, struct db *db,
		      sqlite3_stmt *row)
{
	struct table_value values[TABLE_COLUMNS];

	if (!json)
		return table_query(columns, false, db, row, GR_OK);
	take_values(values, columns, row);
	print_json(&(struct table){ .columns = columns }, values);
	putchar('\n');
	db_done(row);
	return GR_OK;
}

enum status table_query(const struct table_column *columns, bool json, struct db *db,
			sqlite3_stmt *row, enum status st)
{
	struct table l;

	table_start(&l, columns, json);
	st = table_rows(&l, db, row, st);
	table_end(&l);
	return st;
}
