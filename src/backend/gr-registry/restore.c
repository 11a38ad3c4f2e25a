/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore.c - a backup put back, brought up to date from the ledger, under the eyes of whoever is
 * at work
 */
#include "clock.h"
#include "complain.h"
#include "file.h"
#include "gr-registry/archive.h"
#include "gr-registry/commands.h"
#include "gr-registry/ledger_files.h"
#include "gr-registry/replay.h"
#include "gr-registry/restore_ca.h"
#include "gr-registry/take_in.h"
#include "issuer/sealed_key.h"
#include "registry/command.h"
#include "registry/cut_off.h"
#include "registry/registry.h"
#include "registry/restored_copy.h"
#include "registry/snapshot.h"
#include "str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NO_LEDGER = 256, CUT_OFF };

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 'l', "ledger", "FILE",
	  "a copy or an earlier file of the ledger; give all of them, the oldest first" },
	{ NO_LEDGER, "no-ledger", NULL,
	  "go on although lines of the ledger are missing: devices that rotated in them may be "
	  "locked out" },
	{ CUT_OFF, "cut-off", "N", "go on although up to N things are cut off (default 0)" },
	{ 'k', "keys", "FILE", "the passphrase of the authorities' keys (\"-\": standard input)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-registry restore",
	"[-H DIR] [-j] [-l FILE]... [--no-ledger] [--cut-off N] [-k FILE] BACKUP",
	"Restore a backup and bring it up to date from the ledger; nothing is retired "
	"until resume-retirement.", options
};

struct job {
	struct command *v;
	struct archive archive;
	struct ledger_files ledgers;
	struct db *copy;		/* what is put back, on its way */
	bool live;			/* there is a registry, which is in v->db */
	/* folders that were missing: they go again if the restore is refused */
	bool made_home, made_shared;
	int64_t cut, accepted;		/* things that would be cut off; and may be */
	char copy_path[PATH_MAX], time[32];
	off_t end;			/* so far the ledger was replayed into the copy */
	struct replay replay;
	struct take_in taken;
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

/* What the backup has of it needs no second look, if it is the same story. */
static enum status replay(struct job *job, const char *path, off_t *end)
{
	off_t from = 0;
	enum status st = archive_begins(&from, &job->archive, "ledger", path);

	if (st == GR_NO)
		from = 0;
	return st == GR_OK || st == GR_NO ? replay_ledger(&job->replay, path, from, end) : st;
}

static enum status print_cut_off(void *arg, const struct cut_off *row)
{
	struct job *job = arg;
	const char *status = row->status[0] ? row->status : "not registered";

	job->cut++;
	if (job->v->json)
		return command_print_json(json_pack("{s:s, s:s, s:s}", "thingName", row->thing,
						    "certificateId", row->certificate, "status",
						    status));
	complain("%s: would be cut off: its certificate %.16s... would be %s", row->thing,
		 row->certificate, strcmp(status, "ACTIVE") == 0 ? "detached" : status);
	return GR_OK;
}

/* GR_NO, one line: there are more than we were told to accept. */
static enum status ask_cut_off(struct job *job)
{
	enum status st = cut_off_each(job->copy, job->live, print_cut_off, job);

	if (st != GR_OK || job->cut <= job->accepted)
		return st;
	complain("%" PRId64 " thing(s) would be cut off, nothing was changed; restore --cut-off "
		 "%" PRId64 " goes on all the same",
		 job->cut, job->cut);
	return GR_NO;
}

static enum status prepare(struct job *job)
{
	enum status st = cut_off_begin(job->copy);
	struct stat kept;

	/* The backup's own ledger tells nothing new. */
	if (job->ledgers.count == 0 && stat(job->ledgers.kept, &kept) == 0)
		job->end = kept.st_size;
	for (size_t i = 0; i < job->ledgers.count && st == GR_OK; i++)
		st = replay(job, job->ledgers.files[i], &job->end);
	if (st == GR_OK && job->live)
		st = take_in_present(&job->taken, job->copy);
	if (st == GR_OK)
		st = ask_cut_off(job);
	if (st == GR_OK && job->live)
		st = restored_copy_take_over(job->copy);
	return st == GR_OK ? restored_copy_begin(job->copy, job->time, job->v->now) : st;
}

static enum status prepare_copy(struct job *job)
{
	enum status st;

	str_format(job->copy_path, sizeof job->copy_path, "%s/.restored.db", job->v->home.dir);
	remove_copy(job);
	st = archive_put(&job->archive, "registry.db", job->copy_path, 0600);
	if (st == GR_OK)
		st = registry_open_copy(&job->copy, job->copy_path);
	if (st == GR_OK && job->live)
		st = restored_copy_attach(job->copy, job->v->db);
	if (st != GR_OK)
		return st;
	job->replay = (struct replay){ .db = job->copy, .now = job->v->now, .notes = true };
	st = db_begin(job->copy);
	if (st == GR_OK)
		st = prepare(job);
	if (st == GR_OK)
		st = db_commit(job->copy);
	db_rollback(job->copy);
	return st == GR_OK && job->live ? restored_copy_detach(job->copy) : st;
}

/* What was written to the ledger while the copy was made. It may be a new file since. */
static enum status catch_up(struct job *job)
{
	enum status st = db_begin(job->v->db);
	struct stat info;

