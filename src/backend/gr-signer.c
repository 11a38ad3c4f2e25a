/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gr-signer: has the authorities' keys and the ledger, and signs for the daemon what the issuing
 * profile allows
 */
#include "arg.h"
#include "clock.h"
#include "complain.h"
#include "gr-signer/requests.h"
#include "issuer/signer.h"
#include "secret.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEERS = 16 };

static const struct arg_option options[] = {
	{ 'H', "home", "DIR",
	  "the directory of ca/ and ledger (default $GR_SIGNER_HOME, /var/lib/gr-signer or the "
	  "backend's folder)" },
	{ 'i', "stdin", NULL,
	  "serve the socket that is standard input; gr-backendd starts it so" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-signer", "[-H DIR] [-i]",
	"Sign certificates for gr-backendd and keep the ledger, as a user of its own.", options
};

struct peer_state {
	int fd;
	struct crl_request crl;
};
struct server {
	struct requests requests;
	struct peer_state peers[PEERS];
	size_t count;
	struct wire wire;
};

static void drop(struct server *s, size_t i)
{
	close(s->peers[i].fd);
	crl_request_release(&s->peers[i].crl);
	s->peers[i] = s->peers[--s->count];
}

/*
 * False: the other side is gone. Nothing is waited for: it sends one request, and takes one
 * answer.
 */
static bool answer_one(struct server *s, struct peer_state *p)
{
	if (!wire_receive(&s->wire, p->fd))
		return errno == EAGAIN;
	requests_answer(&s->requests, &p->crl, &s->wire, clock_real_ms() / 1000);
	return wire_send(&s->wire, p->fd);
}

static enum status serve_one(struct server *s)
{
	struct peer_state p = { .fd = STDIN_FILENO };

	signal(SIGINT, SIG_IGN);	/* it ends with whoever started it, not before */
	signal(SIGTERM, SIG_IGN);
	while (answer_one(s, &p))
		;
	crl_request_release(&p.crl);
	return GR_OK;
}

/* One too many waits in the socket's own line. */
static void take(struct server *s, int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
		close(fd);
		return;
	}
	s->peers[s->count++] = (struct peer_state){ .fd = fd };
}

/* False: told to end. */
static bool turn(struct server *s, int signals, int listener)
{
	struct pollfd fds[2 + PEERS] = { { .fd = signals, .events = POLLIN },
					 { .fd = s->count < PEERS ? listener : -1,
					   .events = POLLIN } };

	for (size_t i = 0; i < s->count; i++)
		fds[2 + i] = (struct pollfd){ .fd = s->peers[i].fd, .events = POLLIN };
	if (poll(fds, (nfds_t)(2 + s->count), -1) < 0)
		return errno == EINTR;
	if (fds[0].revents)
		return false;
	/* From the last to the first: drop puts the last one in the place of the one that goes. */
	for (size_t i = s->count; i-- > 0;)
		if (fds[2 + i].revents && !answer_one(s, &s->peers[i]))
			drop(s, i);
	if (fds[1].revents)
		take(s, listener);
	return true;
}

static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum status serve(struct server *s, const struct home *home)
{
	int signals = signals_open(), listener = -1;
	enum status st = signals < 0
	    ? GR_FAIL
	    : helper_process_listen(&listener, &signer_kind, home->signer);

	if (st == GR_OK) {
		puts("ready");
		fflush(stdout);
		while (turn(s, signals, listener))
			;
	}
	while (s->count > 0)
		drop(s, 0);
	if (listener >= 0)
		close(listener);
	if (signals >= 0)
		close(signals);
	return st;
}

int main(int argc, char *argv[])
{
	struct server *s = calloc(1, sizeof *s);
	const char *dir = NULL;
	bool one = false;
	struct home home;
	enum status st;
	int ch;

	secret_guard();
	umask(077);
	/* a limit on the size of files is an error like a full disk */
	signal(SIGXFSZ, SIG_IGN);
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 'H')
			dir = optarg;
		else
			one = true;
	if (argc != optind)
		arg_usage(&spec);
	if (!s) {
		complain("out of memory");
		return GR_FAIL;
	}
	st = home_find_signer(&home, dir);
	if (st == GR_OK)
		st = home_enter_signer(&home);
	if (st == GR_OK)
		st = home_settle(home.signer);
	if (st == GR_OK) {
		requests_open(&s->requests, &home, !one);
		st = one ? serve_one(s) : serve(s, &home);
		requests_close(&s->requests);
	}
	free(s);
	return st;
}
