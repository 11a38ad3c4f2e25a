/* import.c - JSON lines into the registry */
#include "gr-registry/verbs.h"
#include "complain.h"
#include "gr-registry/import_line.h"
#include "issuer/ledger.h"
#include "progress.h"
#include "registry/verb.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BATCH = 500, LINE_SIZE = (1 << 20) + 2 };	/* in short transactions, so that the daemon is not kept waiting */

struct import {
	struct import_line line;
	struct ledger ledger;
	const char *path;
	FILE *file;
	off_t size;		/* of a regular file; 0: not known */
	int64_t lines, read, certificates;
	struct progress progress;
};

/* Its text, in a buffer of LINE_SIZE. GR_NO: there are no more. */
static enum status read_line(struct import *im, char *text, size_t *len)
{
	if (!fgets(text, LINE_SIZE, im->file)) {
		if (!ferror(im->file))
			return GR_NO;
		complain("%s: %s", im->path, strerror(errno));
		return GR_FAIL;
	}
	im->lines++;
	*len = strlen(text);
	im->read += (int64_t)*len;
	if (*len > 0 && (text[*len - 1] == '\n' || feof(im->file)))
		return GR_OK;
	complain("line: %s", *len == LINE_SIZE - 1 ? "longer than a megabyte" : "holds a NUL byte");
	return GR_BAD;
}

static enum status say(struct import *im)
{
	enum status st = GR_OK;
	json_t *event;
	size_t i;

	json_array_foreach(im->line.said, i, event)
		if (st == GR_OK)
			st = ledger_append(&im->ledger, json_incref(event));
	im->certificates += (int64_t)json_array_size(im->line.said);
	return st;
}

/* A line that is refused is undone alone; its batch stays. */
static enum status take_or_undo(struct import *im, const char *text, size_t len)
{
	struct db *db = im->line.db;
	enum status st = db_mark(db);

	json_array_clear(im->line.said);
	if (st == GR_OK && (st = import_line(&im->line, text, len)) == GR_OK && (st = say(im)) == GR_OK)
		return db_keep(db);
	db_undo(db);
	return st;
}

static enum status commit(struct import *im)
{
	enum status st = ledger_sync(&im->ledger);

	return st == GR_OK ? db_commit(im->line.db) : st;
}

/* How many lines there will be is a guess from those that were read. */
static void show(struct import *im)
{
	if (im->size > 0 && im->read > 0)
		im->progress.total = im->lines * im->size / im->read;
	progress_show(&im->progress, im->lines);
}

static enum status take_lines(struct import *im, char *text)
{
	struct db *db = im->line.db;
	enum status st = db_begin(db), more = st, kept;
	size_t len;

	while (st == GR_OK && (more = read_line(im, text, &len)) == GR_OK) {
		if (strspn(text, " \t\r\n") < len)
			st = take_or_undo(im, text, len);
		if (st == GR_OK && im->lines % BATCH == 0 && (st = commit(im)) == GR_OK)
			st = db_begin(db);
		show(im);
	}
	kept = db_in_transaction(db) ? commit(im) : GR_OK;
	if (st == GR_OK && more == GR_NO)
		return kept;
	progress_end(&im->progress);
	complain("%s: ended at line %" PRId64 "%s", im->path, im->lines, kept == GR_OK ? "; those before it were taken" : "");
	return st == GR_OK ? more : st;
}

static enum status open_file(struct import *im, const char *path)
{
	struct stat info;

	im->path = strcmp(path, "-") == 0 ? "standard input" : path;
	im->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (!im->file) {
		complain("%s: %s", path, strerror(errno));
		return errno == ENOENT ? GR_BAD : GR_FAIL;
	}
	if (fstat(fileno(im->file), &info) == 0 && S_ISREG(info.st_mode))
		im->size = info.st_size;
	return GR_OK;
}

static void print_sum(const struct import *im, bool json)
{
	printf(json ? "{\"lines\":%" PRId64 ",\"things\":%" PRId64 ",\"newCertificates\":%" PRId64 "}\n"
		    : "%" PRId64 " line(s): %" PRId64 " thing(s), %" PRId64 " new certificate(s)\n", im->lines, im->line.things, im->certificates);
}

static enum status import(struct verb *v)
{
	struct import im = { .line = { .db = v->db, .now = v->now, .said = json_array() }, .ledger = { .fd = -1 } };
	char *text = malloc(LINE_SIZE);
	enum status st = GR_FAIL;

	if (!text || !im.line.said)
		complain("out of memory");
	else if ((st = open_file(&im, v->count ? v->operands[0] : "-")) == GR_OK && (st = ledger_open(&im.ledger, v->home.ledger)) == GR_OK) {
		progress_start(&im.progress, "lines", 0);
		st = take_lines(&im, text);
		progress_end(&im.progress);
	}
	if (st == GR_OK)
		print_sum(&im, v->json);
	if (im.file && im.file != stdin)
		fclose(im.file);
	ledger_close(&im.ledger);
	json_decref(im.line.said);
	free(text);
	return st;
}

int do_import(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-registry import", "[-H DIR] [-j] [FILE]", "Take policies, groups and things with their certificates from JSON lines (standard input by default).",
		verb_options
	};

	return verb_read(&spec, argc, argv, 0, 1, import);
}
