/* SPDX-License-Identifier: Apache-2.0 */
/* gr_config.h - what the other programs learn from gr-config, which alone reads a nucleus */
#ifndef GR_CONFIG_GR_CONFIG_H
#define GR_CONFIG_GR_CONFIG_H

#include <stddef.h>

#include "config/conf.h"
#include "status.h"

/*
 * Loads the configuration as conf_load does, and runs gr-config for what the nucleus says, if
 * greengrassRoot is set or a nucleus may be on this device.
 */
enum status gr_config_load(struct conf *conf);
/*
 * Runs gr-config with the flags that conf was given, then options (at most seven, NULL ends them),
 * and takes what it prints: see sibling_run.
 */
enum status gr_config_ask(char **text, size_t *len, const struct conf *conf,
			  const char *const options[]);

#endif
