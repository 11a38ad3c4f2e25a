/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml-json: one YAML document from standard input as JSON, every scalar a string; exit 1 if it
 * is not well-formed
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static _Noreturn void refuse(const char *why, const yaml_parser_t *parser)
{
	fprintf(stderr, "yaml-json: line %zu: %s\n", parser->mark.line + 1, why);
	exit(1);
}

static void next(yaml_parser_t *parser, yaml_event_t *event)
{
	if (!yaml_parser_parse(parser, event))
		refuse(parser->problem ? parser->problem : "unreadable", parser);
}

static json_t *value(yaml_parser_t *parser, yaml_event_t *event);

static json_t *mapping(yaml_parser_t *parser)
{
	json_t *object = json_object();
	yaml_event_t event;

	for (next(parser, &event); event.type != YAML_MAPPING_END_EVENT; next(parser, &event)) {
		const char *key = event.type == YAML_SCALAR_EVENT
		    ? (const char *)event.data.scalar.value
		    : NULL;
		yaml_event_t inner;

		if (!key || json_object_get(object, key))
			refuse(key ? "a key stands twice" : "a key is no scalar", parser);
		next(parser, &inner);
		json_object_set_new(object, key, value(parser, &inner));
		yaml_event_delete(&event);
	}
	yaml_event_delete(&event);
	return object;
}

static json_t *sequence(yaml_parser_t *parser)
{
	json_t *array = json_array();
	yaml_event_t event;

	for (next(parser, &event); event.type != YAML_SEQUENCE_END_EVENT; next(parser, &event))
		json_array_append_new(array, value(parser, &event));
	yaml_event_delete(&event);
	return array;
}

/* Takes the event. Aliases and tags are refused: not every recipe reader knows them. */
static json_t *value(yaml_parser_t *parser, yaml_event_t *event)
{
	json_t *found = NULL;

	switch (event->type) {
	case YAML_SCALAR_EVENT: found = json_string((const char *)event->data.scalar.value); break;
	case YAML_MAPPING_START_EVENT: found = mapping(parser); break;
	case YAML_SEQUENCE_START_EVENT: found = sequence(parser); break;
	default: refuse("not a plain value", parser);
	}
	yaml_event_delete(event);
	return found;
}

int main(void)
{
	yaml_parser_t parser;
	yaml_event_t event;
	json_t *root;

	if (!yaml_parser_initialize(&parser))
		return 111;
	yaml_parser_set_input_file(&parser, stdin);
	for (next(&parser, &event);
	     event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_START_EVENT;
	     next(&parser, &event))
		yaml_event_delete(&event);
	root = value(&parser, &event);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
	next(&parser, &event);
	if (event.type != YAML_DOCUMENT_END_EVENT)
		refuse("more than one value", &parser);
	yaml_event_delete(&event);
	yaml_parser_delete(&parser);
	return 0;
}
