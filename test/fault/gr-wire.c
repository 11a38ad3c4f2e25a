/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gr-wire: wires from devices to a broker on this machine, for tests: they can be cut, reset or
 * stalled after any byte
 */
#define _GNU_SOURCE	/* accept4 */
#include "arg.h"
#include "complain.h"
#include "gr-wire/line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { WIRES_MAX = 1000, EVENTS_MAX = 64, COMMAND_MAX = 256 };

static const struct arg_option options[] = {
	{ 'n', "wires", "N", "how many (default 1)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-wire", "[-n N] PORT",
	"Listen on N free ports, print them in one line, and pass everything on "
	"to PORT of this machine.\n\n"
	"Standard input takes commands, each answered by a line, until it ends:\n"
	"WIRE up|down BYTES cut|reset|stall   happens BYTES after now; "
	"said in a line \"WIRE MISHAP WAY\"\n"
	"WIRE calm                            nothing is to happen any more\n"
	"WIRE count                           how many bytes have passed",
	options
};

struct requests {
	int epoll;
	uint16_t broker;
	uint32_t wires;
	struct wire *wire;
	struct line_end *door;		/* the listeners, as epoll knows them */
	struct line *lines;
	char command[COMMAND_MAX];
	size_t typed;
};

static enum status set_up(struct requests *o)
{
	struct epoll_event e = { .events = EPOLLIN };

	o->wire = calloc(o->wires, sizeof *o->wire);
	o->door = calloc(o->wires, sizeof *o->door);
	o->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!o->wire || !o->door || o->epoll < 0 ||
	    epoll_ctl(o->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &e) != 0) {
		complain("set-up: %s", strerror(errno));
		return GR_FAIL;
	}
	return GR_OK;
}

static enum status open_door(struct requests *o, uint32_t i)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = &o->door[i] };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 16) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0 ||
	    epoll_ctl(o->epoll, EPOLL_CTL_ADD, fd, &e) != 0) {
		complain("no port: %s", strerror(errno));
		return GR_FAIL;
	}
	o->wire[i] = (struct wire){ .number = i + 1, .listener = fd };
	o->door[i].wire = &o->wire[i];
	printf("%s%u", i ? " " : "", ntohs(a.sin_port));
	return GR_OK;
}

/* On the loopback interface this either works at once or not at all. */
static int dial(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
	    fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0)
		return fd;
	close(fd);
	return -1;
}

static void answer_door(struct requests *o, struct wire *w)
{
	int device = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), broker,
	    one = 1;
	struct line *line;

	if (device < 0)
		return;
	setsockopt(device, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if ((broker = dial(o->broker)) < 0) {
		close(device);
		return;
	}
	if (!(line = line_new(w, device, broker, o->epoll)))
		return;
	line->next = o->lines;
	o->lines = line;
}

static void obey(struct requests *o, const char *command)
{
	char way[8], what[8];
	uint64_t bytes;
	unsigned n = 0;
	struct wire *w;

	sscanf(command, "%u", &n);
	w = n >= 1 && n <= o->wires ? &o->wire[n - 1] : NULL;
	if (w && sscanf(command, "%*u %7s", what) == 1 && strcmp(what, "calm") == 0) {
		w->mishap = MISHAP_NONE;
		printf("%u calm\n", n);
		return;
	}
	if (w && sscanf(command, "%*u %7s", what) == 1 && strcmp(what, "count") == 0) {
		printf("%u up %" PRIu64 " down %" PRIu64 "\n", n, w->passed[WAY_UP],
		       w->passed[WAY_DOWN]);
		return;
	}
	if (w && sscanf(command, "%*u %7s %" SCNu64 " %7s", way, &bytes, what) == 3)
		for (enum mishap m = MISHAP_CUT; m < MISHAP_COUNT; m++)
			if (strcmp(what, mishap_names[m]) == 0 &&
			    (strcmp(way, "up") == 0 || strcmp(way, "down") == 0)) {
				w->way = strcmp(way, "up") == 0 ? WAY_UP : WAY_DOWN;
				w->at = w->passed[w->way] + bytes;
				w->mishap = m;
				printf("%u armed\n", n);
				return;
			}
	printf("%u ?\n", n);
}

/* False: standard input has ended. */
static bool read_commands(struct requests *o)
{
	ssize_t n = read(STDIN_FILENO, o->command + o->typed, sizeof o->command - 1 - o->typed);
	char *end;

	if (n <= 0)
		return n < 0 && errno == EINTR;
	o->typed += (size_t)n;
	o->command[o->typed] = '\0';
	while ((end = strchr(o->command, '\n'))) {
		*end = '\0';
		obey(o, o->command);
		o->typed -= (size_t)(end + 1 - o->command);
		memmove(o->command, end + 1, o->typed + 1);
	}
	if (o->typed == sizeof o->command - 1)
		o->typed = 0;
	return true;
}

/* After all events of a turn: none of them can point at what is freed. */
static void sweep(struct requests *o)
{
	for (struct line **at = &o->lines; *at;) {
		struct line *line = *at;

		if (line_is_over(line)) {
			*at = line->next;
			line_free(line);
		} else {
			at = &line->next;
		}
	}
}

static enum status run(struct requests *o)
{
	struct epoll_event e[EVENTS_MAX];

	for (;;) {
		int n = epoll_wait(o->epoll, e, EVENTS_MAX, -1);

		if (n < 0 && errno != EINTR) {
			complain("epoll: %s", strerror(errno));
			return GR_FAIL;
		}
		for (int i = 0; i < n; i++) {
			struct line_end *end = e[i].data.ptr;

			if (!end && !read_commands(o))
				return GR_OK;
			if (end && end->line)
				line_serve(end, e[i].events, o->epoll);
			else if (end)
				answer_door(o, end->wire);
		}
		sweep(o);
		fflush(stdout);
	}
}

int main(int argc, char *argv[])
{
	struct requests o = { .wires = 1, .epoll = -1 };
	enum status st = GR_OK;
	uint32_t port = 0;
	int ch;

	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = arg_range(&o.wires, "--wires", optarg, 1, WIRES_MAX);
	if (st == GR_OK && argc - optind != 1)
		arg_usage(&spec);
	if (st != GR_OK || (st = arg_range(&port, "PORT", argv[optind], 1, 65535)) != GR_OK ||
	    (st = set_up(&o)) != GR_OK)
		goto out;
	o.broker = (uint16_t)port;
	for (uint32_t i = 0; i < o.wires && st == GR_OK; i++)
		st = open_door(&o, i);
	if (st != GR_OK)
		goto out;
	puts("");
	fflush(stdout);
	st = run(&o);
out:
	while (o.lines) {
		struct line *line = o.lines;

		o.lines = line->next;
		line_free(line);
	}
	free(o.wire);
	free(o.door);
	return st;
}
