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

#include "status.h"
#include "store/store.h"

struct pair;

enum { GENERATION_MAX = 256, GENERATION_WHERE = PATH_MAX };

struct generation_list {
	uint32_t number[GENERATION_MAX];	/* ascending */
	size_t count;
};
/* GR_BAD: more than GENERATION_MAX. */
enum status generation_list(struct generation_list *list, const struct store *store);
/* A number that no generation bears: the greatest one and 1. */
enum status generation_next(uint32_t *generation, const struct store *store);

/* Its directory; close it. GR_NO, silent: no such generation. */
enum status generation_open(int *fd, const struct store *store, uint32_t generation);
/* "<store>/<number>", for error lines; cut where too long. */
void generation_where(char to[static GENERATION_WHERE], const struct store *store,
		      uint32_t generation);
/* GR_NO, silent: no such file, or no such generation. */
enum status generation_has(const struct store *store, uint32_t generation, const char *file);
/* Does it bear the mark? GR_NO, silent: no. GR_FAIL is not an answer. */
enum status generation_is_committed(const struct store *store, uint32_t generation);

/* Makes it, or leaves it as it is; as open to readers as the store itself. */
enum status generation_make(const struct store *store, uint32_t generation);
/* Writes file durably with owner, group and permissions of like. */
enum status generation_write(const struct store *store, uint32_t generation, const char *file,
			     const void *data, size_t len, const struct stat *like);
/* Sets the mark durably. */
enum status generation_commit(const struct store *store, uint32_t generation);
/* Before anything is changed: can owners and modes of pair's files be given here? */
enum status generation_try(const struct store *store, const struct pair *pair);
/*
 * A new, committed generation out of pair: nothing of it can be seen before all of it is durable.
 */
enum status generation_import(const struct store *store, uint32_t generation,
			      const struct pair *pair);

#endif
