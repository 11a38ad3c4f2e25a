/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nucleus.h - what the configuration of the AWS IoT Greengrass nucleus says that owns this
 * device's credentials. discovery.h finds it; classic.h and lite.h fill it in.
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
	/* secret: userPin, or the pin-value of a pkcs11: URI, which the URI here then lacks */
	NUCLEUS_PIN,
	NUCLEUS_COUNT
};

enum nucleus_kind { NUCLEUS_NONE = 0, NUCLEUS_CLASSIC = 1, NUCLEUS_LITE = 2, NUCLEUS_ANY = 3 };

struct nucleus {
	enum nucleus_kind kind;		/* NUCLEUS_NONE: there is none, and no value */
	char root[PATH_MAX];
	char *value[NUCLEUS_COUNT];	/* NULL: not said */
	char *source[NUCLEUS_COUNT];	/* file and line, or file and key */
	int64_t pin_stamp;		/* another one when somebody has set the PIN again */
	/* somebody who is neither root nor us could have written it: it gives names alone */
	bool foreign;
	/* then: who; (uid_t)-1: nobody by name, such as all of a group */
	uid_t writer;
};

/* "none", "classic", "lite" */
const char *nucleus_name(enum nucleus_kind kind);
void nucleus_release(struct nucleus *nucleus);	/* takes a zeroed struct */

/* For classic.c and lite.c: a file that they read, or would if it were there. */
void nucleus_note_file(struct nucleus *nucleus, const char *path);
/*
 * For classic.c and lite.c; stamp is the time of the value's last change. Empty text is no
 * value. GR_FAIL, one line: out of memory.
 */
enum status nucleus_take(struct nucleus *nucleus, enum nucleus_item item, const char *value,
			 const char *source, int64_t stamp);

#endif
