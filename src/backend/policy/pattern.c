/* SPDX-License-Identifier: Apache-2.0 */
/* pattern.c - wildcards and variables */
#include "policy/pattern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A symbol below 256 stands for that byte, SYMBOL_VARIABLE + n for variable n. */
enum { SYMBOL_ONE = 256, SYMBOL_RUN, SYMBOL_END, SYMBOL_VARIABLE };

struct pattern {
	size_t count;
	uint16_t symbol[];
};

/* Returns the symbol for the text between ${ and }; 0: a variable that is not known. */
static uint16_t braced(const char *text, size_t len)
{
	enum variable v;

	if (len == 1 && strchr("*?$", text[0]))
		return (unsigned char)text[0];
	v = variable_find(text, len);
	return v == VARIABLE_COUNT ? 0 : (uint16_t)(SYMBOL_VARIABLE + v);
}

/*
 * Returns the symbol that starts at *text and moves *text behind it. Returns 0, with *why set, for
 * a variable that is not known or not closed.
 */
static uint16_t take(const char **why, const char **text, enum pattern_style style)
{
	const char *start = *text, *end;
	uint16_t symbol;

	if (start[0] != '$' || start[1] != '{') {
		*text = start + 1;
		if (style == PATTERN_WILD && start[0] == '*')
			return SYMBOL_RUN;
		return style == PATTERN_WILD && start[0] == '?' ? SYMBOL_ONE
								: (unsigned char)start[0];
	}
	end = strchr(start, '}');
	if (!end) {
		*why = "a variable without its closing brace";
		return 0;
	}
	*text = end + 1;
	symbol = braced(start + 2, (size_t)(end - start - 2));
	if (symbol == 0)
		*why = "a variable that this broker does not know";
	return symbol;
}

struct pattern *pattern_compile(const char **why, const char *text, enum pattern_style style)
{
	struct pattern *p = malloc(sizeof *p + strlen(text) * sizeof p->symbol[0]);

	if (!p) {
		*why = "out of memory";
		return NULL;
	}
	p->count = 0;
	while (*text) {
		uint16_t symbol = take(why, &text, style);

		if (symbol == 0) {
			free(p);
			return NULL;
		}
		p->symbol[p->count++] = symbol;
	}
	return p;
}

void pattern_free(struct pattern *pattern)
{
	free(pattern);
}

/* A position in the pattern; each variable counts as the bytes of its value. */
struct place {
	size_t at;	/* index of the symbol */
	size_t inside;	/* where that symbol is a variable: index of the byte in its value */
};

static uint16_t step(struct place *place, const struct pattern *p, const struct policy_who *who)
{
	while (place->at < p->count) {
		uint16_t symbol = p->symbol[place->at];
		const char *value;

		if (symbol < SYMBOL_VARIABLE) {
			place->at++;
			return symbol;
		}
		value = variable_value(who, (enum variable)(symbol - SYMBOL_VARIABLE));
		if (value[place->inside])
			return (unsigned char)value[place->inside++];
		place->at++;
		place->inside = 0;
	}
	return SYMBOL_END;
}

static bool is_absent(const struct pattern *p, const struct policy_who *who)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->symbol[i] >= SYMBOL_VARIABLE &&
		    !variable_value(who, (enum variable)(p->symbol[i] - SYMBOL_VARIABLE)))
			return true;
	return false;
}

/* Skips one UTF-8 character: its first byte and the continuation bytes, which are 10xxxxxx. */
static const char *behind_character(const char *text)
{
	do
		text++;
	while (((unsigned char)*text & 0xc0) == 0x80);
	return text;
}

enum pattern_answer pattern_match(const struct pattern *pattern, const char *text,
				  const struct policy_who *who)
{
	struct place place = { 0 }, after_run = { 0 };
	const char *run = NULL;	/* end of the text that the last * has matched so far */

	if (is_absent(pattern, who))
		return PATTERN_ABSENT;
	for (;;) {
		uint16_t symbol = step(&place, pattern, who);

		if (symbol == SYMBOL_RUN) {
			if (place.at == pattern->count)
				return PATTERN_YES;
			after_run = place;
			run = text;
		} else if (symbol == SYMBOL_END && !*text) {
			return PATTERN_YES;
		} else if (symbol == SYMBOL_ONE && *text) {
			text = behind_character(text);
		} else if (*text && symbol == (unsigned char)*text) {
			text++;
		} else if (run && *run) {
			/*
			 * Let the last * match one character more. Earlier ones need not be tried
			 * again: whatever text they could take, the last one can take as well.
			 */
			text = ++run;
			place = after_run;
		} else {
			return PATTERN_NO;
		}
	}
}
