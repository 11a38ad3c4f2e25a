/* SPDX-License-Identifier: Apache-2.0 */
/* gr_config.c - runs gr-config and takes what it prints */
#include "config/gr_config.h"
#include "complain.h"
#include "config/greengrass/places.h"
#include "config/sibling.h"
#include "secret.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum {
	ANSWER_MAX = 1 << 18,	/* each setting once */
	OPTIONS_MAX = 7		/* of gr_config_ask */
};

/* One "key=value" line that gr-config prints; its defaults are ours. */
static enum status take_answer(struct conf *conf, const char *line)
{
	char name[64];
	size_t len = strcspn(line, "=");
	enum conf_key key;

	if (line[len] == '\0' || !str_format(name, sizeof name, "%.*s", (int)len, line))
		return GR_OK;
	key = conf_find(name);
	return key < CONF_COUNT ? conf_take(conf, key, line + len + 1, "gr-config") : GR_OK;
}

static void free_arguments(char **argv)
{
	for (size_t i = 0; argv && argv[i]; i++)
		free(argv[i]);
	free(argv);
}

/* False: out of memory. */
static bool add_argument(char **argv, const char *name, const char *equals, const char *value)
{
	size_t size = strlen(name) + strlen(equals) + strlen(value) + 1, n = 0;

	while (argv[n])
		n++;
	if ((argv[n] = malloc(size)))
		str_format(argv[n], size, "%s%s%s", name, equals, value);
	return argv[n];
}

/* gr-config, the flags that we were given, then options. NULL: out of memory. */
static char **make_arguments(const struct conf *conf, const char *const options[])
{
	char **argv = calloc(1 + 2 * CONF_COUNT + OPTIONS_MAX + 1, sizeof *argv);
	bool ok = argv && add_argument(argv, "gr-config", "", "");

	for (enum conf_key k = 0; ok && k < CONF_COUNT; k++)
		if (conf->value[k] && strcmp(conf->source[k], "flag") == 0)
			ok = add_argument(argv, "-o", "", "") &&
			    add_argument(argv, conf_name(k), "=", conf->value[k]);
	for (size_t i = 0; ok && i < OPTIONS_MAX && options[i]; i++)
		ok = add_argument(argv, options[i], "", "");
	if (ok)
		return argv;
	free_arguments(argv);
	return NULL;
}

enum status gr_config_ask(char **text, size_t *len, const struct conf *conf,
		     const char *const options[])
{
	char **argv = make_arguments(conf, options);
	enum status st;

	if (!argv) {
		complain("gr-config: out of memory");
		return GR_FAIL;
	}
	st = sibling_run(text, len, argv, ANSWER_MAX);
	free_arguments(argv);
	return st;
}

/* The last source of all programs but gr-config itself. */
static enum status take_answers(struct conf *conf)
{
	static const char *const all[] = { NULL };
	enum status st;
	char *text, *line, *rest;
	size_t len;

	if (!conf->value[CONF_GREENGRASS_ROOT] && !places_exist())
		return GR_OK;
	if ((st = gr_config_ask(&text, &len, conf, all)) != GR_OK)
		return st;
	for (line = text; st == GR_OK && line; line = rest) {
		if ((rest = strchr(line, '\n')))
			*rest++ = '\0';
		st = take_answer(conf, line);
	}
	secret_free(text, len);
	return st;
}

enum status gr_config_load(struct conf *conf)
{
	return conf_load(conf, take_answers);
}
