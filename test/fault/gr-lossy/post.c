/* SPDX-License-Identifier: Apache-2.0 */
/* post.c - the rules of all things */
#include "post.h"
#include "str.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is known of one thing. */
struct book {
	struct book *next;
	char thing[129];
	struct rules rules;
	struct copy *held[2];	/* by direction: swapped with the next one */
	struct copy *kept;	/* for another day */
};
struct post {
	int trace;
	struct book *books;
	struct copy *waiting;	/* doubled, delayed, let go, replayed */
};

struct post *post_new(const char *trace)
{
	struct post *post = calloc(1, sizeof *post);

	if (post &&
	    (post->trace = open(trace, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) >= 0)
		return post;
	free(post);
	return NULL;
}

void post_free(struct post *post)
{
	if (!post)
		return;
	while (post->books) {
		struct book *b = post->books;

		post->books = b->next;
		copies_free(&b->held[0]);
		copies_free(&b->held[1]);
		copies_free(&b->kept);
		free(b);
	}
	copies_free(&post->waiting);
	close(post->trace);
	free(post);
}

static struct book *find_book(struct post *post, const char *thing)
{
	struct book *b = post->books;

	while (b && strcmp(b->thing, thing) != 0)
		b = b->next;
	return b;
}

static struct book *make_book(struct post *post, const char *thing)
{
	struct book *b = find_book(post, thing);

	if (b || !(b = calloc(1, sizeof *b)))
		return b;
	if (!str_copy(b->thing, sizeof b->thing, thing)) {
		free(b);
		return NULL;
	}
	b->next = post->books;
	return post->books = b;
}

static bool has_deed(const struct rules *rules, enum deed deed)
{
	for (size_t i = 0; i < rules->rules; i++)
		if (rules->rule[i].deed == deed)
			return true;
	return false;
}

bool post_rule(struct post *post, const char **why, const char *thing, const char *text)
{
	struct book *b = make_book(post, thing);

	*why = "not a thing";
	if (!b || !rules_parse(&b->rules, why, text))
		return false;
	copies_free(&b->held[0]);
	copies_free(&b->held[1]);
	if (has_deed(&b->rules, DEED_KEEP))
		copies_free(&b->kept);
	return true;
}

/* In one write, so that a reader never sees half a line. */
static void trace(struct post *post, const struct letter *l, enum deed deed)
{
	char line[sizeof l->thing + sizeof l->name + 16];
	ssize_t n;

	str_format(line, sizeof line, "%s %s %s\n", l->thing, l->name, deed_name(deed));
	n = write(post->trace, line, strlen(line));
	(void)n;	/* whoever reads it will miss the line */
}

static bool put(struct copy **list, const struct letter *l, int64_t due)
{
	struct copy *copy = copy_of(l, due);

	if (copy)
		copy_append(list, copy);
	return copy != NULL;
}

/* What was done: DEED_FAILED where it could not be, and then the message passes. */
static enum deed carry_out(struct post *post, struct book *b, const struct rule *r,
			   const struct letter *l, int64_t now)
{
	bool done = true;

	switch (r->deed) {
	case DEED_DOUBLE:
		done = put(&post->waiting, l, now);
		break;
	case DEED_DELAY:
		done = put(&post->waiting, l, now + strtol(r->argument, NULL, 10));
		break;
	case DEED_SWAP:
		done = !b->held[l->to_device] && put(&b->held[l->to_device], l, now);
		break;
	case DEED_KEEP:
		done = put(&b->kept, l, now);
		break;
	case DEED_SEND:
		done = copy_list(&post->waiting, b->kept, strtoul(r->argument, NULL, 10), now);
		break;
	case DEED_RUN:
		done = system(r->argument) == 0;
		break;
	default:
		break;
	}
	return done ? r->deed : DEED_FAILED;
}

static void let_go(struct post *post, struct book *b, bool to_device, int64_t now)
{
	struct copy *held = b->held[to_device];

	if (!held)
		return;
	b->held[to_device] = NULL;
	held->due = now;
	copy_append(&post->waiting, held);
}

bool post_judge(struct post *post, const struct letter *letter, int64_t now)
{
	struct book *b = find_book(post, letter->thing);
	const struct rule *r = b ? rules_match(&b->rules, letter->thing, letter->name) : NULL;
	enum deed deed = r ? carry_out(post, b, r, letter, now) : DEED_PASS;

	trace(post, letter, deed);
	if (deed == DEED_DROP || deed == DEED_DELAY || deed == DEED_SWAP)
		return false;
	if (b)
		let_go(post, b, letter->to_device, now);
	return true;
}

struct copy *post_due(struct post *post, int64_t now)
{
	for (struct copy **at = &post->waiting; *at; at = &(*at)->next)
		if ((*at)->due <= now) {
			struct copy *copy = *at;

			*at = copy->next;
			copy->next = NULL;
			return copy;
		}
	return NULL;
}
