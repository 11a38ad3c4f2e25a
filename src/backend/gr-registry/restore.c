/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore.c - a backup put back, brought up to date from the ledger, under the eyes of whoever is
 * at work
 */
#include "base/file_copy.h"
#include "clock.h"
#include "complain.h"
#include "file.h"
#include "gr-registry/archive.h"
#include "gr-registry/commands.h"
#include "gr-registry/replay.h"
#include "gr-registry/restore_ca.h"
#include "issuer/sealed_key.h"
#include "registry/command.h"
#include "registry/registry.h"
#include "registry/restored_copy.h"
#include "registry/snapshot.h"
#include "str.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NO_LEDGER = 256 };

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 'l', "ledger", "FILE", "a copy of the ledger that is newer than the backup" },
	{ NO_LEDGER, "no-ledger", NULL,
	  "there is no newer ledger: devices that rotated after the backup are locked out" },
	{ 'k', "keys", "FILE", "the passphrase of the authorities' keys (\"-\": standard input)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-registry restore", "[-H DIR] [-j] [-l FILE | --no-ledger] [-k FILE] BACKUP",
	"Restore a backup and bring it up to date from the ledger; nothing is retired "
	"until resume-retirement.", options
};

struct job {
	struct command *v;
	struct archive archive;
	const char *ledger;		/* a copy kept apart, or NULL */
	bool without;
	struct db *copy;		/* what is put back, on its way */
	char copy_path[PATH_MAX], time[32];
	off_t end;			/* so far the ledger was replayed into the copy */
	struct replay replay;
};

static void remove_copy(const struct job *job)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (str_format(path, sizeof path, "%s%s", job->copy_path, endings[i]))
			unlink(path);
}

static bool exists(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0;
}

/* Where there is none any more, the newest one that is left. */
static enum status find_ledger(struct job *job)
{
	const char *own = job->v->home.ledger;
	enum status st;

	if (!exists(own) && !job->ledger && !job->without) {
		complain("%s: is not there, and devices that rotated since the backup would be "
			 "locked out; --ledger FILE names a copy",
			 own);
		return GR_BAD;
	}
	if (exists(own))
		return GR_OK;
	if (job->ledger && !exists(job->ledger)) {
		complain("%s: %s", job->ledger, strerror(errno));
		return GR_BAD;
	}
	if (job->ledger)
		st = file_copy_whole(own, job->ledger, HOME_LEDGER_MODE);
	else
		st = archive_put(&job->archive, "ledger", own, HOME_LEDGER_MODE);
	job->ledger = NULL;	/* it is the ledger now */
	return st == GR_NO ? GR_FAIL : st;
}

/* What the backup has of it needs no second look, if it is the same story. */
static enum status replay(struct job *job, const char *path, off_t *end)
{
	off_t from = 0;
	enum status st = archive_begins(&from, &job->archive, "ledger", path);

	if (st == GR_NO)
		from = 0;
	return st == GR_OK || st == GR_NO ? replay_ledger(&job->replay, path, from, end) : st;
}

static enum status prepare(struct job *job, bool live)
{
	enum status st = GR_OK;

	if (job->ledger)
		st = replay(job, job->ledger, &job->end);
	if (st == GR_OK)
		st = replay(job, job->v->home.ledger, &job->end);
	if (st == GR_OK && live)
		st = restored_copy_take_over(job->copy);
	return st == GR_OK ? restored_copy_begin(job->copy, job->time, job->v->now) : st;
}

static enum status prepare_copy(struct job *job, bool live)
{
	enum status st;

	str_format(job->copy_path, sizeof job->copy_path, "%s/.restored.db", job->v->home.dir);
	remove_copy(job);
	st = archive_put(&job->archive, "registry.db", job->copy_path, 0600);
	if (st == GR_OK)
		st = registry_open(&job->copy, job->copy_path, DB_OPEN);
	if (st == GR_OK && live)
		st = restored_copy_attach(job->copy, job->v->db);
	if (st != GR_OK)
		return st;
	job->replay = (struct replay){ .db = job->copy, .now = job->v->now };
	st = db_begin(job->copy);
	if (st == GR_OK)
		st = prepare(job, live);
	if (st == GR_OK)
		st = db_commit(job->copy);
	db_rollback(job->copy);
	return st == GR_OK && live ? restored_copy_detach(job->copy) : st;
}

/* What was written to the ledger while the copy was made. */
static enum status catch_up(struct job *job)
{
	enum status st = db_begin(job->v->db);

	job->replay.db = job->v->db;
	if (st == GR_OK)
		st = replay_ledger(&job->replay, job->v->home.ledger, job->end, &job->end);
	return st == GR_OK ? db_commit(job->v->db) : st;
}

