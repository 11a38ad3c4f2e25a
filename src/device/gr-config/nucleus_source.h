/* SPDX-License-Identifier: Apache-2.0 */
/* nucleus_source.h - settings and PIN from the configuration of a Greengrass nucleus. */
#ifndef GR_CONFIG_NUCLEUS_SOURCE_H
#define GR_CONFIG_NUCLEUS_SOURCE_H

#include "config/conf.h"
#include "pkcs11/pin.h"
#include "status.h"

/* As pkcs11PinSource: the PIN stands in the configuration of the nucleus. */
#define NUCLEUS_SOURCE_PIN "greengrass"

/*
 * Takes what the nucleus of this device says, if there is one. runtime says which kinds may be
 * here, greengrassRoot where. GR_BAD, one line: its configuration cannot be read, names a file
 * that whoever wrote it may not read, or is not at greengrassRoot. GR_FAIL, one line: not now.
 */
enum status nucleus_source_take(struct conf *conf);
/* Reads the PIN (pin_wipe it). GR_BAD, GR_FAIL, one line: none there, or as above. */
enum status nucleus_source_pin(struct pin *pin, const struct conf *conf);

#endif
