/* SPDX-License-Identifier: Apache-2.0 */
/* yaml.c - reads the snapshot event by event, and keeps nothing but the keys that gr reads */
#include "config/greengrass/yaml.h"
#include "complain.h"
#include "file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

enum {
	YAML_FILE_MAX = 16 << 20,
	YAML_DEPTH = 200	/* below the parser's own limit; a nucleus nests about 20 deep */
};

struct reader {
	yaml_parser_t parser;
	struct tree *tree;
	const char *path;		/* of the file */
	const char *name[TREE_DEPTH];	/* the path to the current key */
};

static enum status fail(const struct reader *r, size_t line, const char *why)
{
	complain("%s:%zu: %s", r->path, line + 1, why);
	return GR_BAD;
}

/*
 * Reads the next event, which the caller deletes unless GR_BAD is returned. Aliases are refused:
 * with them a small file can stand for an enormous document.
 */
static enum status next(struct reader *r, yaml_event_t *event)
{
	size_t line;

	if (!yaml_parser_parse(&r->parser, event))
		return fail(r, r->parser.problem_mark.line,
			    r->parser.problem ? r->parser.problem : "not YAML");
	line = event->start_mark.line;
	if (event->type != YAML_ALIAS_EVENT)
		return GR_OK;
	yaml_event_delete(event);
	return fail(r, line, "an alias; a nucleus writes none");
}

static int nesting(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return 1;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return -1;
	default:
		return 0;
	}
}

/* If event opens a map or a list, reads up to its end. */
static enum status skip(struct reader *r, const yaml_event_t *event)
{
	int depth = nesting(event);
	enum status st;

	while (depth > 0) {
		yaml_event_t e;

		if ((st = next(r, &e)) != GR_OK)
			return st;
		depth += nesting(&e);
		if (depth > YAML_DEPTH)
			st = fail(r, e.start_mark.line, "nested too deep");
		yaml_event_delete(&e);
		if (st != GR_OK)
			return st;
	}
	return GR_OK;
}

/* Is the scalar null? Nothing, ~ and null are; the same in quotes is text. */
static bool is_null(const yaml_event_t *scalar)
{
	const char *text = (const char *)scalar->data.scalar.value;

	return scalar->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (*text == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
}

static bool has_nul(const yaml_event_t *scalar)
{
	return strlen((const char *)scalar->data.scalar.value) != scalar->data.scalar.length;
}

static enum status read_map(struct reader *r, struct tree_node *map, size_t depth);

static enum status read_value(struct reader *r, struct tree_node *node, const yaml_event_t *event,
			      size_t depth)
{
	size_t line = event->start_mark.line;

	if (event->type == YAML_MAPPING_START_EVENT && depth < TREE_DEPTH)
		return read_map(r, node, depth);
	if (event->type != YAML_SCALAR_EVENT)
		return skip(r, event);
	if (has_nul(event))
		return fail(r, line, "holds a NUL byte");
	return tree_set(node, is_null(event) ? NULL : (const char *)event->data.scalar.value,
			line + 1, r->path);
}

/*
 * Reads the value of key. It is kept only if the path is one that gr reads; GR_BAD if such a key
 * is in its map a second time.
 */
static enum status read_entry(struct reader *r, struct tree_node *map, const yaml_event_t *key,
			      size_t depth)
{
	struct tree_node *node = NULL;
	yaml_event_t value;
	enum status st;

	if (key->type != YAML_SCALAR_EVENT || has_nul(key))
		return fail(r, key->start_mark.line, "a key that is not text");
	r->name[depth] = (const char *)key->data.scalar.value;
	if (tree_wanted(r->name, depth + 1) == depth + 1) {
		if (tree_find(map, &r->name[depth], 1)) {
			complain("%s:%zu: %s: set twice", r->path, key->start_mark.line + 1,
				 r->name[depth]);
			return GR_BAD;
		}
		if (!(node = tree_make(r->tree, map, r->name[depth], r->path)))
			return GR_BAD;
	}
	if ((st = next(r, &value)) != GR_OK)
		return st;
	st = node ? read_value(r, node, &value, depth + 1) : skip(r, &value);
	yaml_event_delete(&value);
	return st;
}

/* The recursion is at most TREE_DEPTH deep, since read_value skips all that is deeper. */
static enum status read_map(struct reader *r, struct tree_node *map, size_t depth)
{
	enum status st;
	bool end = false;

	do {
		yaml_event_t key;

		if ((st = next(r, &key)) != GR_OK)
			return st;
		end = key.type == YAML_MAPPING_END_EVENT;
		if (!end)
			st = read_entry(r, map, &key, depth);
		yaml_event_delete(&key);
	} while (st == GR_OK && !end);
	return st;
}

/* Reads the whole file. GR_NO, silent: it has nothing but white space and comments. */
static enum status read_document(struct reader *r)
{
	enum status st = GR_NO;

	for (bool done = false; !done;) {
		yaml_event_t e;

		if (next(r, &e) != GR_OK)
			return GR_BAD;
		if (e.type == YAML_MAPPING_START_EVENT)
			st = read_map(r, &r->tree->root, 0);
		else if (nesting(&e) != 0 || (e.type == YAML_SCALAR_EVENT && !is_null(&e)))
			st = fail(r, e.start_mark.line, "not a map");
		done = st != GR_NO || e.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&e);
	}
	return st;
}

enum status yaml_read(struct tree *tree, const char *path)
{
	struct reader r = { .tree = tree, .path = path };
	enum status st;
	FILE *in;
	int fd;

	if ((st = file_open(&fd, path, YAML_FILE_MAX)) != GR_OK)
		return st;
	if (!(in = fdopen(fd, "r")) || !yaml_parser_initialize(&r.parser)) {
		complain("%s: out of memory", path);
		if (in)
			fclose(in);
		else
			close(fd);
		return GR_FAIL;
	}
	yaml_parser_set_input_file(&r.parser, in);
	st = read_document(&r);
	yaml_parser_delete(&r.parser);
	fclose(in);
	if (st != GR_OK)
		tree_release(tree);
	return st;
}
