/* SPDX-License-Identifier: Apache-2.0 */
/* settings.c - what single settings must be like */
#include "config/settings.h"
#include "complain.h"
#include "file.h"
#include "key.h"
#include "pkcs11/uri.h"
#include "str.h"
#include "trusted_path.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status refuse(const struct conf *conf, enum conf_key key, const char *why)
{
	complain("%s: %s: %s", conf_name(key), conf_text(conf, key), why);
	return GR_BAD;
}

enum status settings_thing(const struct conf *conf)
{
	enum status st = conf_need(conf, CONF_THING_NAME);

	if (st != GR_OK || str_is_thing(conf_text(conf, CONF_THING_NAME)))
		return st;
	return refuse(conf, CONF_THING_NAME,
		      "not a name of a thing; use 1 to 128 letters, digits, : _ -");
}

enum status settings_endpoint(const struct conf *conf)
{
	enum status st = conf_need(conf, CONF_IOT_DATA_ENDPOINT);

	if (st != GR_OK || !strchr(conf_text(conf, CONF_IOT_DATA_ENDPOINT), '/'))
		return st;
	return refuse(conf, CONF_IOT_DATA_ENDPOINT, "not a host name; leave out scheme and path");
}

enum status settings_port(const struct conf *conf)
{
	uint32_t port = conf_number(conf, CONF_IOT_DATA_PORT);

	return port >= 1 && port <= 65535
	    ? GR_OK
	    : refuse(conf, CONF_IOT_DATA_PORT, "not a port; use one from 1 to 65535");
}

/* As OpenSSL will load it: every certificate must be good, and one must be there. */
static bool holds_certificates(int fd)
{
	FILE *file = fdopen(fd, "r");
	STACK_OF(X509_INFO) *all = file ? PEM_X509_INFO_read(file, NULL, key_no_passphrase, NULL)
					: NULL;
	bool found = false;

	for (int i = 0; i < sk_X509_INFO_num(all); i++)
		found = found || sk_X509_INFO_value(all, i)->x509;
	sk_X509_INFO_pop_free(all, X509_INFO_free);
	ERR_clear_error();
	if (file)
		fclose(file);
	else
		close(fd);
	return found;
}

enum status settings_ca(const struct conf *conf, enum conf_key key)
{
	const char *path = conf_text(conf, key);
	struct stat own;
	enum status st;
	int fd;

	if (path[0] == '\0')
		return key == CONF_ROOT_CA_PATH ? conf_need(conf, key) : GR_OK;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &own) != 0) {
		st = errno == ENOENT || errno == ENOTDIR ? GR_BAD : GR_FAIL;
		complain("%s: %s: %s", conf_name(key), path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return st;
	}
	if (!S_ISREG(own.st_mode)) {
		close(fd);
		return refuse(conf, key, "not a regular file; name a file of CA certificates");
	}
	return holds_certificates(fd)
	    ? GR_OK
	    : refuse(conf, key, "holds no PEM certificates; name a file of CA certificates");
}

enum status settings_path(const struct conf *conf, enum conf_key key)
{
	const char *path = conf_text(conf, key);
	enum status st = conf_need(conf, key);

	struct uri uri;

	if (st != GR_OK || path[0] == '/')
		return st;
	if (!uri_is(path))
		return refuse(conf, key, "not an absolute path; begin it with /");
	if ((st = uri_parse(&uri, path, conf_name(key))) != GR_OK)
		return st;
	if (!uri.object[0])
		return refuse(conf, key, "names no object; add object=LABEL");
	if (uri.id_len)
		return refuse(conf, key,
			      "names an id, and each key has one of its own; leave it out");
	if (uri.type[0] &&
	    strcmp(uri.type, key == CONF_PRIVATE_KEY_PATH ? "private" : "cert") != 0)
		return refuse(conf, key, "its type is that of another object");
	return GR_OK;
}

enum status settings_token(const struct conf *conf)
{
	const char *slot = conf_text(conf, CONF_PKCS11_SLOT);

	if (strspn(slot, "0123456789") != strlen(slot) || strlen(slot) > 19)
		return refuse(conf, CONF_PKCS11_SLOT, "not a slot's number");
	if (strlen(conf_text(conf, CONF_PKCS11_TOKEN)) > URI_TOKEN_MAX)
		return refuse(conf, CONF_PKCS11_TOKEN,
			      "labels of tokens have at most 32 characters");
	return GR_OK;
}

