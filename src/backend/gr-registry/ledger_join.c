/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_join.c - do the ledgers of a restore join its backup? */
#include "gr-registry/ledger_join.h"
#include "complain.h"
#include "issuer/ledger_chain.h"
#include "str.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

/* The files that hang together with file i have the same number in group; 0: with the backup. */
struct join {
	const char *backup;
	const char *const *files;
	size_t count, group[LEDGER_JOIN_FILES + 1];
	/* of the backup's ledger: what its first line continues, and its last line */
	char before[LEDGER_HASH], end[LEDGER_HASH];
	bool found;		/* the backup's last line */
};

/* One file on its way. at: its place in group; 0 is the backup. */
struct walk {
	struct join *join;
	size_t at;
	const char *path;
	char last[LEDGER_HASH];	/* "": no line yet */
	/* the first line that continues one that is nowhere, and that one; 0: there is none */
	int64_t gap;
	char missing[LEDGER_HASH];
};

static bool is_start(const char *hash)
{
	return hash[0] == '\0' || strcmp(hash, LEDGER_CHAIN_START) == 0;
}

static void unite(struct join *join, size_t a, size_t b)
{
	bool up = join->group[a] < join->group[b];
	size_t from = join->group[up ? b : a], to = join->group[up ? a : b];

	for (size_t i = 0; i <= join->count; i++)
		if (join->group[i] == from)
			join->group[i] = to;
}

/* A line that is not the one before it: is it in the backup, this file or an earlier one? */
static enum status find(struct walk *walk, const char *hash, int64_t number)
{
	struct join *join = walk->join;
	enum status st = GR_NO;

	for (size_t i = 0; i <= walk->at && st == GR_NO; i++) {
		st = ledger_chain_has(i == 0 ? join->backup : join->files[i - 1], hash);
		if (st == GR_OK)
			unite(join, walk->at, i);
	}
	if (st == GR_NO && walk->gap == 0) {
		walk->gap = number;
		str_copy(walk->missing, sizeof walk->missing, hash);
	}
	return st == GR_NO ? GR_OK : st;
}

/* A file that begins a chain may be a longer copy of the backup's, or what that continues. */
static enum status begin(struct walk *walk, const char *hash)
{
	enum status st = ledger_chain_has(walk->join->backup, hash);

	if (st == GR_OK)
		unite(walk->join, walk->at, 0);
	return st == GR_NO ? GR_OK : st;
}

/* What is missing before the backup's last line, the backup's registry knows. */
static void note(struct walk *walk, const char *hash)
{
	struct join *join = walk->join;
	bool is_end = strcmp(hash, join->end) == 0;

	join->found |= is_end;
	if (is_end)
		walk->gap = 0;
	if (is_end || (!is_start(join->before) && strcmp(hash, join->before) == 0))
		unite(join, walk->at, 0);
}

static enum status look_at(void *arg, const struct ledger_line *line)
{
	char hash[LEDGER_HASH], previous[LEDGER_HASH] = "";
	struct walk *walk = arg;
	enum status st;

	if (!ledger_chain_is_whole(line->text, line->len))
		return GR_OK;
	st = ledger_chain_hash(hash, line->text, line->len);
	if (st == GR_OK && ledger_chain_previous(previous, line->text, line->len))
		note(walk, previous);
	if (st == GR_OK && !is_start(previous) && strcmp(previous, walk->last) != 0)
		st = find(walk, previous, line->number);
	else if (st == GR_OK && walk->last[0] == '\0')
		st = begin(walk, hash);
	note(walk, hash);
	str_copy(walk->last, sizeof walk->last, hash);
	return st;
}

static enum status read_backup_line(void *arg, const struct ledger_line *line)
{
	struct join *join = arg;

	if (!ledger_chain_is_whole(line->text, line->len))
		return GR_OK;
	if (join->end[0] == '\0')
		(void)ledger_chain_previous(join->before, line->text, line->len);
	return ledger_chain_hash(join->end, line->text, line->len);
}

static enum status read_file(struct join *join, size_t at)
{
	struct walk walk = { .join = join, .at = at, .path = join->files[at - 1] };
	enum status st;

	join->group[at] = at;
	st = ledger_chain_each(walk.path, 0, look_at, &walk);
	if (st != GR_OK)
		return st;
	if (walk.last[0] == '\0')
		join->group[at] = 0;	/* it has no lines */
	if (walk.gap == 0)
		return GR_OK;
	complain("%s: line %" PRId64 " continues a line (SHA-256 %.16s...) that is in none of the "
		 "ledgers: name the file that has it with --ledger, the oldest first; --no-ledger "
		 "goes on without it",
		 walk.path, walk.gap, walk.missing);
	return GR_BAD;
}

static enum status conclude(const struct join *join)
{
	if (join->end[0] == '\0')
		return GR_OK;	/* nothing had happened when the backup was made */
	if (!join->found) {
		complain("the backup's ledger ends with a line (SHA-256 %.16s...) that no ledger "
			 "has: lines after it are missing; name the file that has it with "
			 "--ledger; --no-ledger goes on without it",
			 join->end);
		return GR_BAD;
	}
	for (size_t i = 1; i <= join->count; i++)
		if (join->group[i] != 0) {
			complain("%s: begins anew, and nothing shows that it continues the "
				 "backup's ledger: name the files in between with --ledger; "
				 "--no-ledger goes on without them",
				 join->files[i - 1]);
			return GR_BAD;
		}
	return GR_OK;
}

enum status ledger_join_check(const char *backup, const char *const *files, size_t count)
{
	struct join join = { .backup = backup, .files = files, .count = count };
	enum status st = ledger_chain_each(backup, 0, read_backup_line, &join);

	for (size_t i = 1; i <= count && st == GR_OK; i++)
		st = read_file(&join, i);
	return st == GR_OK ? conclude(&join) : st;
}
