/* SPDX-License-Identifier: Apache-2.0 */
/* transaction_log.c - replay of the nucleus's transaction log */
#include "config/greengrass/transaction_log.h"
#include "complain.h"
#include "file.h"
#include "json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	LOG_FILE_MAX = 64 << 20, /* bytes; the nucleus begins a new log after 15000 lines */
	/* bytes; a parsed line takes up to a hundred times as much memory */
	LOG_LINE_MAX = 1 << 20,
	LOG_DEPTH = 64 /* names of a path that are kept; no key that we read is as deep */
};

struct entry {
	const char *what;
	int64_t stamp;
	const char *path[LOG_DEPTH];
	size_t depth;
	const json_t *value;
};

/* Reads an entry, valid as long as line is. False: not a line that a nucleus writes. */
static bool entry_read(struct entry *entry, const json_t *line)
{
	const json_t *path = json_object_get(line, "TP"), *stamp = json_object_get(line, "TS");
	size_t n = json_array_size(path);

	*entry = (struct entry){ .what = json_text(line, "W"),
				 .value = json_object_get(line, "V") };
	if (!entry->what || !json_is_integer(stamp) || n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *name = json_string_value(json_array_get(path, i));

		if (!name)
			return false;
		if (i < LOG_DEPTH)
			entry->path[entry->depth++] = name;
	}
	entry->stamp = json_integer_value(stamp);
	return strcmp(entry->what, "changed") == 0 || strcmp(entry->what, "removed") == 0 ||
	    strcmp(entry->what, "timestampUpdated") == 0 ||
	    strcmp(entry->what, "interiorAdded") == 0;
}

/* Returns the text of a scalar, which is in room or belongs to value. NULL: not a scalar. */
static const char *scalar_text(char room[static 32], const json_t *value)
{
	if (json_is_integer(value))
		snprintf(room, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		snprintf(room, 32, "%.17g", json_real_value(value));
	else if (json_is_boolean(value))
		snprintf(room, 32, "%s", json_is_true(value) ? "true" : "false");
	else
		return json_string_value(value);
	return room;
}

/*
 * Raises the modtime of node and of all nodes above it to stamp. A removal compares with that: it
 * does not apply to a subtree in which anything is newer.
 */
static void touch(struct tree_node *node, int64_t stamp)
{
	for (; node; node = node->parent)
		if (node->modtime < stamp)
			node->modtime = stamp;
}

/*
 * Sets the node's value, unless the entry is older than the value there. An equal value does not
 * change the modtime either. Both are as in the nucleus.
 */
static enum status change(struct tree_node *node, const struct entry *entry, unsigned long line,
			  const char *path)
{
	char room[32];
	const char *text = scalar_text(room, entry->value);
	enum status st;

	if (node->state == TREE_SET &&
	    (entry->stamp < node->modtime ||
	     (text && node->text && strcmp(text, node->text) == 0)))
		return GR_OK;
	if ((st = tree_set(node, text, line, path)) != GR_OK)
		return st;
	node->modtime = entry->stamp;
	touch(node->parent, entry->stamp);
	return GR_OK;
}

/* Removes the subtree at node (NULL: none), unless something in it is newer than stamp. */
static void take_away(struct tree_node *node, int64_t stamp)
{
	if (!node || stamp < node->modtime)
		return;
	tree_remove(node);
	touch(node->parent, stamp);
}

static enum status apply(struct tree *tree, const struct entry *entry, unsigned long line,
			 const char *path)
{
	size_t known = tree_wanted(entry->path, entry->depth);
	struct tree_node *node = &tree->root;

	if (strcmp(entry->what, "removed") == 0) {
		if (known == entry->depth)
			take_away(tree_find(node, entry->path, known), entry->stamp);
		return GR_OK;
	}
	/* A key that we do not read still raises the modtime of the nodes above it. */
	for (size_t i = 0; i < known; i++)
		if (!(node = tree_make(tree, node, entry->path[i], path)))
			return GR_BAD;
	if (known == entry->depth && strcmp(entry->what, "changed") == 0)
		return change(node, entry, line, path);
	touch(node, entry->stamp);
	return GR_OK;
}

/* Applies one line of the log to the tree. GR_NO, silent: not a line of a transaction log. */
static enum status take_line(struct tree *tree, const char *text, size_t len, unsigned long line,
			     const char *path)
{
	json_t *object = len > LOG_LINE_MAX ? NULL : json_object_parse(text, len);
	enum status st = GR_NO;
	struct entry entry;

	if (object && entry_read(&entry, object))
		st = apply(tree, &entry, line, path);
	json_decref(object);
	return st;
}

/*
 * Applies all lines. *bad is the number of the first bad line. A bad last line after good ones is
 * left out; any other bad line gives GR_NO, as does an empty file (*bad is then 1).
 */
static enum status replay(struct tree *tree, unsigned long *bad, FILE *in, const char *path)
{
	enum status st = GR_OK;
	unsigned long line = 0;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	while (st == GR_OK && (len = getline(&text, &size, in)) > 0) {
		if (*bad != 0) {
			st = GR_NO;
			break;
		}
		line++;
		if ((st = take_line(tree, text, (size_t)len, line, path)) == GR_NO) {
			*bad = line;
			st = GR_OK;
		}
	}
	free(text);
	if (st == GR_OK && ferror(in)) {
		complain("%s: %s", path, strerror(errno));
		return GR_FAIL;
	}
	if (st == GR_OK && (line == 0 || *bad == 1)) {
		*bad = 1;
		return GR_NO;
	}
	return st;
}

enum status transaction_log_read(struct tree *tree, unsigned long *bad, const char *path)
{
	enum status st;
	FILE *in;
	int fd;

	*bad = 0;
	if ((st = file_open(&fd, path, LOG_FILE_MAX)) != GR_OK)
		return st;
	if (!(in = fdopen(fd, "r"))) {
		complain("%s: %s", path, strerror(errno));
		close(fd);
		return GR_FAIL;
	}
	st = replay(tree, bad, in, path);
	fclose(in);
	if (st != GR_OK)
		tree_release(tree);
	return st;
}