enum status settings_next_key(const struct conf *conf)
{
	const char *next = conf_text(conf, CONF_NEXT_KEY),
		   *runtime = conf_text(conf, CONF_RUNTIME);
	struct uri uri;
	enum status st;

	if (next[0] == '\0')
		return GR_OK;
	if (strcmp(runtime, "none") != 0) {
		complain("nextKey: %s: the key cannot move: the runtime (%s) looks for it where "
			 "its own configuration says",
			 next, runtime);
		return GR_BAD;
	}
	if (uri_is(conf_text(conf, CONF_PRIVATE_KEY_PATH)))
		return refuse(conf, CONF_NEXT_KEY,
			      "privateKeyPath is a URI, and keys stay in that token; to move "
			      "them, let it name a file that holds the URI");
	if (strcmp(next, "file") == 0)
		return GR_OK;
	if (!uri_is(next))
		return refuse(conf, CONF_NEXT_KEY, "neither file nor a pkcs11 URI");
	if ((st = uri_parse(&uri, next, "nextKey")) != GR_OK)
		return st;
	return uri.id_len || uri.type[0]
	    ? refuse(conf, CONF_NEXT_KEY, "names one object; leave out id and type")
	    : GR_OK;
}

enum status settings_hook(const struct conf *conf)
{
	const char *path = conf_text(conf, CONF_RESTART_HOOK);
	char real[PATH_MAX];
	struct stat own;
	enum status st;

	if (path[0] == '\0')
		return GR_OK;
	if (stat(path, &own) != 0 || !S_ISREG(own.st_mode) || access(path, X_OK) != 0)
		return refuse(conf, CONF_RESTART_HOOK, "not an executable file; name a program");
	/*
	 * Flags and the environment are the word of whoever runs us: the driver names the hook
	 * that lies beside it.
	 */
	if (strcmp(conf->source[CONF_RESTART_HOOK], "environment") == 0 ||
	    strcmp(conf->source[CONF_RESTART_HOOK], "flag") == 0)
		return GR_OK;
	if ((st = trusted_path_check(real, NULL, path, conf_name(CONF_RESTART_HOOK))) != GR_NO)
		return st;
	return refuse(conf, CONF_RESTART_HOOK, "not an executable file; name a program");
}

bool settings_is_on(const struct conf *conf, enum conf_key key)
{
	return strcmp(conf_text(conf, key), "on") == 0;
}

enum status settings_switch(const struct conf *conf, enum conf_key key)
{
	if (settings_is_on(conf, key) || strcmp(conf_text(conf, key), "off") == 0)
		return GR_OK;
	return refuse(conf, key, "neither on nor off");
}

enum status settings_watchdog(const struct conf *conf)
{
	enum status st = settings_switch(conf, CONF_WATCHDOG);

	if (st == GR_OK && conf_number(conf, CONF_WATCHDOG_SECONDS) == 0)
		st = refuse(conf, CONF_WATCHDOG_SECONDS, "use 1 or more");
	return st;
}

enum status settings_due(const struct conf *conf)
{
	static const enum conf_key shares[] = { CONF_ROTATE_PERCENT, CONF_ROTATE_JITTER };

	for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
		if (conf_number(conf, shares[i]) > 100)
			return refuse(conf, shares[i], "not a share; use 0 to 100");
	return GR_OK;
}

static enum status check_order(const struct conf *conf, enum conf_key low, enum conf_key high)
{
	if (conf_number(conf, low) <= conf_number(conf, high))
		return GR_OK;
	complain("%s: %" PRIu32 ": more than %s %" PRIu32 "; lower it or raise the other",
		 conf_name(low), conf_number(conf, low), conf_name(high), conf_number(conf, high));
	return GR_BAD;
}

enum status settings_times(const struct conf *conf)
{
	enum status retry = check_order(conf, CONF_RETRY_MIN, CONF_RETRY_MAX), trial;

	if (conf_number(conf, CONF_TRIAL_SECONDS) == 0)
		trial = refuse(conf, CONF_TRIAL_SECONDS, "no time for a trial; use 1 or more");
	else
		trial = check_order(conf, CONF_TRIAL_MINIMUM, CONF_TRIAL_SECONDS);
	return retry != GR_OK ? retry : trial;
}

enum status settings_state(const struct conf *conf)
{
	return file_make_folder(conf->state, "GR_STATE");
}