static enum status put_back(struct job *job)
{
	struct progress progress;
	enum status st;

	progress_start(&progress, "pages", 0);
	st = snapshot_load(job->v->db, job->copy, &progress);
	progress_end(&progress);
	return st == GR_OK ? catch_up(job) : st;
}

static enum status read_time(struct job *job)
{
	char path[PATH_MAX], *text = NULL;
	size_t len = 0;
	enum status st = archive_path(path, &job->archive, "time");

	if (st == GR_OK && (st = file_read(&text, &len, path, sizeof job->time - 1)) == GR_OK)
		str_copy(job->time, sizeof job->time, text);
	free(text);
	return st == GR_NO ? GR_BAD : st;
}

static enum status print(const struct job *job)
{
	const struct replay *r = &job->replay;

	if (job->v->json)
		return command_answer(job->v,
				      json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "asOf",
						job->time, "ledgerLines", (json_int_t)r->lines,
						"newCertificates", (json_int_t)r->certificates,
						"newSurvivors", (json_int_t)r->survivors,
						"newRevocations", (json_int_t)r->revoked,
						"withoutPolicies", (json_int_t)r->bare,
						"unreadableLines", (json_int_t)r->unreadable));
	printf("put back as of %s; from the ledger: %" PRId64 " certificate(s), %" PRId64
	       " survivor(s), %" PRId64 " revocation(s)\n",
	       job->time, r->certificates, r->survivors, r->revoked);
	if (r->bare)
		printf("%" PRId64
		       " of these certificates have no policy: create it and attach it\n",
		       r->bare);
	if (r->unreadable)
		printf("%" PRId64 " line(s) of the ledger could not be read\n", r->unreadable);
	puts("nothing is retired until gr-registry resume-retirement");
	return GR_OK;
}

/* The folders, the authorities and the ledger, all of which a restored registry needs. */
static enum status make_home(struct job *job, const char *passphrase)
{
	struct home *home = &job->v->home;
	enum status st = home_make(home);

	if (st == GR_OK)
		st = home_make_signer(home);
	if (st == GR_OK)
		st = restore_ca(&job->archive, home, passphrase);
	return st == GR_OK ? find_ledger(job) : st;
}

static enum status restore(struct job *job, const char *passphrase)
{
	struct command *v = job->v;
	bool live;
	enum status st = home_find(&v->home, v->home_dir);

	if (st == GR_OK)
		st = archive_open(&job->archive, v->operands[0]);
	if (st == GR_OK)
		st = read_time(job);
	if (st == GR_OK)
		st = make_home(job, passphrase);
	if (st != GR_OK)
		return st;
	live = exists(v->home.registry);
	if (live)
		st = registry_open(&v->db, v->home.registry, DB_OPEN);
	if (st != GR_OK) {
		complain("%s: cannot be written over; stop broker and daemon and move it away",
			 v->home.registry);
		return st;
	}
	st = prepare_copy(job, live);
	if (st == GR_OK && !live)
		st = registry_open(&v->db, v->home.registry, DB_CREATE);
	return st == GR_OK ? put_back(job) : st;
}

int command_restore(int argc, char *argv[])
{
	char *passphrase = NULL;
	const char *keys = NULL;
	struct command v = { 0 };
	struct job job = { .v = &v };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'l': job.ledger = optarg; break;
		case 'k': keys = optarg; break;
		case NO_LEDGER: job.without = true; break;
		default: command_option(&v, ch);
		}
	if (argc - optind != 1 || (job.ledger && job.without))
		arg_usage(&spec);
	v.operands = argv + optind;
	v.count = 1;
	v.now = clock_real_ms();
	if (keys)
		st = sealed_passphrase(&passphrase, keys);
	if (st == GR_OK)
		st = restore(&job, passphrase);
	if (st == GR_OK)
		st = print(&job);
	sealed_forget(passphrase);
	db_close(job.copy);
	if (job.copy_path[0])
		remove_copy(&job);
	archive_release(&job.archive);
	return command_close(&v, st);
}

static enum status resume(struct command *v)
{
	enum status st = restored_copy_end(v->db);

	return st == GR_OK ? command_answer(v, json_pack("{s:s}", "retirement", "resumed")) : st;
}

int command_resume_retirement(int argc, char *argv[])
{
	static const struct arg_spec resume_spec = {
		"gr-registry resume-retirement", "[-H DIR] [-j]",
		"After a restore: begin again to retire the certificates that "
		"lost their rotation.", command_options
	};

	return command_change(&resume_spec, argc, argv, 0, 0, resume);
}
