/* SPDX-License-Identifier: Apache-2.0 */
/* post.h - the rules of all things, applied to one message after the other. */
#ifndef GR_POST_H
#define GR_POST_H

#include "copy.h"
#include "rule.h"

struct post;

/*
 * Appends a line "THING NAME DEED" to the file at trace for every message; NULL: out of memory, or
 * it cannot be opened.
 */
struct post *post_new(const char *trace);
void post_free(struct post *post);	/* takes NULL */

/* Puts new rules in the place of the thing's old ones. False: *why is a static sentence. */
bool post_rule(struct post *post, const char **why, const char *thing, const char *text);
/* True: the message may pass; false: it is gone, for now or for ever. */
bool post_judge(struct post *post, const struct letter *letter, int64_t now);
/* The next message that is to be sent now (copies_free it), or NULL. */
struct copy *post_due(struct post *post, int64_t now);

#endif
