/* SPDX-License-Identifier: Apache-2.0 */
/* lab.c - the lab, as the swarm needs it */
#define _GNU_SOURCE	/* environ */
#include "gr-swarm/lab.h"
#include "arg.h"
#include "complain.h"
#include "file.h"
#include "key.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A number alone in a file of the lab. */
static enum status read_number(uint32_t *value, const char *dir, const char *name)
{
	char path[PATH_MAX], *text = NULL;
	size_t len;
	enum status st;

	str_format(path, sizeof path, "%s/%s", dir, name);
	if ((st = file_read(&text, &len, path, 32)) == GR_NO)
		complain("%s: no such file; is a lab running there?", path);
	if (st != GR_OK)
		return st == GR_NO ? GR_BAD : st;
	text[strcspn(text, "\n")] = '\0';
	st = arg_u32(value, path, text);
	free(text);
	return st;
}

enum status lab_find(struct lab *lab, const char *dir)
{
	uint32_t broker = 0, backend = 0;
	enum status st;

	if (!str_format(lab->home, sizeof lab->home, "%s/home", dir) ||
	    !str_format(lab->ca, sizeof lab->ca, "%s/home/ca/ca.pem", dir)) {
		complain("%s: the path is too long", dir);
		return GR_BAD;
	}
	if ((st = read_number(&lab->port, dir, "port")) != GR_OK ||
	    (st = read_number(&broker, dir, "broker.pid")) != GR_OK ||
	    (st = read_number(&backend, dir, "backend.pid")) != GR_OK)
		return st;
	lab->broker = (pid_t)broker;
	lab->daemon = (pid_t)backend;
	return GR_OK;
}

/* The next pair in the file. GR_NO: there are no more. */
static enum status read_pair(struct device *d, FILE *f, const char *path)
{
	struct pair *pair = &d->live;
	int next = getc(f);

	*d = (struct device){ .channel.fd = -1 };
	if (next == EOF)
		return GR_NO;
	ungetc(next, f);
	if ((pair->key = PEM_read_PrivateKey(f, NULL, key_no_passphrase, NULL)) &&
	    (pair->cert = PEM_read_X509(f, NULL, key_no_passphrase, NULL)) &&
	    X509_NAME_get_text_by_NID(X509_get_subject_name(pair->cert), NID_commonName, d->thing,
				      sizeof d->thing) > 0)
		return GR_OK;
	complain("%s: not keys and certificates of gr-fleet: %s", path, complain_openssl());
	pair_release(pair);
	return GR_BAD;
}

static bool make_room(struct fleet *fleet, size_t *size)
{
	struct device *more;

	if (fleet->count < *size)
		return true;
	*size = *size ? 2 * *size : 256;
	if ((more = realloc(fleet->devices, *size * sizeof *more)))
		fleet->devices = more;
	return more;
}

enum status lab_fleet(struct fleet *fleet, const char *dir, const char *group)
{
	char path[PATH_MAX];
	size_t size = 0;
	enum status st;
	FILE *f;

	*fleet = (struct fleet){ 0 };
	str_format(path, sizeof path, "%s/%s.pem", dir, group);
	if (!(f = fopen(path, "re"))) {
		complain("%s: %s; gr-fleet -k makes it", path, strerror(errno));
		return GR_BAD;
	}
	do {
		if ((st = make_room(fleet, &size)
			 ? read_pair(&fleet->devices[fleet->count], f, path)
			 : GR_FAIL) == GR_OK)
			fleet->count++;
	} while (st == GR_OK);
	fclose(f);
	return st == GR_NO ? GR_OK : st;
}

void fleet_release(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->count; i++)
		device_release(&fleet->devices[i]);
	free(fleet->devices);
	*fleet = (struct fleet){ 0 };
}

static enum status await(pid_t pid, const char *what)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return GR_FAIL;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return GR_OK;
	complain("%s: did not work", what);
	return GR_FAIL;
}

enum status lab_create_job(const struct lab *lab, const char *group, const char *job)
{
	char target[160];
	const char *const argv[] = {
		"gr-jobs", "create", "-H", lab->home, "-t", target, job, NULL
	};
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int error;

	str_format(target, sizeof target, "thinggroup/%s", group);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	error = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error == 0)
		return await(pid, argv[0]);
	complain("%s: %s", argv[0], strerror(error));
	return GR_FAIL;
}
