/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - the tree of the nucleus's keys that gr reads */
#include "config/greengrass/tree.h"
#include "complain.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TREE_NODES = 4000 }; /* a core has tens of services, with a handful of nodes each */

/* The paths of the keys that are read. "*" matches any name. */
static const char *const wanted[][TREE_DEPTH] = {
	{ "system", "thingName" },
	{ "system", "privateKeyPath" },
	{ "system", "certificateFilePath" },
	{ "system", "rootCaPath" },
	{ "services", "*", "componentType" },
	{ "services", "*", "configuration", "iotDataEndpoint" },
	{ "services", "*", "configuration", "mqtt", "port" },
	{ "services", "aws.greengrass.crypto.Pkcs11Provider", "configuration", "library" },
	{ "services", "aws.greengrass.crypto.Pkcs11Provider", "configuration", "slot" },
	{ "services", "aws.greengrass.crypto.Pkcs11Provider", "configuration", "userPin" },
};

/* Returns how many names at the beginning of path match pattern. */
static size_t matching(const char *const pattern[], const char *const path[], size_t depth)
{
	size_t n = 0;

	while (n < depth && n < TREE_DEPTH && pattern[n] &&
	       (strcmp(pattern[n], "*") == 0 || strcasecmp(pattern[n], path[n]) == 0))
		n++;
	return n;
}

size_t tree_wanted(const char *const path[], size_t depth)
{
	size_t most = 0;

	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		size_t n = matching(wanted[i], path, depth);

		if (n > most)
			most = n;
	}
	return most;
}

static struct tree_node *child_of(const struct tree_node *parent, const char *name)
{
	struct tree_node *n = parent->child;

	while (n && strcasecmp(n->name, name) != 0)
		n = n->next;
	return n;
}

struct tree_node *tree_find(const struct tree_node *from, const char *const path[], size_t depth)
{
	struct tree_node *node = NULL;

	for (size_t i = 0; i < depth; i++) {
		if (!(node = child_of(from, path[i])))
			return NULL;
		from = node;
	}
	return node;
}

struct tree_node *tree_make(struct tree *tree, struct tree_node *parent, const char *name,
			    const char *where)
{
	struct tree_node *node = child_of(parent, name);

	if (node)
		return node;
	if (tree->nodes >= TREE_NODES) {
		complain("%s: more than %d services and settings", where, TREE_NODES);
		return NULL;
	}
	if (!(node = calloc(1, sizeof *node)) || !(node->name = strdup(name))) {
		free(node);
		complain("%s: out of memory", where);
		return NULL;
	}
	tree->nodes++;
	node->parent = parent;
	node->next = parent->child;
	parent->child = node;
	return node;
}

/* Erases the text before it is freed: it may be a PIN. */
static void drop_text(struct tree_node *node)
{
	if (node->text)
		OPENSSL_cleanse(node->text, strlen(node->text));
	free(node->text);
	node->text = NULL;
}

enum status tree_set(struct tree_node *node, const char *text, unsigned long line,
		     const char *where)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy) {
		complain("%s: out of memory", where);
		return GR_FAIL;
	}
	drop_text(node);
	node->text = copy;
	node->line = line;
	node->state = TREE_SET;
	return GR_OK;
}

/* The recursion is at most TREE_DEPTH deep, since only paths in wanted are kept. */
void tree_remove(struct tree_node *node)
{
	drop_text(node);
	node->state = TREE_REMOVED;
	node->modtime = 0;
	for (struct tree_node *n = node->child; n; n = n->next)
		tree_remove(n);
}

const char *tree_nucleus(const struct tree *tree)
{
	static const char *const services[] = { "services" }, *const type[] = { "componentType" };
	const struct tree_node *all = tree_find(&tree->root, services, 1), *t;
	const char *found = NULL;

	for (const struct tree_node *n = all ? all->child : NULL; n; n = n->next)
		if ((t = tree_find(n, type, 1)) && t->text &&
		    strcasecmp(t->text, "NUCLEUS") == 0 &&
		    (!found || strcasecmp(n->name, "aws.greengrass.Nucleus") == 0))
			found = n->name;
	return found;
}

static void free_below(struct tree_node *node)
{
	struct tree_node *next;

	for (struct tree_node *n = node->child; n; n = next) {
		next = n->next;
		free_below(n);
		free(n->name);
		drop_text(n);
		free(n);
	}
}

void tree_release(struct tree *tree)
{
	free_below(&tree->root);
	*tree = (struct tree){ 0 };
}
