/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation.h - one numbered directory of the store: private.key, certificate.pem and the mark
 * committed.
 *
 * Numbers count from 1. On any status but GR_OK one line has been written, unless a function says
 * otherwise.
 */
#ifndef GR_STORE_GENERATION_H
#define GR_STORE_GENERATION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "status.h"
#include "store/store.h"

enum { GENERATION_MAX = 256, GENERATION_WHERE = PATH_MAX };

struct generation_list {
	uint32_t number[GENERATION_MAX];	/* ascending */
	size_t count;
};
/* Lists all generations. GR_BAD: more than GENERATION_MAX. */
enum status generation_list(struct generation_list *list, const struct store *store);
/* Gives a number that no generation has: the greatest one plus 1. */
enum status generation_next(uint32_t *generation, const struct store *store);

/* Opens its directory; close it. GR_NO, silent: no such generation. */
enum status generation_open(int *fd, const struct store *store, uint32_t generation);
/* Writes "<store>/<number>", for error lines; cut where too long. */
void generation_where(char to[static GENERATION_WHERE], const struct store *store,
		      uint32_t generation);
/*
 * Tells whether the generation has that file. GR_NO, silent: no such file, or no such generation.
 */
enum status generation_has(const struct store *store, uint32_t generation, const char *file);
/* Tells whether it has the mark committed. GR_NO, silent: no. GR_FAIL: it cannot be told. */
enum status generation_is_committed(const struct store *store, uint32_t generation);

/* A file of a generation, or one that may become that: its bytes, and who may read it. */
struct generation_file {
	char *data;		/* may be secret */
	size_t len;
	struct stat stat;
};
/*
 * Reads the file name in an open directory, and follows no link. Root reads a file of another user
 * as root. where names it in error lines. generation_file_release it. GR_NO, silent: no such file.
 */
enum status generation_file_read(struct generation_file *file, int dir, const char *name,
				 const char *where, size_t max);
/* Wipes and frees the bytes; takes a zeroed struct. */
void generation_file_release(struct generation_file *file);
/*
 * Reads private.key in the directory of that name below the store. GR_NO, silent: no such
 * directory, or no such file.
 */
enum status generation_key_in(struct generation_file *file, const struct store *store,
			      const char *directory);
/* Does the same for a generation. */
enum status generation_key(struct generation_file *file, const struct store *store,
			   uint32_t generation);

/* Makes the directory where it is missing, as open to readers as the store itself. */
enum status generation_make(const struct store *store, uint32_t generation);
/* Writes file durably with owner, group and permissions of like. */
enum status generation_write(const struct store *store, uint32_t generation, const char *file,
			     const void *data, size_t len, const struct stat *like);
/* Sets the mark committed, durably. */
enum status generation_commit(const struct store *store, uint32_t generation);
/* Tries, before anything is changed, whether owners and modes of both files can be given here. */
enum status generation_try(const struct store *store, const struct stat *key,
			   const struct stat *certificate);
/* Removes what a generation_try that was cut short has left. */
void generation_untry(const struct store *store);
/*
 * Makes a new, committed generation out of two files: nothing of it can be seen before all of it
 * is durable.
 */
enum status generation_import(const struct store *store, uint32_t generation,
			      const struct generation_file *key,
			      const struct generation_file *certificate);

#endif
