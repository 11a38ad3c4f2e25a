/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printable.h - text that came from elsewhere, made harmless for whoever reads it: a terminal, a
 * log, a page.
 *
 * A character is taken at a door unless it is one of \p{C}, which AWS IoT refuses in
 * statusDetails, descriptions, comments and reason codes: control (Cc), format (Cf: those that
 * change the direction of writing, or are not seen at all), surrogate (Cs), private use (Co), and
 * of what is not assigned (Cn) the noncharacters and all that Unicode keeps for characters that
 * are not seen. Other code points that are not assigned pass: which ones they are changes with
 * each version of Unicode, and a terminal shows a box for them. To be shown, a character must not
 * be a separator of lines or paragraphs (Zl, Zp) either.
 */
#ifndef GR_PRINTABLE_H
#define GR_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * How many bytes the character at text, which is not at its end, has in UTF-8; 1 where there is
 * none. *harmless: it may be shown.
 */
size_t printable_char(bool *harmless, const char *text);
/* True when text is UTF-8 and holds nothing of \p{C}, as above. */
bool printable_is_text(const char *text);
/* Each character that is not harmless becomes '?', in place: text gets no longer. */
void printable_clean(char *text);
/* Writes text with '?' for each character that is not harmless, but those of keep. */
void printable_write(FILE *out, const char *text, const char *keep);
/* One line on standard output, whatever its parts hold; ends in a newline of its own. */
void printable_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * Writes bytes as they are where no person reads them; to a terminal, line ends and tabs and what
 * is harmless.
 */
void printable_verbatim(const char *text);
/* Writes JSON text with \u escapes for characters that are not harmless: the value is the same. */
void printable_write_json(FILE *out, const char *json);
/*
 * Copies text for a log of others: what is not printable ASCII as \xNN, a backslash too; what does
 * not fit is cut, and ends in "...".
 */
void printable_ascii(char *to, size_t size, const char *text);

#endif
