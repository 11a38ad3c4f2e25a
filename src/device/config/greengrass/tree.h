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

enum { GG_DEPTH = 5 };	/* names in the longest path that we read */

enum gg_state { GG_ABSENT, GG_REMOVED, GG_SET };

struct gg_node {
	char *name;
	struct gg_node *parent, *child, *next;
	int64_t modtime;	/* milliseconds since 1970, of the newest change here or below */
	enum gg_state state;
	char *text;		/* NULL: null, a list, a map */
	unsigned long line;	/* where it was set */
};

struct tree {
	struct gg_node root;
	size_t nodes;
};

/* How many names of path lead to keys that we read; depth: all of them. */
size_t gg_wanted(const char *const path[], size_t depth);
/* NULL: none. */
struct gg_node *gg_find(const struct gg_node *from, const char *const path[], size_t depth);
/*
 * Finds or makes the child. NULL, one line that starts with where: too many keys, or out of
 * memory.
 */
struct gg_node *gg_make(struct tree *tree, struct gg_node *parent, const char *name,
			const char *where);
/* Takes a copy of text, which may be NULL. GR_FAIL, one line: out of memory. */
enum status gg_set(struct gg_node *node, const char *text, unsigned long line, const char *where);
/* Marks node and all below as removed. */
void gg_remove(struct gg_node *node);
/* The service that is the nucleus itself (componentType), by its name; NULL: none says so. */
const char *gg_nucleus(const struct tree *tree);
/* Frees all; takes a zeroed struct, and leaves one. */
void gg_release(struct tree *tree);

#endif
