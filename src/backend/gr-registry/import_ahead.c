/* SPDX-License-Identifier: Apache-2.0 */
/* import_ahead.c - a thread that reads lines and decodes them, two batches ahead at the most */
#define _GNU_SOURCE	/* pipe2 */
#include "gr-registry/import_ahead.h"
#include "complain.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = IMPORT_LINE_MAX + 1, SILENCE_MS = 100 };	/* with the line's end */

static void release(struct import_batch *b)
{
	while (b->count > 0)
		import_said_release(&b->lines[--b->count]);
	b->bytes = 0;
}

static void ends(struct import_batch *b, enum status more, const char *why)
{
	b->more = more;
	snprintf(b->why, sizeof b->why, "%s", why);
}

enum came { SOMETHING, SILENCE, STOP };

/* Waits until there is something to read, but no longer than wait_ms unless that is negative. */
static enum came wait_for(const struct import_ahead *a, int wait_ms)
{
	/* stop: closed at the other end */
	struct pollfd p[2] = { { .fd = a->fd, .events = POLLIN }, { .fd = a->stop[0] } };
	int n;

	while ((n = poll(p, 2, wait_ms)) < 0 && errno == EINTR)
		;
	return n == 0 ? SILENCE : p[1].revents ? STOP : SOMETHING;
}

static ssize_t read_some(struct import_ahead *a)
{
	ssize_t n;

	while ((n = read(a->fd, a->text + a->len, ROOM - a->len)) < 0 && errno == EINTR)
		;
	return n;
}

/*
 * GR_OK: there is a line at *text, its len with the end. GR_NO: not now, and b->more says what is
 * to be done.
 */
static enum status next_line(struct import_ahead *a, struct import_batch *b, size_t *start,
			     size_t *len)
{
	enum came came;
	size_t seen = *start;	/* no line ends before this */
	char *end;
	ssize_t n;

	while (!(end = memchr(a->text + seen, '\n', a->len - seen)) && !a->end) {
		if (*start > 0)
			memmove(a->text, a->text + *start, a->len -= *start);
		*start = 0;
		seen = a->len;
		if (a->len == ROOM)
			return ends(b, GR_BAD, "longer than a megabyte"), GR_NO;
		if ((came = wait_for(a, b->count > 0 ? SILENCE_MS : -1)) == STOP)
			return ends(b, GR_NO, ""), GR_NO;
		if (came == SILENCE)
			return GR_NO;
		if ((n = read_some(a)) < 0)
			return ends(b, GR_FAIL, strerror(errno)), GR_NO;
		a->end = n == 0;
		a->len += (size_t)n;
	}
	*len = end ? (size_t)(end - (a->text + *start)) + 1 : a->len - *start;
	if (*len == 0)
		return ends(b, GR_NO, ""), GR_NO;
	if (memchr(a->text + *start, '\0', *len))
		return ends(b, GR_BAD, "holds a NUL byte"), GR_NO;
	return GR_OK;
}

static void fill(struct import_ahead *a, struct import_batch *b)
{
	size_t start = 0, len;

	ends(b, GR_OK, "");
	while (b->count < IMPORT_BATCH && b->bytes < IMPORT_BATCH_BYTES &&
	       next_line(a, b, &start, &len) == GR_OK) {
		import_decode(&b->lines[b->count++], a->text + start, len);
		start += len;
		b->bytes += len;
	}
	memmove(a->text, a->text + start, a->len -= start);
}

/* The batch to be filled, once the caller is done with it; NULL: nobody wants one. */
static struct import_batch *next_empty(struct import_ahead *a)
{
	struct import_batch *b;

	pthread_mutex_lock(&a->lock);
	while (a->filled - a->emptied == 2 && !a->stopped)
		pthread_cond_wait(&a->changed, &a->lock);
	b = a->stopped ? NULL : &a->batches[a->filled % 2];
	pthread_mutex_unlock(&a->lock);
	return b;
}

static void *run(void *arg)
{
	struct import_ahead *a = arg;
	struct import_batch *b;

	while ((b = next_empty(a))) {
		release(b);
		fill(a, b);
		pthread_mutex_lock(&a->lock);
		a->filled++;
		pthread_cond_broadcast(&a->changed);
		pthread_mutex_unlock(&a->lock);
		if (b->more != GR_OK)
			break;
	}
	return NULL;
}

static void clear(struct import_ahead *a)
{
	for (int i = 0; i < 2; i++) {
		if (a->stop[i] >= 0)
			close(a->stop[i]);
		if (a->batches)
			release(&a->batches[i]);
	}
	free(a->batches);
	free(a->text);
}

enum status import_ahead_start(struct import_ahead *a, int fd)
{
	*a = (struct import_ahead){ .fd = fd,
				    .stop = { -1, -1 },
				    .batches = calloc(2, sizeof *a->batches),
				    .text = malloc(ROOM) };
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	if (a->batches && a->text && pipe2(a->stop, O_CLOEXEC) == 0 &&
	    (errno = pthread_create(&a->thread, NULL, run, a)) == 0)
		return GR_OK;
	complain("cannot start a thread that reads: %s", strerror(errno));
	clear(a);
	return GR_FAIL;
}

struct import_batch *import_ahead_next(struct import_ahead *a)
{
	struct import_batch *b;

	pthread_mutex_lock(&a->lock);
	a->emptied += a->taken;
	a->taken = true;
	pthread_cond_broadcast(&a->changed);
	while (a->filled == a->emptied)
		pthread_cond_wait(&a->changed, &a->lock);
	b = &a->batches[a->emptied % 2];
	pthread_mutex_unlock(&a->lock);
	return b;
}

void import_ahead_stop(struct import_ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->stopped = true;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
	close(a->stop[1]);
	a->stop[1] = -1;
	pthread_join(a->thread, NULL);
	clear(a);
}
