/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.h - those keys of a Greengrass nucleus's configuration that tell who the device is, as a
 * tree.
 *
 * Names are compared without regard to case, as the nucleus does (CaseInsensitiveString.java).
 * Whatever leads nowhere near a key that we read is not kept, so the size of the input does not
 * matter.
 */
#ifndef GR_CONFIG_GREENGRASS_TREE_H
#define GR_CONFIG_GREENGRASS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

enum { TREE_DEPTH = 5 }; /* names in the longest path that we read */

enum tree_state { TREE_ABSENT, TREE_REMOVED, TREE_SET };

struct tree_node {
	char *name;
	struct tree_node *parent, *child, *next;
	int64_t modtime;	/* milliseconds since 1970, of the newest change here or below */
	enum tree_state state;
	char *text;		/* NULL: null, a list, a map */
	unsigned long line;	/* where it was set */
};

struct tree {
	struct tree_node root;
	size_t nodes;
};

/* How many names of path lead to keys that we read; depth: all of them. */
size_t tree_wanted(const char *const path[], size_t depth);
/* NULL: none. */
struct tree_node *tree_find(const struct tree_node *from, const char *const path[], size_t depth);
/*
 * Finds or makes the child. NULL, one line that starts with where: too many keys, or out of
 * memory.
 */
struct tree_node *tree_make(struct tree *tree, struct tree_node *parent, const char *name,
			    const char *where);
/* Takes a copy of text, which may be NULL. GR_FAIL, one line: out of memory. */
enum status tree_set(struct tree_node *node, const char *text, unsigned long line,
		     const char *where);
/* Marks node and all below as removed. */
void tree_remove(struct tree_node *node);
/* The service that is the nucleus itself (componentType), by its name; NULL: none says so. */
const char *tree_nucleus(const struct tree *tree);
/* Frees all; takes a zeroed struct, and leaves one. */
void tree_release(struct tree *tree);

#endif
