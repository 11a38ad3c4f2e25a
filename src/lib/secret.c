/* SPDX-License-Identifier: Apache-2.0 */
/* secret.c - what is to stay in this process */
#include "secret.h"
#include "complain.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * HEAP: what an unprivileged process may lock in old containers (RLIMIT_MEMLOCK), and many times
 * what one key needs. CORE_NONE: a core file of one byte is none, and a handler that the kernel
 * pipes core dumps to, which a limit of 0 does not stop (core(5)), is not even started.
 */
enum { HEAP = 65536, HEAP_LEAST = 32, CORE_NONE = 1 };

/*
 * prctl(PR_SET_DUMPABLE) would say more, and takes /proc/self from a program that is not root's,
 * which some of ours need.
 */
static void forbid_core(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max < CORE_NONE)
		return;
	limit.rlim_cur = limit.rlim_max = CORE_NONE;
	(void)setrlimit(RLIMIT_CORE, &limit);	/* a limit can always be lowered */
}

/*
 * What OpenSSL frees is wiped: its decoders leave the DER of a private key in ordinary memory (3.0
 * to 3.5: ossl_read_der's buffer is freed as it is).
 */
static void *wiping_malloc(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return malloc(size);
}

static void wiping_free(void *block, const char *file, int line)
{
	(void)file, (void)line;
	if (block)
		OPENSSL_cleanse(block, malloc_usable_size(block));
	free(block);
}

static void *wiping_realloc(void *block, size_t size, const char *file, int line)
{
	size_t had = block ? malloc_usable_size(block) : 0;
	void *larger = malloc(size);

	if (!larger)
		return NULL;
	if (had > 0)
		memcpy(larger, block, had < size ? had : size);
	wiping_free(block, file, line);
	return larger;
}

void secret_guard(void)
{
	forbid_core();
	/* refused once OpenSSL has memory */
	(void)CRYPTO_set_mem_functions(wiping_malloc, wiping_realloc, wiping_free);
	/* without it there is ordinary memory */
	(void)CRYPTO_secure_malloc_init(HEAP, HEAP_LEAST);
}

char *secret_alloc(size_t size)
{
	char *text = OPENSSL_secure_malloc(size);

	return text ? text : OPENSSL_malloc(size);
}

void secret_free(char *text, size_t len)
{
	/* what malloc gave OPENSSL_free takes, see wiping_free */
	OPENSSL_secure_clear_free(text, len);
}

static enum status read_all(char *buf, size_t *used, int fd, const char *where, size_t size)
{
	enum status st;
	ssize_t n;

	for (*used = 0; *used < size; *used += (size_t)n) {
		if ((n = read(fd, buf + *used, size - *used)) == 0)
			break;
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0) {
			st = errno == EISDIR ? GR_BAD : GR_FAIL;
			complain("%s: %s", where, strerror(errno));
			return st;
		}
	}
	return GR_OK;
}

/* As much as it takes is had at once: what is enlarged leaves a copy behind. */
enum status secret_read_open(char **text, size_t *len, int fd, const char *where, size_t max)
{
	struct stat own;
	size_t size = max + 1, used = 0;
	enum status st;
	char *buf;

	if (fstat(fd, &own) == 0 && S_ISREG(own.st_mode) && (uintmax_t)own.st_size < max)
		size = (size_t)own.st_size + 1;
	if (!(buf = secret_alloc(size + 1))) {
		complain("%s: out of memory", where);
		return GR_FAIL;
	}
	st = read_all(buf, &used, fd, where, size);
	if (st == GR_OK && used > max) {
		complain("%s: larger than %zu bytes", where, max);
		st = GR_BAD;
	} else if (st == GR_OK && used == size) {
		complain("%s: grows while it is read", where);
		st = GR_FAIL;
	}
	if (st != GR_OK) {
		secret_free(buf, size + 1);
		return st;
	}
	buf[used] = '\0';
	*text = buf;
	*len = used;
	return GR_OK;
}

enum status secret_read(char **text, size_t *len, struct stat *status, const char *path,
			size_t max)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat own;
	enum status st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return GR_NO;
	if (fd < 0 || fstat(fd, &own) != 0) {
		complain("%s: %s", path, strerror(errno));
		st = GR_FAIL;
	} else if ((st = secret_read_open(text, len, fd, standard ? "standard input" : path,
					  max)) == GR_OK &&
		   status) {
		*status = own;
	}
	if (fd >= 0 && !standard)
		close(fd);
	return st;
}

enum status secret_read_at(char **text, size_t *len, struct stat *status, int dirfd,
			   const char *name, const char *where, size_t max)
{
	struct stat own;
	enum status st;
	int fd;

	if ((st = file_open_at(&fd, &own, dirfd, name, where)) != GR_OK)
		return st;
	st = secret_read_open(text, len, fd, where, max);
	close(fd);
	if (st == GR_OK && status)
		*status = own;
	return st;
}
