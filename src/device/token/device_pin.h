/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device_pin.h - the PIN of a token from any source that the configuration of a device can name:
 * those of pin.h, or "greengrass", the configuration of the nucleus.
 */
#ifndef GR_TOKEN_DEVICE_PIN_H
#define GR_TOKEN_DEVICE_PIN_H

#include "config/conf.h"
#include "pkcs11/pin.h"

/*
 * Reads the PIN from source. conf is a struct conf, passed as void for token_setup.read_pin.
 * GR_BAD, GR_FAIL, one line: as pin_read.
 */
enum status device_pin_read(struct pin *pin, const char *source, const void *conf);

#endif
