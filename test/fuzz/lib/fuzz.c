/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz.c - parts of an input, and places for those parsers that want a file */
#define _GNU_SOURCE	/* memfd_create */
#include "lib/fuzz.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

/*
 * Error lines are made and go nowhere, for most inputs have one; with FUZZ_LOUD set they are seen.
 */
ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	static int loud = -1;

	if (loud < 0)
		loud = getenv("FUZZ_LOUD") != NULL;
	return fd == STDERR_FILENO && !loud ? (ssize_t)size : __real_write(fd, data, size);
}

void *fuzz_block(const void *data, size_t size)
{
	void *block = malloc(size);

	FUZZ_HOLDS(block || size == 0);
	if (size > 0)
		memcpy(block, data, size);
	return block;
}

char *fuzz_rest(size_t *len, struct fuzz_parts *parts)
{
	char *text = malloc(parts->left + 1);

	FUZZ_HOLDS(text);
	if (parts->left > 0)
		memcpy(text, parts->at, parts->left);
	text[parts->left] = '\0';
	*len = parts->left;
	parts->left = 0;
	return text;
}

char *fuzz_part(struct fuzz_parts *parts)
{
	const uint8_t *end = parts->left > 0 ? memchr(parts->at, '\0', parts->left) : NULL;
	size_t len = end ? (size_t)(end - parts->at) : parts->left, ignored;
	struct fuzz_parts one = { parts->at, len };

	parts->at += len + (end != NULL);
	parts->left -= len + (end != NULL);
	return fuzz_rest(&ignored, &one);
}

char *fuzz_pem(size_t *len, const char *name, const uint8_t *data, size_t size)
{
	struct fuzz_parts all = { data, size };
	char *text = NULL, *copy;
	BIO *bio;
	long n;

	if (size >= 5 && memcmp(data, "-----", 5) == 0)
		return fuzz_rest(len, &all);
	bio = BIO_new(BIO_s_mem());
	FUZZ_HOLDS(bio && PEM_write_bio(bio, name, "", data, (long)size) >= 0);
	n = BIO_get_mem_data(bio, &text);
	all = (struct fuzz_parts){ (const uint8_t *)text, n > 0 ? (size_t)n : 0 };
	copy = fuzz_rest(len, &all);
	BIO_free(bio);
	return copy;
}

const char *fuzz_folder(void)
{
	static char folder[4096];
	const char *below = getenv("TMPDIR");

	if (folder[0])
		return folder;
	snprintf(folder, sizeof folder, "%s/gr-fuzz.XXXXXX", below ? below : "/dev/shm");
	FUZZ_HOLDS(mkdtemp(folder));
	return folder;
}

static void fill(int fd, const void *data, size_t size)
{
	FUZZ_HOLDS(fd >= 0 && ftruncate(fd, 0) == 0);
	FUZZ_HOLDS(pwrite(fd, data, size, 0) == (ssize_t)size);
}

const char *fuzz_file(const void *data, size_t size)
{
	static char path[64];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("input", MFD_CLOEXEC);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	}
	fill(fd, data, size);
	return path;
}

void fuzz_write(const char *name, const void *data, size_t size)
{
	char path[4096 + 64];
	int fd;

	snprintf(path, sizeof path, "%s/%s", fuzz_folder(), name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	fill(fd, data, size);
	close(fd);
}
