/* SPDX-License-Identifier: Apache-2.0 */
/* conf - gr.conf: its lines, and each setting looked at as gr-config --check does */
#include "config/conf.h"
#include "lib/fuzz.h"
#include "config/settings.h"

#include <stdio.h>
#include <stdlib.h>

/* No nucleus of the machine that this runs on. */
static enum status no_nucleus(struct conf *conf)
{
	(void)conf;
	return GR_OK;
}

static void check(const struct conf *conf)
{
	settings_thing(conf);
	settings_endpoint(conf);
	settings_port(conf);
	settings_path(conf, CONF_PRIVATE_KEY_PATH);
	settings_path(conf, CONF_CERTIFICATE_FILE_PATH);
	settings_token(conf);
	settings_next_key(conf);
	settings_switch(conf, CONF_CERTIFICATE_CHAIN);
	settings_watchdog(conf);
	settings_due(conf);
	settings_times(conf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf conf = { 0 };
	char path[4096];

	/* A file of ours in a folder of ours: any other is refused unread. */
	snprintf(path, sizeof path, "%s/gr.conf", fuzz_folder());
	fuzz_write("gr.conf", data, size);
	FUZZ_HOLDS(setenv("HOME", "/home/gr", 1) == 0 && setenv("GR_CONF", path, 1) == 0);
	if (conf_load(&conf, no_nucleus) == GR_OK)
		check(&conf);
	conf_release(&conf);
	return 0;
}
