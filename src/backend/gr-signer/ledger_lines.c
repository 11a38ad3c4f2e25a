/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_lines.c - lines on their way into the ledger */
#include "gr-signer/ledger_lines.h"
#include "complain.h"
#include "issuer/ledger_chain.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

/* Puts the hash of the line before in place of the line's brace. */
static enum status link_line(struct ledger_lines *to, const char *line, size_t len)
{
	char *start = to->text + to->len;
	int64_t at = ledger_chain_time(line, len);
	size_t size = len + LEDGER_CHAIN_LINK;

	memcpy(start, line, len - 1);
	str_format(start + len - 1, LEDGER_CHAIN_LINK + 3, ",\"previous\":\"%s\"}\n",
		   to->last.hash);
	to->len += size + 1;
	to->last.end = (off_t)to->len - 1;
	if (at > to->last.newest)
		to->last.newest = at;
	return ledger_chain_hash(to->last.hash, start, size);
}

static size_t count_lines(const char *lines, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += lines[i] == '\n';
	return count;
}

enum status ledger_lines_link(struct ledger_lines *to, const struct ledger_mark *before, bool torn,
			      const char *lines, size_t len)
{
	const char *end;
	enum status st = GR_OK;

	*to = (struct ledger_lines){ .last = *before };
	to->text = malloc(len + count_lines(lines, len) * LEDGER_CHAIN_LINK + 2);
	if (!to->text) {
		complain("out of memory");
		return GR_FAIL;
	}
	if (torn)
		to->text[to->len++] = '\n';
	for (; st == GR_OK && len > 0; len -= (size_t)(end + 1 - lines), lines = end + 1) {
		end = memchr(lines, '\n', len);
		st = link_line(to, lines, (size_t)(end - lines));
	}
	return st;
}

void ledger_lines_release(struct ledger_lines *lines)
{
	free(lines->text);
}
