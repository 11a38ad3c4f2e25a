/* SPDX-License-Identifier: Apache-2.0 */
/* backup.c - the registry, the ledger and the authorities, all of one moment, into a folder */
#include "base/utc.h"
#include "complain.h"
#include "gr-registry/archive.h"
#include "gr-registry/commands.h"
#include "issuer/authority.h"
#include "issuer/sealed_key.h"
#include "key.h"
#include "pkcs11/key_reference.h"
#include "registry/command.h"
#include "registry/registry.h"
#include "registry/snapshot.h"
#include "secret.h"
#include "str.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 'k', "keys", "FILE",
	  "save the authorities' keys too, encrypted with the passphrase in FILE (\"-\": "
	  "standard input)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-registry backup", "[-H DIR] [-j] [-k FILE] BACKUP",
	"Save registry, ledger and authorities into a new directory, while everything runs.",
	options
};

struct job {
	struct command *v;
	struct archive archive;
	const char *passphrase;	/* NULL: without keys */
	off_t ledger;		/* so long it was at the moment of the copy */
	int left_out;		/* keys that are not in it */
};

/*
 * Who writes to the ledger does so within a transaction. With the lock of one in our hands nobody
 * is in the middle of it: the ledger says as much as the snapshot that is taken then.
 */
static enum status freeze(struct job *job)
{
	struct home *home = &job->v->home;
	struct db *writer = NULL;
	struct stat info;
	enum status st;

	st = registry_open(&writer, home->registry, DB_OPEN);
	if (st == GR_OK)
		st = db_begin(writer);
	if (st == GR_OK)
		st = db_snapshot(job->v->db);
	if (st == GR_OK) {
		if (stat(home->ledger, &info) == 0)
			job->ledger = info.st_size;
		else if (errno != ENOENT) {
			complain("%s: %s", home->ledger, strerror(errno));
			st = GR_FAIL;
		}
	}
	if (writer)
		db_rollback(writer);
	db_close(writer);
	return st;
}

static enum status copy_registry(struct job *job)
{
	struct progress progress;
	char path[PATH_MAX];
	enum status st = archive_path(path, &job->archive, "registry.db");

	if (st != GR_OK)
		return st;
	progress_start(&progress, "pages", 0);
	st = snapshot_save(job->v->db, path, &progress);
	progress_end(&progress);
	db_rollback(job->v->db);
	return st == GR_OK ? archive_note(&job->archive, "registry.db") : st;
}

static enum status copy_ledger(struct job *job)
{
	return job->ledger > 0
	    ? archive_copy(&job->archive, "ledger", job->v->home.ledger, job->ledger)
	    : archive_write(&job->archive, "ledger", "", 0);
}

/* A reference is no secret, and without it nobody knows which token has the key. */
static enum status copy_reference(struct job *job, const char *name, const char *text, size_t len)
{
	complain("%s: the key is in a token: %.*s; the backup says where, and does not hold the "
		 "key itself",
		 name, (int)strcspn(text, "?\n"), text);
	return archive_write(&job->archive, name, text, len);
}

static enum status seal_text(struct job *job, const char *name, const char *text, size_t len,
			     const char *path)
{
	EVP_PKEY *key = NULL;
	char *sealed = NULL;
	size_t size = 0;
	enum status st;

	if ((st = key_from_pem(&key, text, len, path)) == GR_OK &&
	    (st = sealed_key_pem(&sealed, &size, key, job->passphrase)) == GR_OK)
		st = archive_write(&job->archive, name, sealed, size);
	EVP_PKEY_free(key);
	free(sealed);
	return st;
}

static enum status copy_key(struct job *job, const char *name, const char *path)
{
	bool in_token;
	enum status st;
	char *text;
	size_t len;

	/* A key that stays here is looked at for no more than what it is. */
	st = job->passphrase ? authority_key_text(&text, &len, &in_token, path)
			     : secret_read(&text, &len, NULL, path, KEY_FILE_MAX);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	if (key_reference_is(text))
		st = copy_reference(job, name, text, len);
	else if (job->passphrase)
		st = seal_text(job, name, text, len, path);
	else
		job->left_out++;
	secret_free(text, len);
	return st;
}

static bool is_key(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".key") == 0;
}

static enum status copy_file(struct job *job, const char *folder, const char *from,
			     const char *name)
{
	char path[PATH_MAX], inside[300];
	struct stat info;

	if (!str_format(path, sizeof path, "%s/%s", from, name) ||
	    !str_format(inside, sizeof inside, "%s/%s", folder, name) || stat(path, &info) != 0 ||
	    !S_ISREG(info.st_mode) || name[0] == '.')
		return GR_OK;
	return is_key(name) ? copy_key(job, inside, path)
			    : archive_copy(&job->archive, inside, path, info.st_size);
}

static enum status copy_folder(struct job *job, const char *folder, const char *from)
{
	DIR *dir = opendir(from);
	struct dirent *entry;
	enum status st;

	if (!dir && errno == ENOENT)
		return GR_OK;
	if (!dir) {
		complain("%s: %s", from, strerror(errno));
		return GR_FAIL;
	}
	st = archive_mkdir(&job->archive, folder);
	while (st == GR_OK && (entry = readdir(dir)))
		st = copy_file(job, folder, from, entry->d_name);
	closedir(dir);
	return st;
}

static enum status write_time(struct job *job)
{
	char text[32];

	utc_format(text, job->v->now);
	return archive_write(&job->archive, "time", text, strlen(text));
}

static enum status backup(struct job *job)
{
	const struct home *home = &job->v->home;
	enum status st;

	if ((st = archive_make(&job->archive, job->v->operands[0])) != GR_OK)
		return st;
	if ((st = freeze(job)) != GR_OK)
		return st;
	if ((st = copy_registry(job)) != GR_OK)
		return st;
	if ((st = copy_ledger(job)) != GR_OK)
		return st;
	if ((st = copy_folder(job, "ca", home->ca)) != GR_OK)
		return st;
	if ((st = copy_folder(job, "trusted", home->trusted)) != GR_OK)
		return st;
	if ((st = write_time(job)) != GR_OK)
		return st;
	if ((st = archive_finish(&job->archive)) != GR_OK)
		return st;
	if (job->left_out > 0)
		complain("%s: the authorities' private keys (%d) are not in it, and without them "
			 "no certificate can be issued after a restore on another machine; keep "
			 "them elsewhere, or use --keys",
			 job->v->operands[0], job->left_out);
	return command_answer(job->v,
			      json_pack("{s:s, s:b}", "backup", job->v->operands[0], "keys",
					job->passphrase != NULL));
}

int command_backup(int argc, char *argv[])
{
	char *passphrase = NULL;
	const char *keys = NULL;
	struct command v = { 0 };
	struct job job = { .v = &v };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 'k')
			keys = optarg;
		else
			command_option(&v, ch);
	if ((st = command_open(&v, &spec, argc, argv, 1, 1)) == GR_OK && keys &&
	    (st = sealed_passphrase(&passphrase, keys)) == GR_OK)
		job.passphrase = passphrase;
	if (st == GR_OK)
		st = backup(&job);
	sealed_forget(passphrase);
	archive_release(&job.archive);
	return command_close(&v, st);
}
