/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nucleus.h - the configuration of the AWS IoT Greengrass nucleus that owns this device's
 * credentials: the values that gr uses. discovery.h finds it; classic.h and lite.h fill it in.
 */
#ifndef GR_CONFIG_GREENGRASS_NUCLEUS_H
#define GR_CONFIG_GREENGRASS_NUCLEUS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "status.h"

enum nucleus_item {
	NUCLEUS_THING_NAME, NUCLEUS_PRIVATE_KEY_PATH, NUCLEUS_CERTIFICATE_FILE_PATH,
	NUCLEUS_ROOT_CA_PATH,
	NUCLEUS_IOT_DATA_ENDPOINT, NUCLEUS_IOT_DATA_PORT,
	NUCLEUS_PKCS11_MODULE, NUCLEUS_PKCS11_SLOT,
	/*
	 * secret: userPin, or the pin-value of a pkcs11: URI, which is cut out of the URI's value
	 */
	NUCLEUS_PIN,
	NUCLEUS_COUNT
};

enum nucleus_kind { NUCLEUS_NONE = 0, NUCLEUS_CLASSIC = 1, NUCLEUS_LITE = 2, NUCLEUS_ANY = 3 };

struct nucleus {
	enum nucleus_kind kind;		/* NUCLEUS_NONE: none was found, and all values are NULL */
	char root[PATH_MAX];
	char *value[NUCLEUS_COUNT];	/* NULL: not configured */
	char *source[NUCLEUS_COUNT];	/* file and line, or file and key */
	int64_t pin_stamp;		/* when the PIN was last set, by the nucleus's clock */
	/* a user other than root and this process's could have written a configuration file */
	bool foreign;
	/* if foreign: that user; (uid_t)-1: no single user, for example all of a group */
	uid_t writer;
};

/* "none", "classic", "lite" */
const char *nucleus_name(enum nucleus_kind kind);
void nucleus_release(struct nucleus *nucleus);	/* takes a zeroed struct */

/* For classic.c and lite.c: sets foreign if others could have written the file at path. */
void nucleus_note_file(struct nucleus *nucleus, const char *path);
/*
 * For classic.c and lite.c: sets the item unless it is set already or value is empty. stamp is the
 * time of the value's last change. GR_BAD, one line: a pin-value in value is malformed. GR_FAIL,
 * one line: out of memory.
 */
enum status nucleus_take(struct nucleus *nucleus, enum nucleus_item item, const char *value,
			 const char *source, int64_t stamp);

#endif
