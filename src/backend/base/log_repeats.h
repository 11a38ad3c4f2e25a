/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_repeats.h - keeps repeated lines out of a log: a line is written at once the first time;
 * after that one line a minute says how often it was left out.
 *
 * At most 4096 different lines are counted in a minute, and at most 8 of one owner. Lines beyond
 * that are left out too; one more line a minute says how many those were.
 */
#ifndef GR_BASE_LOG_REPEATS_H
#define GR_BASE_LOG_REPEATS_H

#include <stdbool.h>
#include <stdint.h>

/* REPEAT_LINE: bytes of a line that are kept, to write it again with its count */
enum { REPEAT_MS = 60000, REPEAT_LINE = 768 };

struct log_repeats;

/* write: called for each line that is due, without a newline. NULL: out of memory. */
struct log_repeats *log_repeats_new(void (*write)(const char *line));
/* Writes the counts that are left. Takes NULL. */
void log_repeats_free(struct log_repeats *repeats);

/*
 * Writes line, or counts it if it was written in the last minute. owner is who caused it, for the
 * bound of 8; "": nobody, and only the bound of 4096 applies. now is clock_boot_ms.
 */
void log_repeats_say(struct log_repeats *repeats, const char *owner, const char *line,
		     int64_t now);
/*
 * Decides as log_repeats_say, but writes nothing. True: the caller is to write line; false: it was
 * counted.
 */
bool log_repeats_admit(struct log_repeats *repeats, const char *owner, const char *line,
		       int64_t now);
/* Writes the counts whose minute is over. To be called often; cheap while there is none. */
void log_repeats_tick(struct log_repeats *repeats, int64_t now);

#endif
