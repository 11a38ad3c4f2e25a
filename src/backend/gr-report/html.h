/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.h - one HTML page on standard output, with nothing that is fetched and nothing that runs.
 * All text goes through html_text, whoever it is from; tags are literals here and in the sections.
 */
#ifndef GR_REPORT_HTML_H
#define GR_REPORT_HTML_H

#include <stdint.h>

void html_begin(const char *title, int64_t now);
void html_end(void);
void html_section(const char *title);

/* Escaped; control characters become '?'. */
void html_text(const char *text);
void html_number(int64_t number);
/*
 * A table cell each. The first one in a row tells of the others, and a phone has it in a line of
 * its own. Blanks stand between them, since there the others are words of a line.
 */
void html_cell(const char *text);
void html_cell_number(int64_t number);
void html_cell_time(int64_t ms);
/* So much of all, good and bad in colours of their own. */
struct html_bar {
	int64_t good, bad, all;
};
void html_cell_bar(const struct html_bar *bar);
/* A paragraph in place of a table that would be empty, or below one that was cut. */
void html_note(const char *text);

#endif
