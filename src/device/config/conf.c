/* SPDX-License-Identifier: Apache-2.0 */
/* conf.c - flags, environment, gr.conf and what a nucleus says, merged */
#include "config/conf.h"
#include "complain.h"
#include "file.h"
#include "location.h"
#include "paths.h"
#include "pkcs11/uri.h"
#include "str.h"
#include "trusted_path.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_PATH GR_SYSCONFDIR "/gr/gr.conf"
#define BYTE_ORDER_MARK "\357\273\277"

enum { CONF_FILE_MAX = 1 << 20 };

enum kind { TEXT, NUMBER, PATH };

static const struct setting {
	const char *name, *other;	/* other: the default, "" for none */
	enum kind kind;
} settings[CONF_COUNT] = {
	[CONF_THING_NAME]            = { "thingName", "", TEXT },
	[CONF_PRIVATE_KEY_PATH]      = { "privateKeyPath", "", PATH },
	[CONF_CERTIFICATE_FILE_PATH] = { "certificateFilePath", "", PATH },
	[CONF_ROOT_CA_PATH]          = { "rootCaPath", "", PATH },
	[CONF_IOT_DATA_ENDPOINT]     = { "iotDataEndpoint", "", TEXT },
	[CONF_IOT_DATA_PORT]         = { "iotDataPort", "8883", NUMBER },
	[CONF_KEY_ALGORITHM]         = { "keyAlgorithm", "RSA-2048", TEXT },
	[CONF_SIGNING_ALGORITHM]     = { "signingAlgorithm", "SHA256WITHRSA", TEXT },
	[CONF_NEXT_KEY]              = { "nextKey", "", TEXT },
	[CONF_PKCS11_MODULE]         = { "pkcs11Module", "", PATH },
	[CONF_PKCS11_TOKEN]          = { "pkcs11Token", "", TEXT },
	[CONF_PKCS11_SLOT]           = { "pkcs11Slot", "", TEXT },
	[CONF_PKCS11_PIN_SOURCE]     = { "pkcs11PinSource", "", TEXT },
	[CONF_PKCS11_ENVIRONMENT]    = { "pkcs11Environment", "", TEXT },
	[CONF_ISSUER_CA_PATH]        = { "issuerCaPath", "", PATH },
	[CONF_CERTIFICATE_CHAIN]     = { "certificateChain", "off", TEXT },
	[CONF_GREENGRASS_ROOT]       = { "greengrassRoot", "", PATH },
	[CONF_RUNTIME]               = { "runtime", "none", TEXT },
	[CONF_RESTART_HOOK]          = { "restartHook", "", TEXT },
	[CONF_REFUSAL_WINDOW]        = { "refusalWindowSeconds", "120", NUMBER },
	[CONF_TRIAL_SECONDS]         = { "trialSeconds", "900", NUMBER },
	[CONF_TRIAL_MINIMUM]         = { "trialMinimumSeconds", "180", NUMBER },
	[CONF_REQUEST_TIMEOUT]       = { "requestTimeoutSeconds", "30", NUMBER },
	[CONF_REPEAT_SECONDS]        = { "repeatSeconds", "130", NUMBER },
	[CONF_POLL_SECONDS]          = { "pollSeconds", "3600", NUMBER },
	[CONF_RETRY_MIN]             = { "retryMinMilliseconds", "1000", NUMBER },
	[CONF_RETRY_MAX]             = { "retryMaxMilliseconds", "60000", NUMBER },
	[CONF_RECORD_GRACE]          = { "recordGraceSeconds", "600", NUMBER },
	[CONF_WATCHDOG]              = { "watchdog", "on", TEXT },
	[CONF_WATCHDOG_SECONDS]      = { "watchdogSeconds", "300", NUMBER },
	[CONF_ROTATE_BEFORE]         = { "rotateBeforeDays", "0", NUMBER },
	[CONF_ROTATE_PERCENT]        = { "rotateAtPercent", "0", NUMBER },
	[CONF_ROTATE_AFTER]          = { "rotateAfterDays", "0", NUMBER },
	[CONF_ROTATE_JITTER]         = { "rotateJitterPercent", "10", NUMBER },
};

const char *conf_name(enum conf_key key)
{
	return settings[key].name;
}

enum conf_key conf_find(const char *name)
{
	enum conf_key k = 0;

	while (k < CONF_COUNT && strcmp(settings[k].name, name) != 0)
		k++;
	return k;
}

