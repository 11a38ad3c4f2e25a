/* SPDX-License-Identifier: Apache-2.0 */
/* no_nucleus.c - nucleus_source.h in a build without Greengrass (WITH_GREENGRASS=0) */
#include "gr-config/nucleus_source.h"

#include <string.h>

#include "complain.h"
#include "str.h"

/* Only a device whose settings name a nucleus misses something. */
enum status nucleus_source_take(struct conf *conf)
{
	const char *runtime = conf->value[CONF_RUNTIME], *root = conf->value[CONF_GREENGRASS_ROOT];

	if ((!runtime || strcmp(runtime, "none") == 0) && !root)
		return GR_OK;
	complain(
	    "%s: this gr was built without Greengrass (WITH_GREENGRASS=0) and reads no nucleus;"
	    " set thingName, the paths and the endpoint in gr.conf, or build it with Greengrass",
	    root ? conf_name(CONF_GREENGRASS_ROOT) : conf_name(CONF_RUNTIME));
	return GR_BAD;
}

enum status nucleus_source_pin(struct pin *pin, const struct conf *conf)
{
	(void)conf;
	*pin = (struct pin){ .len = 0 };
	str_copy(pin->source, sizeof pin->source, NUCLEUS_SOURCE_PIN);
	return pin_refuse(pin, "this gr was built without Greengrass (WITH_GREENGRASS=0)");
}
