/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repeat.h - lines that say the same again and again: the first is written at once, then one a
 * minute says how often it was left out.
 *
 * What is counted is bounded: 4096 different lines in a minute, 8 of one owner. What is beyond is
 * left out too, and how many those were is one more line a minute.
 */
#ifndef GR_BASE_REPEAT_H
#define GR_BASE_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

enum { REPEAT_MS = 60000, REPEAT_LINE = 768 };	/* bytes of a line that are kept to say it again */

struct repeats;

/* write: called for each line that is due, without a newline. NULL: out of memory. */
struct repeats *repeats_new(void (*write)(const char *line));
void repeats_free(struct repeats *repeats);	/* says what is left to be said; takes NULL */

/*
 * Writes line, now or counted. owner: on whose account it is ("": nobody's, and then without a
 * bound of its own); now is clock_boot_ms.
 */
void repeats_say(struct repeats *repeats, const char *owner, const char *line, int64_t now);
/* The same, for the caller to write. False: it is counted. */
bool repeats_admit(struct repeats *repeats, const char *owner, const char *line, int64_t now);
/* Writes the counts whose minute is over. To be called often: it costs nothing while none is. */
void repeats_tick(struct repeats *repeats, int64_t now);

#endif
