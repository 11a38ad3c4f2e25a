/* SPDX-License-Identifier: Apache-2.0 */
/* copy.h - messages that are held back, kept or on their way a second time. */
#ifndef GR_COPY_H
#define GR_COPY_H

#include <stdint.h>

#include "letter.h"

struct copy {
	struct copy *next;
	int64_t due;	/* clock_boot_ms */
	struct letter letter;	/* payload is the copy's own */
};

/* NULL: out of memory. A list is ended by NULL. */
struct copy *copy_of(const struct letter *letter, int64_t due);
void copy_append(struct copy **list, struct copy *copy);
/*
 * Copies the n-th copy, from 1, or (0) all of them to the end of another list. False: out of
 * memory, or not as many.
 */
bool copy_list(struct copy **to, const struct copy *from, unsigned long n, int64_t due);
void copies_free(struct copy **list);

#endif
