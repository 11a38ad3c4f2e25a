/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule.h - what is to happen to which message of a thing.
 *
 * Rules come as text, one a line: WHEN FILTER DEED [ARGUMENT]. FILTER is a shell pattern for the
 * name of the message ("jobs/?*"); WHEN is N for the N-th message that matches it from now on, P%
 * for a random share of them, or "each". The line "seed N" makes the random ones come out the same
 * for the same thing and the same messages. The first rule that fires counts.
 */
#ifndef GR_RULE_H
#define GR_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "topic.h"

enum deed {
	DEED_PASS,
	DEED_DROP,	/* acknowledged and lost */
	DEED_DOUBLE,
	DEED_DELAY,	/* ARGUMENT milliseconds */
	/* held back until the thing's next message in the same direction has gone */
	DEED_SWAP,
	DEED_KEEP,	/* passes; a copy is kept */
	DEED_SEND,	/* passes; then the ARGUMENT-th copy is sent, or all of them */
	DEED_RUN,	/* ARGUMENT is a command for the shell, run before the message passes */
	DEED_FAILED	/* for the trace alone: what should have been done could not be */
};
const char *deed_name(enum deed deed);

enum { RULES_MAX = 12, RULE_ARGUMENT_MAX = 1024 };

struct rule {
	uint32_t nth, seen;
	double share;		/* of 1; 0: nth counts; 1 with "each" */
	char filter[128];
	enum deed deed;
	char argument[RULE_ARGUMENT_MAX];
};
struct rules {
	uint64_t seed, count;	/* count: messages looked at */
	size_t rules;
	struct rule rule[RULES_MAX];
};

/* False, with *why set to a static sentence: not rules; *rules is then empty. */
bool rules_parse(struct rules *rules, const char **why, const char *text);
/* The rule that this message of the thing falls under, or NULL. */
const struct rule *rules_match(struct rules *rules, const char *thing, const char *name);

#endif
