/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - keys of the nucleus */
#include "config/greengrass/tree.h"
#include "complain.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { GG_NODES = 4000 };	/* a core has tens of services, with a handful of nodes each */

/* "*" is any name. */
static const char *const wanted[][GG_DEPTH] = {
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

static size_t matching(const char *const pattern[], const char *const path[], size_t depth)
{
	size_t n = 0;

	while (n < depth && n < GG_DEPTH && pattern[n] &&
	       (strcmp(pattern[n], "*") == 0 || strcasecmp(pattern[n], path[n]) == 0))
		n++;
	return n;
}

size_t gg_wanted(const char *const path[], size_t depth)
{
	size_t most = 0;

	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		size_t n = matching(wanted[i], path, depth);

		if (n > most)
			most = n;
	}
	return most;
}

static struct gg_node *child_of(const struct gg_node *parent, const char *name)
{
	struct gg_node *n = parent->child;

	while (n && strcasecmp(n->name, name) != 0)
		n = n->next;
	return n;
}

struct gg_node *gg_find(const struct gg_node *from, const char *const path[], size_t depth)
{
	struct gg_node *node = NULL;

	for (size_t i = 0; i < depth; i++) {
		if (!(node = child_of(from, path[i])))
			return NULL;
		from = node;
	}
	return node;
}

struct gg_node *gg_make(struct tree *tree, struct gg_node *parent, const char *name,
			const char *where)
{
	struct gg_node *node = child_of(parent, name);

	if (node)
		return node;
	if (tree->nodes >= GG_NODES) {
		complain("%s: more than %d services and settings", where, GG_NODES);
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

/* It may be a PIN. */
static void drop_text(struct gg_node *node)
{
	if (node->text)
		OPENSSL_cleanse(node->text, strlen(node->text));
	free(node->text);
	node->text = NULL;
}

enum status gg_set(struct gg_node *node, const char *text, unsigned long line, const char *where)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy) {
		complain("%s: out of memory", where);
		return GR_FAIL;
	}
	drop_text(node);
	node->text = copy;
	node->line = line;
	node->state = GG_SET;
	return GR_OK;
}

/* Known paths are short, so this goes at most GG_DEPTH deep. */
void gg_remove(struct gg_node *node)
{
	drop_text(node);
	node->state = GG_REMOVED;
	node->modtime = 0;
	for (struct gg_node *n = node->child; n; n = n->next)
		gg_remove(n);
}

const char *gg_nucleus(const struct tree *tree)
{
	static const char *const services[] = { "services" }, *const type[] = { "componentType" };
	const struct gg_node *all = gg_find(&tree->root, services, 1), *t;
	const char *found = NULL;

	for (const struct gg_node *n = all ? all->child : NULL; n; n = n->next)
		if ((t = gg_find(n, type, 1)) && t->text && strcasecmp(t->text, "NUCLEUS") == 0 &&
		    (!found || strcasecmp(n->name, "aws.greengrass.Nucleus") == 0))
			found = n->name;
	return found;
}

static void free_below(struct gg_node *node)
{
	struct gg_node *next;

	for (struct gg_node *n = node->child; n; n = next) {
		next = n->next;
		free_below(n);
		free(n->name);
		drop_text(n);
		free(n);
	}
}

void gg_release(struct tree *tree)
{
	free_below(&tree->root);
	*tree = (struct tree){ 0 };
}
