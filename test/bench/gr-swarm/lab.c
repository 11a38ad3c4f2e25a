/* lab.c - the lab, as the swarm needs it */
#define _GNU_SOURCE	/* pipe2 */
#include "gr-swarm/lab.h"
#include "alg.h"
#include "arg.h"
#include "complain.h"
#include "csr.h"
#include "file.h"
#include "key.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PEM_MAX = 16384 };

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

	if (!str_format(lab->home, sizeof lab->home, "%s/home", dir) || !str_format(lab->ca, sizeof lab->ca, "%s/home/ca/ca.pem", dir)) {
		complain("%s: the path is too long", dir);
		return GR_BAD;
	}
	if ((st = read_number(&lab->port, dir, "port")) != GR_OK || (st = read_number(&broker, dir, "broker.pid")) != GR_OK ||
	    (st = read_number(&backend, dir, "backend.pid")) != GR_OK)
		return st;
	lab->broker = (pid_t)broker;
	lab->daemon = (pid_t)backend;
	return GR_OK;
}

/* Descriptors of a child: what it reads, what it prints. */
struct ends {
	int in, out;
};

static enum status spawn(pid_t *pid, const char *const argv[], struct ends ends)
{
	posix_spawn_file_actions_t actions;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends.in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends.out, STDOUT_FILENO);
	error = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error == 0)
		return GR_OK;
	complain("%s: %s", argv[0], strerror(error));
	return GR_FAIL;
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

/* A child inherits nothing of them but its standard input and output. */
static enum status open_pipes(int to[2], int from[2])
{
	if (pipe2(to, O_CLOEXEC) == 0) {
		if (pipe2(from, O_CLOEXEC) == 0)
			return GR_OK;
		close(to[0]);
		close(to[1]);
	}
	complain("pipe: %s", strerror(errno));
	return GR_FAIL;
}

static size_t read_to_end(char *to, size_t size, int fd)
{
	size_t used = 0;
	ssize_t n;

	while (used < size && ((n = read(fd, to + used, size - used)) > 0 || (n < 0 && errno == EINTR)))
		used += n > 0 ? (size_t)n : 0;
	return used;
}

/* Gives input (shorter than a pipe) to the command and takes its output. */
static enum status filter(char *output, size_t *len, size_t size, const char *const argv[], const char *input)
{
	int to[2], from[2];
	pid_t pid = -1;
	bool given;
	enum status st;

	if ((st = open_pipes(to, from)) != GR_OK)
		return st;
	st = spawn(&pid, argv, (struct ends){ to[0], from[1] });
	close(to[0]);
	close(from[1]);
	given = write(to[1], input, strlen(input)) == (ssize_t)strlen(input);
	close(to[1]);
	*len = read_to_end(output, size, from[0]);
	close(from[0]);
	if (st == GR_OK)
		st = await(pid, argv[0]);
	return st == GR_OK && !given ? GR_FAIL : st;
}

static enum status make_request(char **csr, struct device *d)
{
	static const struct alg_key key = { "ECDSA-P256", EVP_PKEY_EC, 0, "P-256" };
	static const struct alg_sign sign = { "ECDSA-WITH-SHA256", EVP_PKEY_EC, "SHA256", false };
	X509_NAME *subject = X509_NAME_new();
	enum status st = GR_FAIL;

	if (subject && X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)d->thing, -1, -1, 0) == 1 &&
	    (st = key_generate(&d->live.key, &key)) == GR_OK)
		st = csr_make(csr, d->live.key, subject, &sign);
	X509_NAME_free(subject);
	return st;
}

enum status lab_register(struct device *d, const struct lab *lab)
{
	const char *const argv[] = { "gr-registry", "register", "-H", lab->home, "-p", "rotation", "-g", "all", d->thing, NULL };
	char *csr = NULL, pem[PEM_MAX];
	size_t len = 0;
	BIO *bio;
	enum status st;

	if ((st = make_request(&csr, d)) != GR_OK)
		return st;
	st = filter(pem, &len, sizeof pem, argv, csr);
	free(csr);
	if (st != GR_OK)
		return st;
	bio = BIO_new_mem_buf(pem, (int)len);
	d->live.cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	BIO_free(bio);
	if (d->live.cert)
		return GR_OK;
	complain("%s: gr-registry printed no certificate", d->thing);
	return GR_FAIL;
}

enum status lab_create_job(const struct lab *lab, const char *job)
{
	const char *const argv[] = { "gr-jobs", "create", "-H", lab->home, "-t", "thinggroup/all", job, NULL };
	char said[256];
	size_t len;

	return filter(said, &len, sizeof said, argv, "");
}
