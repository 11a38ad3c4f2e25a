/* SPDX-License-Identifier: Apache-2.0 */
/* html.c - HTML on standard output */
#include "gr-report/html.h"
#include "base/utc.h"
#include "printable.h"

#include <inttypes.h>
#include <stdio.h>

/* No script, and nothing from elsewhere, even should some text get by us. */
static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<style>\n"
    ":root { color-scheme: light dark; --good: #2a7; --bad: #d43; --line: #8884; }\n"
    "* { box-sizing: border-box; }\n"
    "body { font: 1rem/1.45 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: "
    "1rem; overflow-wrap: anywhere; }\n"
    "h1 { font-size: 1.5rem; margin: 0; }\n"
    "h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }\n"
    "p { margin: .25rem 0; }\n"
    "dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .5rem; "
    "margin: 1rem 0 0; }\n"
    "dl div { border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .75rem; }\n"
    "dd { font-size: 1.5rem; margin: 0; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "th, td { border-top: 1px solid var(--line); padding: .3rem .75rem .3rem 0; text-align: left; "
    "vertical-align: top; }\n"
    "td.n { font-variant-numeric: tabular-nums; }\n"
    ".bar { display: flex; min-width: 6rem; height: 1rem; margin-top: .25rem; background: "
    "var(--line); }\n"
    ".good { background: var(--good); }\n"
    ".bad { background: var(--bad); }\n"
    "td.b { width: 45%; }\n"
    "#failures { table-layout: fixed; }\n"
    "#failures th:first-child { width: 36%; }\n"
    "#failures th:nth-child(3) { width: 5rem; }\n"
    "@media (max-width: 40rem) {\n"
    "  .wide thead { display: none; }\n"
    "  .wide tr { display: block; border-top: 1px solid var(--line); padding: .4rem 0; }\n"
    "  .wide td { display: inline-block; border: 0; padding: 0 .75rem 0 0; }\n"
    "  .wide td:first-child, .wide td.b { display: block; width: 100%; }\n"
    "}\n"
    "</style>\n";

void html_begin(const char *title, int64_t now)
{
	char at[32];

	utc_format(at, now);
	printf("%s<title>", head);
	html_text(title);
	fputs("</title>\n</head>\n<body>\n<h1>", stdout);
	html_text(title);
	printf("</h1>\n<p>As of <time>%s</time>, by gr-report.</p>\n", at);
}

void html_end(void)
{
	puts("</body>\n</html>");
}

void html_section(const char *title)
{
	fputs("<h2>", stdout);
	html_text(title);
	puts("</h2>");
}

void html_text(const char *text)
{
	bool harmless;

	for (size_t n; *text; text += n) {
		n = printable_char(&harmless, text);
		switch (*text) {
		case '&': fputs("&amp;", stdout); break;
		case '<': fputs("&lt;", stdout); break;
		case '>': fputs("&gt;", stdout); break;
		case '"': fputs("&quot;", stdout); break;
		case '\'': fputs("&#39;", stdout); break;
		default: fwrite(harmless ? text : "?", 1, harmless ? n : 1, stdout);
		}
	}
}

void html_number(int64_t number)
{
	printf("%" PRId64, number);
}

/* bdi: letters that are written from right to left stay in their cell. */
void html_cell(const char *text)
{
	fputs("<td><bdi>", stdout);
	html_text(text);
	fputs("</bdi></td> ", stdout);
}

void html_cell_number(int64_t number)
{
	printf("<td class=\"n\">%" PRId64 "</td> ", number);
}

void html_cell_time(int64_t ms)
{
	char at[32];

	utc_format(at, ms);
	printf("<td class=\"n\"><time>%s</time></td> ", at);
}

static void print_part(const char *class, int64_t part, int64_t all)
{
	if (part > 0)
		printf("<div class=\"%s\" style=\"width:%.2f%%\"></div>", class,
		       100.0 * (double)part / (double)all);
}

void html_cell_bar(const struct html_bar *bar)
{
	fputs("<td class=\"b\"><div class=\"bar\">", stdout);
	print_part("good", bar->good, bar->all);
	print_part("bad", bar->bad, bar->all);
	fputs("</div></td> ", stdout);
}

void html_note(const char *text)
{
	fputs("<p>", stdout);
	html_text(text);
	puts("</p>");
}
