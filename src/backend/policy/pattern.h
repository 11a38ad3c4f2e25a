/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pattern.h - text with wildcards and variables, as policies write it.
 *
 * "*" stands for any run of characters, "?" for exactly one; ${*} ${?} ${$} are the characters
 * themselves; ${name} is a variable, whose value is never a pattern. A "$" before anything but "{"
 * is a plain character.
 */
#ifndef GR_POLICY_PATTERN_H
#define GR_POLICY_PATTERN_H

#include <stdbool.h>

#include "policy/variable.h"

struct pattern;

enum pattern_style {
	PATTERN_WILD,
	PATTERN_EXACT	/* "*" and "?" are plain characters, variables are not */
};
enum pattern_answer {
	PATTERN_NO,
	PATTERN_YES,
	PATTERN_ABSENT	/* it uses a variable that has no value */
};

/*
 * Compiles text; free the result with pattern_free. NULL: a variable in it is not known or not
 * closed, or out of memory; *why is then a static sentence.
 */
struct pattern *pattern_compile(const char **why, const char *text, enum pattern_style style);
void pattern_free(struct pattern *pattern);

/* Takes time in proportion to the product of both lengths at most, whatever the pattern. */
enum pattern_answer pattern_match(const struct pattern *pattern, const char *text,
				  const struct policy_who *who);

#endif
