/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printable.h - text that came from elsewhere, made harmless for whoever reads it: a terminal, a
 * log, a page.
 *
 * A character is accepted as input unless it is one of \p{C}, which AWS IoT refuses in
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
 * Returns how many bytes the character at text has in UTF-8, 1 where the bytes are no character;
 * text must not be at its end. *harmless: it may be shown.
 */
size_t printable_char(bool *harmless, const char *text);
/* Tells whether text is UTF-8 and holds nothing of \p{C}, as above. */
bool printable_is_text(const char *text);
/* Replaces each character that is not harmless by '?', in place: text gets no longer. */
void printable_clean(char *text);
/* Writes text with '?' for each character that is neither harmless nor in keep. */
void printable_write(FILE *out, const char *text, const char *keep);
/*
 * Prints one line on standard output and adds its newline. Characters of the text that are not
 * harmless become '?', newlines too.
 */
void printable_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * Writes text to standard output: to a terminal with '?' for what is neither harmless nor a line
 * end or tab, else as it is.
 */
void printable_verbatim(const char *text);
/* Writes JSON text with \u escapes for characters that are not harmless: the value is the same. */
void printable_write_json(FILE *out, const char *json);
/*
 * Copies text for a log of another program: writes what is not printable ASCII, and a backslash,
 * as \xNN. Text that does not fit is cut and ends in "...".
 */
void printable_ascii(char *to, size_t size, const char *text);

#endif
