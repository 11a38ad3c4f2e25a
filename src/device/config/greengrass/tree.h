/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.h - keeps those keys of a Greengrass nucleus's configuration that gr reads, as a tree.
 *
 * Names are compared without regard to case, as the nucleus does (CaseInsensitiveString.java).
 * A key that is not read, and not on the path to one that is, is not kept: the tree stays small
 * however large the input is.
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
	char *text;		/* NULL: the value is null, a list or a map */
	unsigned long line;	/* line of the file that set it */
};

struct tree {
	struct tree_node root;
	size_t nodes;
};

/*
 * Returns how many names at the beginning of path are part of a path that is read; depth: all.
 */
size_t tree_wanted(const char *const path[], size_t depth);
/* Finds the node at path below from. NULL: there is none. */
struct tree_node *tree_find(const struct tree_node *from, const char *const path[], size_t depth);
/*
 * Finds or makes the child. NULL, one line that starts with where: too many keys, or out of
 * memory.
 */
struct tree_node *tree_make(struct tree *tree, struct tree_node *parent, const char *name,
			    const char *where);
/* Sets the node's value to a copy of text, which may be NULL. GR_FAIL, one line: out of memory. */
enum status tree_set(struct tree_node *node, const char *text, unsigned long line,
		     const char *where);
/* Marks node and all nodes below it as removed. */
void tree_remove(struct tree_node *node);
/* Returns the name of the service whose componentType is NUCLEUS. NULL: there is none. */
const char *tree_nucleus(const struct tree *tree);
/* Frees all nodes and zeroes the struct; takes a zeroed struct too. */
void tree_release(struct tree *tree);

#endif
