/* SPDX-License-Identifier: Apache-2.0 */
/* import.c - JSON lines into the registry */
#include "base/progress.h"
#include "complain.h"
#include "gr-registry/commands.h"
#include "gr-registry/import_ahead.h"
#include "issuer/signer.h"
#include "registry/command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/*
 * After each transaction that held anything: whoever waits for the registry looks twice meanwhile,
 * and a daemon answers its devices.
 */
static const struct timespec give_way = { .tv_nsec = 10000000 };

struct import {
	struct import_line line;
	struct import_ahead ahead;
	struct signer signer;
	const char *path;
	int fd;
	off_t size;		/* of a regular file; 0: not known */
	int64_t lines, certificates;
	size_t read;
	struct progress progress;
};

static enum status say(struct import *im)
{
	enum status st = GR_OK;
	json_t *event;
	size_t i;

	json_array_foreach(im->line.events, i, event)
		if (st == GR_OK)
			st = signer_note(&im->signer, json_incref(event));
	im->certificates += (int64_t)json_array_size(im->line.events);
	return st;
}

/* A line that is refused is undone alone; its batch stays. */
static enum status take_or_undo(struct import *im, struct import_said *said)
{
	struct db *db = im->line.db;
	enum status st = db_mark(db);

	json_array_clear(im->line.events);
	if (st == GR_OK && (st = import_line(&im->line, said)) == GR_OK && (st = say(im)) == GR_OK)
		return db_keep(db);
	db_undo(db);
	return st;
}

static enum status commit(struct import *im)
{
	enum status st = signer_sync(&im->signer);

	return st == GR_OK ? db_commit(im->line.db) : st;
}

/* How many lines there will be is a guess from those that were read. */
static void show(struct import *im)
{
	if (im->size > 0 && im->read > 0)
		im->progress.total = im->lines * im->size / (int64_t)im->read;
	progress_show(&im->progress, im->lines);
}

/*
 * One transaction; after a line that is refused it holds those before. *kept: these are in the
 * registry.
 */
static enum status take_batch(struct import *im, struct import_batch *b, enum status *kept)
{
	enum status st = db_begin(im->line.db);

	for (int i = 0; i < b->count && st == GR_OK; i++) {
		im->lines++;
		if (!b->lines[i].blank)
			st = take_or_undo(im, &b->lines[i]);
	}
	im->read += b->bytes;
	*kept = db_in_transaction(im->line.db) ? commit(im) : st;
	return st == GR_OK ? *kept : st;
}

static bool is_blank(const struct import_batch *b)
{
	for (int i = 0; i < b->count; i++)
		if (!b->lines[i].blank)
			return false;
	return true;
}

static enum status take_lines(struct import *im)
{
	enum status st, kept;
	struct import_batch *b;

	for (;;) {
		b = import_ahead_next(&im->ahead);
		st = take_batch(im, b, &kept);
		show(im);
		if (st != GR_OK || b->more != GR_OK)
			break;
		if (!is_blank(b))
			nanosleep(&give_way, NULL);
	}
	if (st == GR_OK && b->more == GR_NO)
		return GR_OK;
	progress_end(&im->progress);
	if (st == GR_OK) {
		st = b->more;
		im->lines += st == GR_BAD;
		complain("%s: %s", st == GR_BAD ? "line" : im->path, b->why);
	}
	complain("%s: ended at line %" PRId64 "%s", im->path, im->lines,
		 kept == GR_OK ? "; those before it were taken" : "");
	return st;
}

static enum status open_file(struct import *im, const char *path)
{
	struct stat info;

	im->path = strcmp(path, "-") == 0 ? "standard input" : path;
	im->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (im->fd < 0) {
		complain("%s: %s", path, strerror(errno));
		return errno == ENOENT ? GR_BAD : GR_FAIL;
	}
	if (fstat(im->fd, &info) == 0 && S_ISREG(info.st_mode))
		im->size = info.st_size;
	return GR_OK;
}

static void print_sum(const struct import *im, bool json)
{
	printf(json ? "{\"lines\":%" PRId64 ",\"things\":%" PRId64 ",\"newCertificates\":%" PRId64
		      "}\n"
		    : "%" PRId64 " line(s): %" PRId64 " thing(s), %" PRId64
		      " new certificate(s)\n",
	       im->lines, im->line.things, im->certificates);
}

/* Reads all lines with whoever signs and a thread that reads ahead. */
static enum status read_lines(struct import *im, struct command *v)
{
	enum status st;

	if ((st = open_file(im, v->count ? v->operands[0] : "-")) != GR_OK)
		return st;
	if ((st = signer_open(&im->signer, &v->home)) != GR_OK)
		return st;
	if ((st = import_ahead_start(&im->ahead, im->fd)) != GR_OK)
		return st;
	progress_start(&im->progress, "lines", 0);
	st = take_lines(im);
	progress_end(&im->progress);
	import_ahead_stop(&im->ahead);
	return st;
}

static enum status import(struct command *v, bool weak_too)
{
	struct import im = { .line = { .db = v->db,
				       .now = v->now,
				       .weak_too = weak_too,
				       .events = json_array() },
			     .fd = -1 };
	enum status st = GR_FAIL;

	if (!im.line.events)
		complain("out of memory");
	else
		st = read_lines(&im, v);
	if (st == GR_OK)
		print_sum(&im, v->json);
	if (im.fd > STDIN_FILENO)
		close(im.fd);
	signer_close(&im.signer);
	json_decref(im.line.events);
	return st;
}

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 'w', "weak", NULL, "take certificates with a weak key or signature as well" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-registry import", "[-H DIR] [-jw] [FILE]",
	"Add policies, groups and things with their certificates from JSON lines "
	"(default: standard input).", options
};

int command_import(int argc, char *argv[])
{
	bool weak_too = false;
	struct command v = { 0 };
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 'w')
			weak_too = true;
		else
			command_option(&v, ch);
	if ((st = command_open(&v, &spec, argc, argv, 0, 1)) == GR_OK)
		st = import(&v, weak_too);
	return command_close(&v, st);
}
