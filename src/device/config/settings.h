/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h - what single settings must be like, the same for who uses them and for gr-config
 * --check.
 *
 * GR_BAD, one line that names the key, its value and what to do. GR_FAIL, one line: it cannot be
 * looked at for now.
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
 * The CA certificates in the file that key names, PEM. Unset is GR_BAD for rootCaPath and GR_OK
 * for any other.
 */
enum status settings_ca(const struct conf *conf, enum conf_key key);
/* privateKeyPath or certificateFilePath. */
enum status settings_path(const struct conf *conf, enum conf_key key);
/* What says which token; and nextKey, with what it has to go with. */
enum status settings_token(const struct conf *conf);
enum status settings_next_key(const struct conf *conf);
/* An executable file; what a file of settings names must be nobody else's (trust.h). */
enum status settings_hook(const struct conf *conf);
/* A setting that is on or off. */
enum status settings_switch(const struct conf *conf, enum conf_key key);
bool settings_is_on(const struct conf *conf, enum conf_key key);
enum status settings_watchdog(const struct conf *conf);
/* When a certificate gets too old. */
enum status settings_due(const struct conf *conf);
/* Those that depend on one another. */
enum status settings_times(const struct conf *conf);

/*
 * Makes $GR_STATE, for its owner alone, where it is missing. GR_FAIL: cannot be made, or no
 * directory
 */
enum status settings_state(const struct conf *conf);

#endif
