/* SPDX-License-Identifier: Apache-2.0 */
/* copy.c - messages that are held back, kept or on their way a second time */
#include "copy.h"

#include <stdlib.h>
#include <string.h>

struct copy *copy_of(const struct letter *letter, int64_t due)
{
	struct copy *copy = malloc(sizeof *copy);
	void *payload = malloc(letter->len + 1);

	if (!copy || !payload) {
		free(copy);
		free(payload);
		return NULL;
	}
	if (letter->len > 0)
		memcpy(payload, letter->payload, letter->len);
	*copy = (struct copy){ .due = due, .letter = *letter };
	copy->letter.payload = payload;
	return copy;
}

void copy_append(struct copy **list, struct copy *copy)
{
	while (*list)
		list = &(*list)->next;
	copy->next = NULL;
	*list = copy;
}

bool copy_list(struct copy **to, const struct copy *from, unsigned long n, int64_t due)
{
	bool done = n == 0;

	for (unsigned long i = 1; from; from = from->next, i++) {
		struct copy *copy = n == 0 || n == i ? copy_of(&from->letter, due) : NULL;

		if (copy)
			copy_append(to, copy);
		else if (n == 0 || n == i)
			return false;
		done = done || n == i;
	}
	return done;
}

void copies_free(struct copy **list)
{
	while (*list) {
		struct copy *copy = *list;

		*list = copy->next;
		free((void *)copy->letter.payload);
		free(copy);
	}
}
