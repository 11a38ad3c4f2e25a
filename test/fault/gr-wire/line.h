/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.h - connections from a device through a wire to the broker, and the mishap that
 * waits for them.
 */
#ifndef GR_LINE_H
#define GR_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum way { WAY_UP, WAY_DOWN, WAY_COUNT };	/* from the device, to the device */
extern const char *const way_names[WAY_COUNT];

enum mishap {
	MISHAP_NONE,
	MISHAP_CUT,	/* both ends see the end of the stream */
	MISHAP_RESET,	/* both ends see RST */
	MISHAP_STALL,	/* neither hears of the other any more, not even its end */
	MISHAP_COUNT
};
extern const char *const mishap_names[MISHAP_COUNT];

/* All connections that one device makes, one after the other or at once. */
struct wire {
	unsigned number;		/* from 1 */
	int listener;
	uint64_t passed[WAY_COUNT];	/* bytes */
	/* happens as soon as at bytes have passed that way, then never again */
	enum mishap mishap;
	enum way way;
	uint64_t at;
};

/* What an epoll event belongs to: the end of a line at which bytes come in that go that way. */
struct line_end {
	struct line *line;	/* NULL: a wire's listener */
	struct wire *wire;
	enum way way;
	int fd;			/* -1: closed */
	size_t len, sent;	/* in bytes, read here and to be written at the other end */
	char bytes[16384];
};
struct line {
	struct line *next;
	/* what is read is thrown away; each end is closed when its peer closes it */
	bool lost;
	struct line_end end[WAY_COUNT];
};

/*
 * Takes over both connected sockets, which do not block. NULL: no memory, or epoll would not have
 * them; they are closed.
 */
struct line *line_new(struct wire *wire, int device, int broker, int epoll);
/* Moves bytes, until the mishap if there is one. */
void line_serve(struct line_end *end, uint32_t events, int epoll);
bool line_is_over(const struct line *line);
void line_free(struct line *line);

#endif
