/* SPDX-License-Identifier: Apache-2.0 */
/* rule.c - what is to happen to which message */
#include "rule.h"
#include "str.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
	[DEED_PASS] = "pass",	[DEED_DROP] = "drop", [DEED_DOUBLE] = "double",
	[DEED_DELAY] = "delay", [DEED_SWAP] = "swap", [DEED_KEEP] = "keep",
	[DEED_SEND] = "send",	[DEED_RUN] = "run",   [DEED_FAILED] = "failed"
};

const char *deed_name(enum deed deed)
{
	return names[deed];
}

/* Cuts the next word off *text. False: none, or it does not fit. */
static bool take_word(char *to, size_t size, const char **text)
{
	size_t len;

	*text += strspn(*text, " ");
	len = strcspn(*text, " ");
	if (len == 0 || !str_format(to, size, "%.*s", (int)len, *text))
		return false;
	*text += len;
	return true;
}

static bool read_when(struct rule *r, const char *text)
{
	char *end;
	double number = strtod(text, &end);

	if (strcmp(text, "each") == 0)
		r->share = 1;
	else if (end != text && strcmp(end, "%") == 0 && number > 0 && number <= 100)
		r->share = number / 100;
	else if (end != text && *end == '\0' && number >= 1 && number <= 1e9)
		r->nth = (uint32_t)number;
	else
		return false;
	return true;
}

static bool read_deed(struct rule *r, const char *text)
{
	for (r->deed = DEED_DROP; r->deed < DEED_FAILED; r->deed++)
		if (strcmp(text, names[r->deed]) == 0)
			return true;
	return false;
}

static bool read_line(struct rules *rules, const char **why, const char *line)
{
	struct rule *r = &rules->rule[rules->rules];
	char word[32];

	if (strncmp(line, "seed ", 5) == 0) {
		rules->seed = strtoull(line + 5, NULL, 10);
		return true;
	}
	*why = "more rules than there is room for";
	if (rules->rules == RULES_MAX)
		return false;
	*r = (struct rule){ 0 };
	*why = "a rule is WHEN FILTER DEED [ARGUMENT]";
	if (!take_word(word, sizeof word, &line) || !read_when(r, word) ||
	    !take_word(r->filter, sizeof r->filter, &line) ||
	    !take_word(word, sizeof word, &line) || !read_deed(r, word) ||
	    !str_copy(r->argument, sizeof r->argument, line + strspn(line, " ")))
		return false;
	rules->rules++;
	return true;
}

bool rules_parse(struct rules *rules, const char **why, const char *text)
{
	char line[RULE_ARGUMENT_MAX + 256];

	*rules = (struct rules){ 0 };
	*why = "a line is too long";
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len >= sizeof line) {
			*rules = (struct rules){ 0 };
			return false;
		}
		memcpy(line, text, len);
		line[len] = '\0';
		if (len > 0 && !read_line(rules, why, line)) {
			*rules = (struct rules){ 0 };
			return false;
		}
		text += len + (text[len] == '\n');
	}
	return true;
}

/*
 * A number from 0 up to 1 for this message of this thing, always the same (FNV-1a, then the
 * finalizer of SplitMix64).
 */
static double lot(const struct rules *rules, const char *thing, size_t rule)
{
	uint64_t h = 14695981039346656037u ^ rules->seed;

	for (; *thing; thing++)
		h = (h ^ (unsigned char)*thing) * 1099511628211u;
	h += 0x9e3779b97f4a7c15u * (rules->count * RULES_MAX + rule + 1);
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
	return (double)((h ^ (h >> 31)) >> 11) / 9007199254740992.0;
}

const struct rule *rules_match(struct rules *rules, const char *thing, const char *name)
{
	const struct rule *hit = NULL;

	rules->count++;
	for (size_t i = 0; i < rules->rules; i++) {
		struct rule *r = &rules->rule[i];

		if (fnmatch(r->filter, name, 0) != 0)
			continue;
		r->seen++;
		if (!hit && (r->share > 0 ? lot(rules, thing, i) < r->share : r->seen == r->nth))
			hit = r;
	}
	return hit;
}
