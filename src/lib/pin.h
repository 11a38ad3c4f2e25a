/*
 * pin.h - the PIN of a token: where it comes from, and that one which the token refused is never tried again by itself.
 *
 * A source is a file (path, ~/path or file: URI), whose first line it is; "fd:N", a descriptor that we inherited; or
 * "greengrass", the nucleus's own configuration. Tokens lock after a few wrong PINs: what was refused is on record in
 * $GR_STATE, by the token's serial number, until the source changes.
 *
 * On any status but GR_OK one line has been written, which never holds a PIN, and there is nothing to wipe.
 */
#ifndef GR_PIN_H
#define GR_PIN_H

#include <limits.h>
#include <stddef.h>

#include "conf.h"
#include "status.h"

enum { PIN_MAX = 255 };

struct pin {
	char text[PIN_MAX + 1];
	size_t len;
	char source[PATH_MAX];	/* for error lines */
	char stamp[64];		/* another one whenever the source was written */
};

/* N of "fd:N"; -1: source is something else. */
int pin_descriptor(const char *source);
/* GR_BAD: no such source, it holds no PIN or everybody may read it. GR_FAIL: cannot be read now. */
enum status pin_read(struct pin *pin, const char *source, const struct conf *conf);
void pin_wipe(struct pin *pin);

enum pin_record {
	PIN_UNKNOWN,	/* nothing on record for this token */
	PIN_REFUSED,	/* this source, as it is now, was refused */
	PIN_CHANGED	/* a PIN was refused, and somebody has seen to it since */
};
enum status pin_look(enum pin_record *record, const struct pin *pin, const struct conf *conf, const char *serial);
/* The token refused it. */
enum status pin_note_refused(const struct pin *pin, const struct conf *conf, const char *serial);
/* The token took it: the record goes. */
enum status pin_note_taken(const struct conf *conf, const char *serial);

#endif
