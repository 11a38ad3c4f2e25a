/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - prints the rows that a command lists */
#include "base/table.h"
#include "base/utc.h"
#include "json.h"
#include "printable.h"
#include "str.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* KEPT: the first rows, which decide how wide the columns are: more than a screen shows */
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

/* Returns the cell as text, which is in buffer or belongs to value. */
static const char *spell(char buffer[static CELL_MAX], const struct table_column *column,
			 const struct table_value *value)
{
	switch (column->kind) {
	case TABLE_NUMBER:
		str_format(buffer, CELL_MAX, "%" PRId64, value->number);
		return value->none ? "-" : buffer;
	case TABLE_TIME: case TABLE_MS:
		utc_format(buffer, value->number);
		return buffer;
	case TABLE_FLAG:
		str_format(buffer, CELL_MAX, "%.60s", value->number ? column->head : "-");
		for (char *c = buffer; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		return buffer;
	case TABLE_BLANK:
		return value->text ? value->text : "";
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

static json_t *object_of(const struct table *l, const struct table_value *values)
{
	json_t *o = json_object(), *member;

	for (size_t i = 0; l->columns[i].head; i++) {
		member = member_of(&l->columns[i], &values[i]);
		if (member)
			json_object_set_new(o, l->columns[i].member, member);
	}
	return o;
}

void table_object(struct table *l, json_t *object)
{
	char *text = object ? json_compact(object) : NULL;

	if (l->count++ > 0)
		putchar(',');
	printable_write_json(stdout, text ? text : "null");
	free(text);
	json_decref(object);
}

/* Prints one cell, with blanks up to the column's width; the last column gets no blanks. */
static void print_cell(const struct table *l, size_t i, const char *text)
{
	size_t len = strlen(text);

	printable_write(stdout, text, "");
	if (!l->columns[i + 1].head)
		putchar('\n');
	else if (!l->person)
		putchar('\t');
	else
		printf("%*s", (int)((len < l->width[i] ? l->width[i] - len : 0) + 2), "");
}

static void print_line(const struct table *l, char *const cells[])
{
	for (size_t i = 0; l->columns[i].head; i++)
		print_cell(l, i, cells ? cells[i] : l->columns[i].head);
}

static void line_free(struct table_line *line)
{
	for (size_t i = 0; i < TABLE_COLUMNS; i++)
		free(line->cells[i]);
	free(line);
}

/* Prints the headings and the rows kept so far. Rows that come later are printed at once. */
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

/* Keeps a row until the widths are known. False: out of memory; the caller prints it at once. */
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
		table_object(l, object_of(l, values));
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
		fputs(l->part ? "]" : "]\n", stdout);
	else if (l->person && l->count <= KEPT)
		release(l);
}

void table_one(const struct table_column *columns, bool json, const struct table_value *values)
{
	struct table l;

	if (json) {
		l = (struct table){ .columns = columns };
		table_object(&l, object_of(&l, values));
		putchar('\n');
		return;
	}
	table_start(&l, columns, false);
	table_row(&l, values);
	table_end(&l);
}