/* privateKeyPath -> GR_PRIVATE_KEY_PATH */
static void environment_name(char to[static 64], const char *name)
{
	size_t n = 3;

	memcpy(to, "GR_", 3);
	for (; *name && n < 62; name++) {
		if (isupper((unsigned char)*name))
			to[n++] = '_';
		to[n++] = (char)toupper((unsigned char)*name);
	}
	to[n] = '\0';
}

enum status conf_take(struct conf *conf, enum conf_key key, const char *value, const char *source)
{
	enum kind kind = settings[key].kind;
	char path[PATH_MAX];
	struct uri uri;
	enum status st;
	uint32_t n;

	/* Even where another source goes before it: a PIN that stands in it is to be found. */
	if (uri_is(value) && (st = uri_parse(&uri, value, settings[key].name)) != GR_OK)
		return st;
	if (conf->value[key] || value[0] == '\0')
		return GR_OK;
	if (kind == NUMBER && arg_u32(&n, settings[key].name, value) != GR_OK)
		return GR_BAD;
	if (kind == PATH && (st = location_resolve(path, value, settings[key].name)) != GR_OK)
		return st;
	if (kind == PATH)
		value = path;
	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < ' ') {
			complain("%s (%s): holds a control character", settings[key].name, source);
			return GR_BAD;
		}
	if (!(conf->value[key] = strdup(value))) {
		complain("%s: out of memory", settings[key].name);
		return GR_FAIL;
	}
	str_format(conf->source[key], CONF_SOURCE_MAX, "%.*s", CONF_SOURCE_MAX - 1, source);
	return GR_OK;
}

/*
 * seen, if not NULL, are the keys of this source so far: twice in one file means that somebody
 * reads the wrong line.
 */
static enum status take_named(struct conf *conf, const char *name, const char *value,
			      const char *source, bool *seen)
{
	enum conf_key key = conf_find(name);

	if (key < CONF_COUNT && seen && seen[key]) {
		complain("%s: %s: set twice", source, name);
		return GR_BAD;
	}
	if (key < CONF_COUNT) {
		if (seen)
			seen[key] = true;
		return conf_take(conf, key, value, source);
	}
	complain("%s: %s: no such setting; gr.conf(5) lists them", source, name);
	return GR_BAD;
}

enum status conf_option(struct conf *conf, int ch, const char *value)
{
	char name[64];
	size_t len;

	if (ch == 'C') {
		if (setenv("GR_CONF", value, 1) == 0)
			return GR_OK;
		complain("-C: out of memory");
		return GR_FAIL;
	}
	len = strcspn(value, "=");
	if (value[len] != '=' || !str_format(name, sizeof name, "%.*s", (int)len, value)) {
		complain("-o: %s: not of the form key=value", value);
		return GR_BAD;
	}
	return take_named(conf, name, value + len + 1, "flag", NULL);
}

static enum status take_environment(struct conf *conf)
{
	enum status st = GR_OK;

	for (enum conf_key k = 0; k < CONF_COUNT && st == GR_OK; k++) {
		char name[64];
		const char *value;

		environment_name(name, settings[k].name);
		if ((value = getenv(name)))
			st = conf_take(conf, k, value, "environment");
	}
	return st;
}

/* One "key = value" line, changed in place; blank lines and # comments are passed over. */
static enum status take_line(struct conf *conf, char *line, const char *source, bool *seen)
{
	char *equals, *end;

	line += strspn(line, " \t\r");
	if (*line == '\0' || *line == '#')
		return GR_OK;
	if (!(equals = strchr(line, '='))) {
		complain("%s: not of the form key = value", source);
		return GR_BAD;
	}
	for (end = equals; end > line && (end[-1] == ' ' || end[-1] == '\t'); end--)
		;
	*end = '\0';
	equals += 1 + strspn(equals + 1, " \t");
	for (end = equals + strlen(equals); end > equals && strchr(" \t\r", end[-1]); end--)
		;
	*end = '\0';
	return take_named(conf, line, equals, source, seen);
}

/* The file that was named by hand; NULL: none was. */
static const char *config_path(void)
{
	const char *path = getenv("GR_CONF");

	return path && *path ? path : NULL;
}

/*
 * It says what runs as us (restartHook, pkcs11Module, pkcs11Environment) and which file holds the
 * PIN: whoever may write it may do all that we may.
 */
static enum status read_file(char **text, size_t *len, const char *path)
{
	char real[PATH_MAX];
	struct stat own;
	enum status st;

