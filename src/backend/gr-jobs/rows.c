/* SPDX-License-Identifier: Apache-2.0 */
/* rows.c - lists on standard output */
#include "gr-jobs/rows.h"
#include "complain.h"
#include "json.h"
#include "printable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void rows_begin(struct rows *r, const struct command *v, const int *widths)
{
	*r = (struct rows){ .command = v, .widths = widths, .aligned = isatty(STDOUT_FILENO) };
	if (v->json)
		putchar('[');
}

void rows_text(struct rows *r, const char *const cells[])
{
	for (int i = 0; cells[i]; i++) {
		int pad = r->aligned && r->widths[i] ? r->widths[i] - (int)strlen(cells[i]) : 0;

		printable_write(stdout, cells[i], "");
		if (cells[i + 1] && !r->aligned)
			putchar('\t');
		else if (cells[i + 1])
			printf("%*s", pad > 0 ? pad + 2 : 2, "");
	}
	putchar('\n');
	r->count++;
}

void rows_json(struct rows *r, json_t *row)
{
	char *text = row ? json_compact(row) : NULL;

	if (r->count++)
		putchar(',');
	printable_write_json(stdout, text ? text : "null");
	free(text);
	json_decref(row);
}

void rows_end(struct rows *r)
{
	if (r->command->json)
		putchar(']');
}

enum status print_json(json_t *value)
{
	char *text = value ? json_compact(value) : NULL;

	json_decref(value);
	if (!text) {
		complain("out of memory");
		return GR_FAIL;
	}
	printable_write_json(stdout, text);
	putchar('\n');
	free(text);
	return GR_OK;
}
