/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf.h - where a device finds itself: flags, the environment, our configuration file, a
 * Greengrass nucleus.
 *
 * A value is the first non-empty one of: a -o flag, the environment (GR_ and the key in upper case
 * with underscores, privateKeyPath -> GR_PRIVATE_KEY_PATH), the file (GR_CONF, default
 * /etc/gr/gr.conf, see gr.conf(5)), a Greengrass nucleus on this device, the built-in default. A
 * nucleus is looked for only while something that says who the device is has not been given.
 * Only gr-config reads its configuration; the other programs run gr-config (gr_config.h) if a
 * nucleus may be there.
 */
#ifndef GR_CONFIG_CONF_H
#define GR_CONFIG_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arg.h"
#include "status.h"

enum conf_key {
	CONF_THING_NAME, CONF_PRIVATE_KEY_PATH, CONF_CERTIFICATE_FILE_PATH, CONF_ROOT_CA_PATH,
	CONF_IOT_DATA_ENDPOINT, CONF_IOT_DATA_PORT, CONF_KEY_ALGORITHM, CONF_SIGNING_ALGORITHM,
	CONF_NEXT_KEY, CONF_PKCS11_MODULE, CONF_PKCS11_TOKEN, CONF_PKCS11_SLOT,
	CONF_PKCS11_PIN_SOURCE,
	CONF_PKCS11_ENVIRONMENT,
	CONF_ISSUER_CA_PATH, CONF_CERTIFICATE_CHAIN, CONF_GREENGRASS_ROOT, CONF_RUNTIME,
	CONF_RESTART_HOOK,
	CONF_REFUSAL_WINDOW, CONF_TRIAL_SECONDS, CONF_TRIAL_MINIMUM, CONF_REQUEST_TIMEOUT,
	CONF_REPEAT_SECONDS, CONF_POLL_SECONDS, CONF_RETRY_MIN, CONF_RETRY_MAX, CONF_RECORD_GRACE,
	CONF_WATCHDOG, CONF_WATCHDOG_SECONDS,
	CONF_ROTATE_BEFORE, CONF_ROTATE_PERCENT, CONF_ROTATE_AFTER, CONF_ROTATE_JITTER,
	CONF_COUNT
};

enum { CONF_SOURCE_MAX = 512 };	/* longer ones are cut */

struct conf {
	char *value[CONF_COUNT];	/* never NULL once loaded, "" when unset */
	/* "flag", "environment", "FILE:LINE", "FILE: KEY", "default", "unset" */
	char source[CONF_COUNT][CONF_SOURCE_MAX];
	char state[4096];		/* GR_STATE, default /var/lib/gr: lock and socket */
};

/* The options every device program takes; paste into its table, hand each to conf_option. */
#define CONF_OPTIONS \
	{ 'C', "config", "FILE", \
	  "the configuration file (default $GR_CONF or /etc/gr/gr.conf)" }, \
	{ 'o', "option", "KEY=VALUE", "one setting; it overrides file and environment" }
/* Handles one of CONF_OPTIONS; conf begins as a zeroed struct. GR_BAD, one line: unknown key. */
enum status conf_option(struct conf *conf, int ch, const char *value);
/* A function that reads a nucleus, the last source before the defaults. */
typedef enum status conf_source(struct conf *conf);
/*
 * Collects all values; gr_config_load does it for all programs but gr-config itself. GR_BAD, one
 * line: unknown key in the file, bad line, number or pkcs11: URI that is none, unreadable file
 * named by hand, a file or a GR_STATE that another user may write (trusted_path.h), or a nucleus
 * whose configuration cannot be read. GR_FAIL, one line: not possible now, may work later. A
 * program then calls conf_need for each value that it must have.
 */
enum status conf_load(struct conf *conf, conf_source *nucleus);
void conf_release(struct conf *conf);

const char *conf_text(const struct conf *conf, enum conf_key key);
uint32_t conf_number(const struct conf *conf, enum conf_key key);
/* Checks that the value is set. GR_BAD, one line that says where it could be set: it is not. */
enum status conf_need(const struct conf *conf, enum conf_key key);
const char *conf_name(enum conf_key key);
/* Finds the key called name. CONF_COUNT: there is none. */
enum conf_key conf_find(const char *name);

/*
 * For a source alone: takes value for key, unless it is empty or an earlier source has given one.
 */
enum status conf_take(struct conf *conf, enum conf_key key, const char *value, const char *source);

#endif
