/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repeat.h - keeps repeated lines out of a log: a line is written at once the first time; after
 * that one line a minute says how often it was left out.
 *
 * At most 4096 different lines are counted in a minute, and at most 8 of one owner. Lines beyond
 * that are left out too; one more line a minute says how many those were.
 */
#ifndef GR_BASE_REPEAT_H
#define GR_BASE_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

/* REPEAT_LINE: bytes of a line that are kept, to write it again with its count */
enum { REPEAT_MS = 60000, REPEAT_LINE = 768 };

struct repeats;

/* write: called for each line that is due, without a newline. NULL: out of memory. */
struct repeats *repeats_new(void (*write)(const char *line));
void repeats_free(struct repeats *repeats);	/* writes the counts that are left; takes NULL */

/*
 * Writes line, or counts it if it was written in the last minute. owner is who caused it, for the
 * bound of 8; "": nobody, and only the bound of 4096 applies. now is clock_boot_ms.
 */
void repeats_say(struct repeats *repeats, const char *owner, const char *line, int64_t now);
/* As repeats_say, but writes nothing. True: the caller is to write line; false: it was counted. */
bool repeats_admit(struct repeats *repeats, const char *owner, const char *line, int64_t now);
/* Writes the counts whose minute is over. To be called often; cheap while there is none. */
void repeats_tick(struct repeats *repeats, int64_t now);

#endif
