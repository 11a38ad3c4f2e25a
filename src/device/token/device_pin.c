/* SPDX-License-Identifier: Apache-2.0 */
/* device_pin.c - PINs of a device, which may stand in the configuration of its nucleus */
#include "token/device_pin.h"
#include "config/gr_config.h"
#include "secret.h"
#include "str.h"

#include <string.h>

/* gr-config prints two lines, the PIN and when it was set. */
static enum status ask_gr_config(struct pin *pin, const struct conf *conf)
{
	static const char *const options[] = { "--pin-fd", "1", "--pin-stamp", NULL };
	enum status st;
	char *text, *stamp;
	size_t len;

	if ((st = gr_config_ask(&text, &len, conf, options)) != GR_OK)
		return st;
	if ((stamp = strchr(text, '\n')))
		str_format(pin->stamp, sizeof pin->stamp, "%.*s", (int)strcspn(stamp + 1, "\n"),
			   stamp + 1);
	st = pin_take_line(pin, text, len);
	secret_free(text, len);
	return st;
}

enum status device_pin_read(struct pin *pin, const char *source, const void *conf)
{
	if (strcmp(source, "greengrass") != 0)
		return pin_read(pin, source, conf);
	*pin = (struct pin){ .len = 0 };
	str_copy(pin->source, sizeof pin->source, source);
	return ask_gr_config(pin, conf);
}
