/* SPDX-License-Identifier: Apache-2.0 */
/* device_pin.c - PINs of a device, which may stand in the configuration of its nucleus */
#include "token/device_pin.h"
#include "config/greengrass/nucleus.h"
#include "str.h"

#include <inttypes.h>
#include <string.h>

static enum status read_nucleus(struct pin *pin, const struct conf *conf)
{
	const char *root = conf_text(conf, CONF_GREENGRASS_ROOT);
	struct nucleus nucleus;
	const char *text;
	enum status st;

	if ((st = nucleus_find(&nucleus, NUCLEUS_ANY, root[0] ? root : NULL)) == GR_OK) {
		text = nucleus.value[NUCLEUS_PIN];
		st = text ? pin_take_line(pin, text, strlen(text))
			  : pin_refuse(pin, "the nucleus's configuration holds none");
		str_format(pin->stamp, sizeof pin->stamp, "%" PRId64, nucleus.pin_stamp);
	}
	nucleus_release(&nucleus);
	return st;
}

enum status device_pin_read(struct pin *pin, const char *source, const void *conf)
{
	if (strcmp(source, "greengrass") != 0)
		return pin_read(pin, source, conf);
	*pin = (struct pin){ .len = 0 };
	str_copy(pin->source, sizeof pin->source, source);
	return read_nucleus(pin, conf);
}