	if (stat(job->v->home.ledger, &info) == 0 && info.st_size < job->end)
		job->end = 0;
	job->replay.db = job->v->db;
	job->replay.notes = false;
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

static json_t *answer(const struct job *job)
{
	const struct replay *r = &job->replay;
	const struct take_in *t = &job->taken;

	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "asOf", job->time,
			 "ledgerLines", (json_int_t)r->lines, "newCertificates",
			 (json_int_t)r->certificates, "newSurvivors", (json_int_t)r->survivors,
			 "newRevocations", (json_int_t)r->revoked, "takenInCertificates",
			 (json_int_t)t->certificates, "takenInSurvivors", (json_int_t)t->survivors,
			 "cutOff", (json_int_t)job->cut, "withoutPolicies", (json_int_t)r->bare,
			 "unreadableLines", (json_int_t)r->unreadable);
}

static enum status print(const struct job *job)
{
	const struct replay *r = &job->replay;

	if (job->v->json)
		return command_answer(job->v, answer(job));
	printf("put back as of %s; from the ledger: %" PRId64 " certificate(s), %" PRId64
	       " survivor(s), %" PRId64 " revocation(s)\n",
	       job->time, r->certificates, r->survivors, r->revoked);
	if (job->taken.certificates + job->taken.survivors > 0)
		printf("from the registry that was there: %" PRId64 " certificate(s), %" PRId64
		       " survivor(s)\n",
		       job->taken.certificates, job->taken.survivors);
	if (job->cut > 0)
		printf("%" PRId64 " thing(s) are cut off\n", job->cut);
	if (r->bare)
		printf("%" PRId64
		       " of these certificates have no policy: create it and attach it\n",
		       r->bare);
	if (r->unreadable)
		printf("%" PRId64 " line(s) of the ledger could not be read\n", r->unreadable);
	puts("nothing is retired until gr-registry resume-retirement");
	return GR_OK;
}

/* What can be known before anything is touched. */
static enum status check(struct job *job, const char *passphrase)
{
	struct home *home = &job->v->home;
	enum status st = archive_open(&job->archive, job->v->operands[0]);

	if (st == GR_OK)
		st = read_time(job);
	if (st == GR_OK)
		st = home_enter(home);
	if (st == GR_OK)
		st = home_enter_signer(home);
	if (st == GR_OK)
		st = restore_ca_check(&job->archive, home, passphrase);
	return st == GR_OK ? ledger_files_check(&job->ledgers, &job->archive, home->ledger) : st;
}

static enum status open_present(struct job *job)
{
	struct command *v = job->v;
	enum status st = GR_OK;

	job->live = exists(v->home.registry);
	if (job->live)
		st = registry_open(&v->db, v->home.registry, DB_OPEN);
	if (st != GR_OK)
		complain("%s: cannot be written over; stop broker and daemon and move it away",
			 v->home.registry);
	return st;
}

/* The copy needs a place, also where nothing is yet. */
static enum status make_place(struct job *job)
{
	const struct home *home = &job->v->home;

	job->made_home = !exists(home->dir);
	job->made_shared = !exists(home->shared);
	return home_make(home);
}

static void remove_place(const struct job *job)
{
	if (job->made_shared)
		rmdir(job->v->home.shared);
	if (job->made_home)
		rmdir(job->v->home.dir);
}

/* The authorities and the ledger, which a restored registry needs. */
static enum status put_rest(struct job *job, const char *passphrase)
{
	enum status st = home_make_signer(&job->v->home);

	if (st == GR_OK)
		st = restore_ca_put(&job->archive, &job->v->home, passphrase);
	return st == GR_OK ? ledger_files_put(&job->ledgers) : st;
}

static enum status restore(struct job *job, const char *passphrase)
{
	struct command *v = job->v;
	enum status st = home_find(&v->home, v->home_dir);

	if (st == GR_OK)
		st = check(job, passphrase);
	if (st == GR_OK)
		st = open_present(job);
	if (st == GR_OK)
		st = make_place(job);
	if (st == GR_OK)
		st = prepare_copy(job);
	if (st == GR_OK)
		st = put_rest(job, passphrase);
	if (st == GR_OK && !job->live)
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
	uint32_t cut = 0;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'l': st = ledger_files_add(&job.ledgers, optarg); break;
		case 'k': keys = optarg; break;
		case NO_LEDGER: job.ledgers.without = true; break;
		case CUT_OFF: st = arg_u32(&cut, "--cut-off", optarg); break;
		default: command_option(&v, ch);
		}
	if (st != GR_OK)
		return st;
	if (argc - optind != 1)
		arg_usage(&spec);
	job.accepted = cut;
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
	if (st != GR_OK)
		remove_place(&job);
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
