/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flip: what the backend decides while one bit of its registry is wrong, for backend/damage.bats.
 * usage: flip connect|retire REGISTRY THINGS SEED COUNT [TEXT]
 *
 * THINGS has a line for each certificate: "yes|no CERTIFICATE THING". COUNT times one bit of the
 * file, which nobody may have open, is turned, and turned back. connect: asks of each certificate
 * whether it may connect as the thing; a yes must never become a no, nor a no a yes. retire: runs
 * the reconciler once; no certificate with a yes may be out of use afterwards. Prints each bit
 * with which that went wrong, and how often there was an answer and how often silence. With TEXT
 * the bits are those of places that hold it.
 */
#define _GNU_SOURCE	/* memmem */
#include "broker/identity.h"
#include "clock.h"
#include "registry/registry.h"
#include "rotation/reconcile.h"
#include "str.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 1000 };

static struct known {
	bool yes;
	char certificate[65], thing[129];
} known[MOST];
static int count;

static void read_things(const char *path)
{
	char word[4];
	FILE *f = fopen(path, "re");

	while (f && count < MOST &&
	       fscanf(f, "%3s %64s %128s", word, known[count].certificate,
		      known[count].thing) == 3)
		known[count++].yes = strcmp(word, "yes") == 0;
	if (!f || fclose(f) != 0 || count == 0)
		exit(100);
}

/* xorshift: the same places for the same seed on each machine. */
static uint64_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

static void turn(int fd, off_t byte, int bit)
{
	unsigned char c;

	if (pread(fd, &c, 1, byte) != 1)
		exit(111);
	c ^= (unsigned char)(1 << bit);
	if (pwrite(fd, &c, 1, byte) != 1)
		exit(111);
}

/* The first byte of one of the places that hold text, each as likely as the others. */
static off_t place(int fd, const char *text, off_t size, uint64_t *state)
{
	char *all = malloc((size_t)size), *at = all, *found = NULL;
	uint64_t places = 0;

	if (!all || pread(fd, all, (size_t)size, 0) != (ssize_t)size)
		exit(111);
	while ((at = memmem(at, (size_t)(all + size - at), text, strlen(text)))) {
		if (next(state) % ++places == 0)
			found = at;
		at++;
	}
	if (!found)
		exit(100);
	size = found - all;
	free(all);
	return size;
}

static int wrong, answers, silence;

static void ask(const struct identity_source *source, const struct known *k)
{
	struct identity who;
	const char *why = "";
	enum status st;

	(void)registry_reader_open(source->reader);
	st = identity_establish(&who, &why, source, NULL, k->certificate, k->thing, "");
	if (st == GR_OK)
		identity_release(&who);
	*(st == GR_FAIL ? &silence : &answers) += 1;
	if (st != GR_FAIL && k->yes != (st == GR_OK)) {
		printf("%s: %s: %s\n", k->thing, k->yes ? "refused" : "let in", why);
		wrong++;
	}
}

static void connect_all(const char *path)
{
	struct identity_source source = { registry_reader_new(path), policies_cache_new(), -1 };

	for (int i = 0; i < count; i++)
		ask(&source, &known[i]);
	registry_reader_free(source.reader);
	policies_cache_free(source.cache);
}

static bool is_out_of_use(struct db *db, const char *certificate)
{
	int64_t out = 0;

	return db_number(&out, db, "SELECT 1 FROM departure WHERE certificate = ?", "s",
			 certificate) == GR_OK;
}

/* In one transaction, which is not committed. */
static void retire_all(const char *path)
{
	struct db *db = NULL;
	bool more;
	enum status st = registry_open(&db, path, DB_OPEN);

	if (st == GR_OK)
		st = db_begin(db);
	if (st == GR_OK)
		st = reconcile_run(&more, db, INT64_C(1) << 40, clock_real_ms());
	*(st == GR_OK ? &answers : &silence) += 1;
	for (int i = 0; db && i < count; i++)
		if (known[i].yes && is_out_of_use(db, known[i].certificate)) {
			printf("%s: %s was retired\n", known[i].thing, known[i].certificate);
			wrong++;
		}
	if (db)
		db_rollback(db);
	db_close(db);
}

int main(int argc, char *argv[])
{
	uint64_t state;
	struct stat info;
	int fd, before;

	if (argc < 6 || argc > 7 || stat(argv[2], &info) != 0)
		return 100;
	fd = open(argv[2], O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return 111;
	read_things(argv[3]);
	state = strtoull(argv[4], NULL, 10) * 0x9e3779b97f4a7c15u + 1;
	for (int n = atoi(argv[5]); n > 0; n--) {
		off_t byte = argc == 6
		    ? (off_t)(next(&state) % (uint64_t)info.st_size)
		    : place(fd, argv[6], info.st_size, &state) +
			(off_t)(next(&state) % strlen(argv[6]));
		int bit = (int)(next(&state) % 8);

		before = wrong;
		turn(fd, byte, bit);
		if (strcmp(argv[1], "connect") == 0)
			connect_all(argv[2]);
		else
			retire_all(argv[2]);
		turn(fd, byte, bit);
		if (wrong > before)
			printf("... with bit %d of byte %lld (page %lld)\n", bit, (long long)byte,
			       (long long)byte / 4096 + 1);
	}
	close(fd);
	fprintf(stderr, "%d answers, %d times silence, %d wrong\n", answers, silence, wrong);
	return wrong > 0;
}