	if (stat(path, &own) == 0 && !S_ISREG(own.st_mode)) {
		complain("%s: not a regular file", path);
		return GR_BAD;
	}
	st = trusted_path_check(real, NULL, path, "the configuration");
	return st == GR_OK ? file_read(text, len, real, CONF_FILE_MAX) : st;
}

static enum status take_file(struct conf *conf)
{
	const char *path = config_path() ? config_path() : DEFAULT_PATH;
	bool seen[CONF_COUNT] = { false };
	enum status st;
	char *text, *line, *rest;
	size_t len;

	if ((st = read_file(&text, &len, path)) == GR_NO && !config_path())
		return GR_OK;
	if (st == GR_NO)
		complain("%s: no such file", path);
	if (st != GR_OK)
		return GR_BAD;
	if (strlen(text) != len) {
		complain("%s: holds a NUL byte; write it as plain text", path);
		st = GR_BAD;
	}
	rest = strncmp(text, BYTE_ORDER_MARK, 3) == 0 ? text + 3 : text;
	for (int number = 1; st == GR_OK && (line = rest); number++) {
		char source[CONF_SOURCE_MAX];

		if ((rest = strchr(line, '\n')))
			*rest++ = '\0';
		if (!str_format(source, sizeof source, "%s:%d", path, number))
			str_format(source, sizeof source, "gr.conf:%d", number);
		st = take_line(conf, line, source, seen);
	}
	free(text);
	return st;
}

/*
 * Files of fixed names are written there: a link that somebody else planted would lead to a file
 * of root's.
 */
static enum status check_state(const struct conf *conf)
{
	char real[PATH_MAX];
	enum status st = trusted_path_check(real, NULL, conf->state, "GR_STATE");

	return st == GR_NO ? GR_OK : st;
}

/* A nucleus is asked for who and where the device is. runtime can say that there is none. */
static bool needs_nucleus(const struct conf *conf)
{
	static const enum conf_key identity[] = { CONF_THING_NAME, CONF_PRIVATE_KEY_PATH,
						  CONF_CERTIFICATE_FILE_PATH, CONF_ROOT_CA_PATH,
						  CONF_IOT_DATA_ENDPOINT };
	const char *runtime = conf->value[CONF_RUNTIME];

	if (runtime && strcmp(runtime, "none") == 0)
		return false;
	for (size_t i = 0; i < sizeof identity / sizeof identity[0]; i++)
		if (!conf->value[identity[i]])
			return true;
	return false;
}

static enum status take_defaults(struct conf *conf)
{
	for (enum conf_key k = 0; k < CONF_COUNT; k++) {
		const char *other = settings[k].other;

		if (conf->value[k])
			continue;
		if (!(conf->value[k] = strdup(other))) {
			complain("%s: out of memory", settings[k].name);
			return GR_FAIL;
		}
		str_copy(conf->source[k], CONF_SOURCE_MAX, other[0] ? "default" : "unset");
	}
	return GR_OK;
}

enum status conf_load(struct conf *conf, conf_source *nucleus)
{
	const char *state = getenv("GR_STATE");
	enum status st;

	if (!str_copy(conf->state, sizeof conf->state - 64,
		      state && *state ? state : GR_LOCALSTATEDIR "/lib/gr")) {
		complain("GR_STATE: the path is too long");
		return GR_BAD;
	}
	if ((st = check_state(conf)) != GR_OK)
		return st;
	if ((st = take_environment(conf)) != GR_OK)
		return st;
	if ((st = take_file(conf)) != GR_OK)
		return st;
	if (needs_nucleus(conf) && (st = nucleus(conf)) != GR_OK)
		return st;
	return take_defaults(conf);
}

void conf_release(struct conf *conf)
{
	for (enum conf_key k = 0; k < CONF_COUNT; k++)
		free(conf->value[k]);
	*conf = (struct conf){ 0 };
}

const char *conf_text(const struct conf *conf, enum conf_key key)
{
	return conf->value[key];
}

uint32_t conf_number(const struct conf *conf, enum conf_key key)
{
	return (uint32_t)strtoul(conf->value[key], NULL, 10);	/* checked when it was taken */
}

enum status conf_need(const struct conf *conf, enum conf_key key)
{
	const char *path = config_path();
	char name[64];

	if (conf->value[key][0] != '\0')
		return GR_OK;
	environment_name(name, settings[key].name);
	complain("%s: not set; set it in %s or as %s", settings[key].name,
		 path ? path : DEFAULT_PATH, name);
	return GR_BAD;
}
