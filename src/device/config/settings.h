/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h - checks single settings, the same for the programs that use them and for gr-config
 * --check.
 *
 * GR_BAD, one line that names the key, its value and what to do. GR_FAIL, one line: what it names
 * cannot be looked at now.
 */
#ifndef GR_CONFIG_SETTINGS_H
#define GR_CONFIG_SETTINGS_H

#include <stdbool.h>

#include "config/conf.h"
#include "status.h"

enum status settings_thing(const struct conf *conf);
enum status settings_endpoint(const struct conf *conf);
enum status settings_port(const struct conf *conf);
/*
 * Checks the file of CA certificates, PEM, that key names. Unset is GR_BAD for rootCaPath and
 * GR_OK for any other key.
 */
enum status settings_ca(const struct conf *conf, enum conf_key key);
/* Checks privateKeyPath or certificateFilePath. */
enum status settings_path(const struct conf *conf, enum conf_key key);
/* Check the settings that choose a token; and nextKey, with the settings it depends on. */
enum status settings_token(const struct conf *conf);
enum status settings_next_key(const struct conf *conf);
/*
 * Checks that restartHook is an executable file, and, if a configuration file names it, that no
 * other user may write it (trusted_path.h).
 */
enum status settings_hook(const struct conf *conf);
/* Checks a setting that is on or off. */
enum status settings_switch(const struct conf *conf, enum conf_key key);
bool settings_is_on(const struct conf *conf, enum conf_key key);
enum status settings_watchdog(const struct conf *conf);
/* Checks the settings that say when a certificate is due. */
enum status settings_due(const struct conf *conf);
/* Checks the times that depend on one another. */
enum status settings_times(const struct conf *conf);

/*
 * Makes $GR_STATE, for its owner alone, where it is missing. GR_FAIL: it cannot be made, or is no
 * directory.
 */
enum status settings_state(const struct conf *conf);

#endif
