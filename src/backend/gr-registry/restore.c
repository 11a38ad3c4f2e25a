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
#include "registry/outbox.h"
#include "registry/rotation.h"
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
	{ 'l', "ledger", "FILE", "a copy of the ledger that was kept apart" },
	{ NO_LEDGER, "no-ledger", NULL, "there is no newer ledger: devices that rotated since are locked out" },
	{ 'k', "keys", "FILE", "the passphrase of the authorities' keys (\"-\": standard input)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-registry restore", "[-H DIR] [-j] [-l FILE | --no-ledger] [-k FILE] BACKUP",
	"Put a backup back and bring it up to date from the ledger; nothing is retired until resume-retirement.", options
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

/*
 * Numbers that the daemon and the broker have seen do not come again, not even those of the
 * seconds until the copy takes its place. Who is connected with a certificate that is no good by
 * the copy is to be dropped. What operators have not been told yet, they are.
 */
static enum status take_over(struct job *job)
{
	static const char *const steps[] = {
		"INSERT OR IGNORE INTO alarm (at, kind, thing, certificate, text, count) SELECT at, kind, thing, certificate, text, count FROM live.alarm",
		"DELETE FROM notice",
		"DELETE FROM channel",
		"INSERT INTO notice SELECT * FROM live.notice",
		"INSERT INTO channel SELECT * FROM live.channel",
		"UPDATE sqlite_sequence SET seq = 1000000 + max(seq, coalesce((SELECT seq FROM live.sqlite_sequence l WHERE l.name = sqlite_sequence.name), 0))",
		"INSERT INTO sqlite_sequence (name, seq) SELECT name, seq + 1000000 FROM live.sqlite_sequence WHERE name NOT IN (SELECT name FROM sqlite_sequence)",
		"UPDATE meta SET value = 1 + max(value, (SELECT value FROM live.meta WHERE key = 'policy_epoch')) WHERE key = 'policy_epoch'",
		"INSERT INTO departure (certificate) SELECT id FROM live.certificate c WHERE status = 'ACTIVE' AND NOT EXISTS"
		" (SELECT 1 FROM main.certificate n JOIN main.principal p ON p.certificate = n.id WHERE n.id = c.id AND n.status = 'ACTIVE')"
	};
	enum status st = GR_OK;

	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && st == GR_OK; i++)
		st = db_run(job->copy, steps[i], "");
	return st;
}

static enum status prepare(struct job *job, bool live)
{
	char text[128];
	enum status st = GR_OK;

	if (job->ledger)
		st = replay(job, job->ledger, &job->end);
	if (st != GR_OK || (st = replay(job, job->v->home.ledger, &job->end)) != GR_OK ||
	    /* Answers that were on their way then: nobody waits for them any more. */
	    (st = db_run(job->copy, "DELETE FROM outbox", "")) != GR_OK ||
	    (st = db_run(job->copy, "UPDATE session SET live = 0 WHERE live = 1", "")) != GR_OK ||
	    (live && (st = take_over(job)) != GR_OK))
		return st;
	str_format(text, sizeof text,
		   "put back as of %s; nothing is retired until gr-registry resume-retirement",
		   job->time);
	if ((st = rotation_pause(job->copy)) != GR_OK ||
	    (st = alarm_raise(job->copy, "restored", "", "", text, job->v->now)) != GR_OK)
		return st;
	return db_run(
	    job->copy,
	    "INSERT INTO meta VALUES ('restored', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1",
	    "i", job->v->now);
}

static enum status prepare_copy(struct job *job, bool live)
{
	enum status st;

	str_format(job->copy_path, sizeof job->copy_path, "%s/.restored.db", job->v->home.dir);
	remove_copy(job);
	if ((st = archive_put(&job->archive, "registry.db", job->copy_path, 0600)) != GR_OK ||
	    (st = db_open(&job->copy, job->copy_path, DB_OPEN)) != GR_OK ||
	    (live &&
	     (st = db_run(job->copy, "ATTACH ? AS live", "s",
			  sqlite3_db_filename(db_handle(job->v->db), "main"))) != GR_OK))
		return st;
	job->replay = (struct replay){ .db = job->copy, .now = job->v->now };
	if ((st = db_begin(job->copy)) == GR_OK && (st = prepare(job, live)) == GR_OK)
		st = db_commit(job->copy);
	db_rollback(job->copy);
	return st == GR_OK && live ? db_run(job->copy, "DETACH live", "") : st;
}

/* What was written to the ledger while the copy was made. */
static enum status catch_up(struct job *job)
{
	enum status st = db_begin(job->v->db);

	job->replay.db = job->v->db;
	if (st == GR_OK &&
	    (st = replay_ledger(&job->replay, job->v->home.ledger, job->end, &job->end)) == GR_OK)
		st = db_commit(job->v->db);
	return st;
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

static enum status restore(struct job *job, const char *passphrase)
{
	struct command *v = job->v;
	bool live;
	enum status st;

	if ((st = home_find(&v->home, v->home_dir)) != GR_OK ||
	    (st = archive_open(&job->archive, v->operands[0])) != GR_OK ||
	    (st = read_time(job)) != GR_OK || (st = home_make(&v->home)) != GR_OK ||
	    (st = home_make_signer(&v->home)) != GR_OK ||
	    (st = restore_ca(&job->archive, &v->home, passphrase)) != GR_OK ||
	    (st = find_ledger(job)) != GR_OK)
		return st;
	live = exists(v->home.registry);
	if (live && (st = db_open(&v->db, v->home.registry, DB_OPEN)) != GR_OK) {
		complain("%s: cannot be written over; stop broker and daemon and move it away",
			 v->home.registry);
		return st;
	}
	if ((st = prepare_copy(job, live)) != GR_OK ||
	    (!live && (st = db_open(&v->db, v->home.registry, DB_CREATE)) != GR_OK))
		return st;
	return put_back(job);
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
	if (st == GR_OK && (st = restore(&job, passphrase)) == GR_OK)
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
	enum status st = rotation_is_paused(v->db);

	if (st == GR_NO)
		complain("retirement is not paused");
	if (st != GR_OK || (st = rotation_resume(v->db)) != GR_OK ||
	    (st = db_run(v->db, "DELETE FROM alarm WHERE kind = 'restored'", "")) != GR_OK)
		return st;
	return command_answer(v, json_pack("{s:s}", "retirement", "resumed"));
}

int command_resume_retirement(int argc, char *argv[])
{
	static const struct arg_spec resume_spec = {
		"gr-registry resume-retirement", "[-H DIR] [-j]",
		"After a restore: retire again the certificates that lost.", command_options
	};

	return command_change(&resume_spec, argc, argv, 0, 0, resume);
}
