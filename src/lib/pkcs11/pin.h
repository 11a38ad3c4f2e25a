/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pin.h - the PIN of a token: reads it from its source, and records one that the token refused, so
 * that no program tries it again by itself.
 *
 * A source is a file (path, ~/path or file: URI), whose first line is the PIN; "fd:N", a
 * descriptor that we inherited; or, on a device, "greengrass", the nucleus's own configuration.
 * Tokens lock after a few wrong PINs, so a refusal is recorded in the folder called state, by the
 * token's serial number, until the source changes.
 *
 * On any status but GR_OK one line has been written, which never holds a PIN, and there is nothing
 * to wipe.
 */
#ifndef GR_PKCS11_PIN_H
#define GR_PKCS11_PIN_H

#include <limits.h>
#include <stddef.h>

#include "status.h"

enum { PIN_MAX = 255 };

struct pin {
	char *text;		/* secret_alloc */
	size_t len;
	char source[PATH_MAX];	/* for error lines */
	char stamp[64];		/* another one whenever the source was written */
};

/* Returns N of "fd:N"; -1: source is something else. */
int pin_descriptor(const char *source);
/*
 * Reads the PIN from a file or a descriptor. context is not used; it is there for
 * token_setup.read_pin. GR_BAD: no such source, it holds no PIN, or everybody may read it.
 * GR_FAIL: it cannot be read now.
 */
enum status pin_read(struct pin *pin, const char *source, const void *context);
/*
 * Take the first line of buf as the PIN; write why there is no PIN, and return GR_BAD. For
 * functions that read a source.
 */
enum status pin_take_line(struct pin *pin, const char *buf, size_t len);
enum status pin_refuse(struct pin *pin, const char *why);
void pin_wipe(struct pin *pin);

enum pin_record {
	PIN_UNKNOWN,	/* nothing on record for this token */
	PIN_REFUSED,	/* this source, as it is now, was refused */
	PIN_CHANGED	/* a PIN was refused, and somebody has seen to it since */
};
/* Looks up what is on record about this PIN and this token. */
enum status pin_look(enum pin_record *record, const struct pin *pin, const char *state,
		     const char *serial);
/* Records that the token refused it. */
enum status pin_note_refused(const struct pin *pin, const char *state, const char *serial);
/* Removes the record: the token took the PIN. */
enum status pin_note_taken(const char *state, const char *serial);

#endif
