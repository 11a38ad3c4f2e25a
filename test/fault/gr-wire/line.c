/* SPDX-License-Identifier: Apache-2.0 */
/* line.c - a connection through a wire */
#include "gr-wire/line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

const char *const way_names[WAY_COUNT] = { "up", "down" };
const char *const mishap_names[MISHAP_COUNT] = { "none", "cut", "reset", "stall" };

static struct line_end *other_end(const struct line_end *end)
{
	return &end->line->end[end->way == WAY_UP ? WAY_DOWN : WAY_UP];
}

static void close_end(struct line_end *end)
{
	if (end->fd >= 0)
		close(end->fd);
	end->fd = -1;
}

/* What is read here goes out at the other end: read on once that has happened. */
static void listen_for(struct line_end *end, int epoll)
{
	const struct line_end *other = other_end(end);
	struct epoll_event e = { .data.ptr = end };

	if (end->len == 0 || end->line->lost)
		e.events |= EPOLLIN;
	if (other->len > 0 && !end->line->lost)
		e.events |= EPOLLOUT;
	if (end->fd >= 0)
		epoll_ctl(epoll, EPOLL_CTL_MOD, end->fd, &e);
}

struct line *line_new(struct wire *wire, int device, int broker, int epoll)
{
	struct line *line = calloc(1, sizeof *line);
	int fd[WAY_COUNT] = { [WAY_UP] = device, [WAY_DOWN] = broker };
	bool ok = line != NULL;

	for (enum way way = WAY_UP; way < WAY_COUNT; way++) {
		struct epoll_event e = { .events = EPOLLIN };

		if (!line) {
			close(fd[way]);
			continue;
		}
		line->end[way].line = line;
		line->end[way].wire = wire;
		line->end[way].way = way;
		line->end[way].fd = fd[way];
		e.data.ptr = &line->end[way];
		ok = epoll_ctl(epoll, EPOLL_CTL_ADD, fd[way], &e) == 0 && ok;
	}
	if (ok || !line)
		return line;
	line_free(line);
	return NULL;
}

bool line_is_over(const struct line *line)
{
	return line->end[WAY_UP].fd < 0 && line->end[WAY_DOWN].fd < 0;
}

void line_free(struct line *line)
{
	close_end(&line->end[WAY_UP]);
	close_end(&line->end[WAY_DOWN]);
	free(line);
}

static void meet(struct line *line, struct wire *wire)
{
	const struct linger hard = { .l_onoff = 1 };

	printf("%u %s %s\n", wire->number, mishap_names[wire->mishap], way_names[wire->way]);
	for (enum way way = WAY_UP; way < WAY_COUNT; way++) {
		struct line_end *end = &line->end[way];

		if (wire->mishap == MISHAP_CUT && end->fd >= 0)
			shutdown(end->fd, SHUT_WR);
		if (wire->mishap == MISHAP_RESET && end->fd >= 0) {
			setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
			close_end(end);
		}
	}
	line->lost = true;
	wire->mishap = MISHAP_NONE;
}

/* As many of the bytes that wait as may still pass before the mishap. */
static size_t allowance(const struct line_end *end)
{
	const struct wire *w = end->wire;
	size_t waiting = end->len - end->sent;

	if (w->mishap == MISHAP_NONE || w->way != end->way ||
	    w->at >= w->passed[end->way] + waiting)
		return waiting;
	return w->at > w->passed[end->way] ? (size_t)(w->at - w->passed[end->way]) : 0;
}

/*
 * The stream into here has ended: so does the one out of the other end, once what was
 * read is written.
 */
static void pass_on_end(struct line_end *end)
{
	struct line_end *other = other_end(end);

	close_end(end);
	if (!end->line->lost && end->len == 0)
		close_end(other);
}

static void take_in(struct line_end *end)
{
	ssize_t n = read(end->fd, end->bytes, sizeof end->bytes);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		pass_on_end(end);
	else if (!end->line->lost)
		end->len = (size_t)n;
}

/* Writes at the other end what was read here. */
static void give_out(struct line_end *end)
{
	struct line_end *other = other_end(end);
	size_t may = allowance(end);
	bool short_of = may < end->len - end->sent;
	ssize_t n = may > 0 && other->fd >= 0
	    ? send(other->fd, end->bytes + end->sent, may, MSG_NOSIGNAL)
	    : 0;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0 || other->fd < 0) {
		close_end(end);
		close_end(other);
		return;
	}
	end->sent += (size_t)n;
	end->wire->passed[end->way] += (uint64_t)n;
	if (short_of && (size_t)n == may) {
		meet(end->line, end->wire);
		end->len = end->sent = 0;
	}
	if (end->sent == end->len)
		end->len = end->sent = 0;
	if (end->len == 0 && end->fd < 0 && !end->line->lost)
		close_end(other);
}

void line_serve(struct line_end *end, uint32_t events, int epoll)
{
	struct line_end *other = other_end(end);

	if (end->fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) &&
	    (end->len == 0 || end->line->lost))
		take_in(end);
	if (end->len > 0)
		give_out(end);
	if (end->fd >= 0 && (events & EPOLLOUT) && other->len > 0)
		give_out(other);
	listen_for(end, epoll);
	listen_for(other, epoll);
}
