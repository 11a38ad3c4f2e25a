/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gr-backendd: the Jobs service, the rotation handlers, the reconciler and the outbox, in one
 * event loop
 */
#include "arg.h"
#include "clock.h"
#include "complain.h"
#include "daemon/daemon.h"
#include "registry/home.h"
#include "registry/registry.h"
#include "registry/session.h"
#include "secret.h"
#include "str.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	RECONNECT_MS = 500,
	DAY_MS = 86400000,
	SOCKET_MAX = sizeof((struct sockaddr_un *)0)->sun_path - 1
};

static const struct arg_option options[] = {
	HOME_OPTION,
	{ 's', "socket", "PATH", "the broker's Unix socket (default DIR/shared/broker.sock)" },
	{ 'm', "minute", "MS", "length of the backend's minute, for tests (default 60000)" },
	{ 'c', "ceiling", "RATE", "things that a job may reach in a minute at the most, 0 for any number (default 1000)" },
	{ 'q', "quarantine", "DAYS", "how long a retired certificate is kept INACTIVE (default 7)" },
	{ 't', "throttle", "N", "how many Jobs requests a thing may make in a second (default: any number)" },
	{ 'o', "own-jobs", "HOURS", "how long until a thing may ask for another job of its own (default 24, 0: never)" },
	{ 'b', "begin", "MINUTES", "how long a rotation may stay QUEUED while its thing is there (default 120, 0: for ever)" },
	{ 'M', "metrics", "FILE", "write metrics there four times a minute, as text for Prometheus" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-backendd",
	"[-H DIR] [-s PATH] [-m MS] [-c RATE] [-q DAYS] [-t N] [-o HOURS] [-b MINUTES] [-M FILE]",
	"Serve AWS IoT Jobs and certificate rotation behind a Mosquitto with gr-broker.so.",
	options
};

static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The end of a child only wakes us. */
static bool told_to_end(int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof info) == sizeof info)
		if (info.ssi_signo != SIGCHLD)
			return true;
	return false;
}

/* One turn: wait, read, handle, tell, acknowledge. GR_NO: asked to end. */
static enum status turn(struct daemon *d, int signals)
{
	struct pollfd fds[1 + BUS_FDS] = { { .fd = signals, .events = POLLIN } };
	bool was_ready = d->bus.subscribed;
	enum status st;
	int events;

	bus_poll(fds + 1, &d->bus);
	if ((events = poll(fds, 1 + BUS_FDS, chores_wait(d))) < 0 && errno != EINTR)
		return GR_FAIL;
	if (fds[0].revents && told_to_end(signals))
		return GR_NO;
	if (d->bus.reader && bus_turn(&d->bus, fds + 1) != GR_OK)
		bus_close(&d->bus);
	/*
	 * A registry that is busy or full answers nobody; the requests wait, here or in the
	 * broker.
	 */
	if ((st = dispatch_batch(d)) == GR_OK)
		st = chores_run(d, events == 0);
	if (st == GR_OK)
		st = channels_turn(&d->courier, d->db);
	if (d->bus.reader && bus_flush(&d->bus, d->db) != GR_OK)
		bus_close(&d->bus);
	if (d->bus.subscribed && !was_ready) {
		puts("ready");
		fflush(stdout);
	}
	if (st != GR_OK)
		poll(fds, 1, RECONNECT_MS);
	return GR_OK;
}

/*
 * A lost or missing broker is looked for twice a second, while timers and the reconciler go on.
 * Where there is none there are no sessions; one that is there tells which are live once we have
 * subscribed.
 */
static enum status serve(struct daemon *d, int signals)
{
	int64_t again = 0;
	enum status st = GR_OK;

	while (st == GR_OK) {
		if (!d->bus.reader && clock_boot_ms() >= again) {
			again = clock_boot_ms() + RECONNECT_MS;
			if (bus_open(&d->bus) != GR_OK)
				(void)session_all_ended(d->db);
		}
		st = turn(d, signals);
	}
	return st == GR_NO ? GR_OK : st;
}

static enum status read_options(struct home *home, struct daemon *d, int argc, char *argv[])
{
	const char *dir = NULL, *path = NULL;
	uint32_t minute = SETTINGS_MINUTE_MS, ceiling = SETTINGS_CEILING, quarantine = 7, rate = 0,
		 own = 24, begin = 120;
	enum status st = GR_OK;
	int ch;

	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'H': dir = optarg; break;
		case 's': path = optarg; break;
		case 'm': st = arg_range(&minute, "--minute", optarg, 1, UINT32_MAX); break;
		case 'c': st = arg_u32(&ceiling, "--ceiling", optarg); break;
		case 'q': st = arg_u32(&quarantine, "--quarantine", optarg); break;
		case 't':
			st = arg_range(&rate, "--throttle", optarg, THROTTLE_MIN, THROTTLE_MAX);
			break;
		case 'o': st = arg_u32(&own, "--own-jobs", optarg); break;
		case 'b': st = arg_u32(&begin, "--begin", optarg); break;
		case 'M': d->metrics.path = optarg; break;
		}
	if (st != GR_OK || (st = home_find(home, dir)) != GR_OK)
		return st;
	if (optind != argc)
		arg_usage(&spec);
	d->bus.socket = path ? path : home->socket;
	if (strlen(d->bus.socket) > SOCKET_MAX) {
		complain("%s: longer than the %d bytes that fit the address of a Unix socket",
			 d->bus.socket, SOCKET_MAX);
		return GR_BAD;
	}
	d->limits = (struct settings){ minute, ceiling };
	d->quarantine_ms = (int64_t)quarantine * DAY_MS;
	d->own_job_ms = (int64_t)own * 60 * minute;
	d->begin_ms = (int64_t)begin * minute;
	d->metrics.every_ms = minute / 4;
	channels_open(&d->courier, home, d->bus.socket, minute);
	d->closings = throttle_new(CLOSINGS_FEW, CLOSINGS_MINUTES * (int64_t)minute);
	d->asked = asked_new();
	if (d->closings && d->asked &&
	    (rate == 0 || (d->throttle = throttle_new(rate, THROTTLE_SECOND_MS))))
		return GR_OK;
	complain("out of memory");
	return GR_FAIL;
}

int main(int argc, char *argv[])
{
	struct daemon d = { 0 };
	struct home home;
	int signals = -1, lock = -1;
	enum status st;

	secret_guard();
	umask(077);
	fair_queue_init(&d.bus.in);
	queue_init(&d.bus.out);
	if (!(d.lines = lines_open()))
		return GR_FAIL;
	if ((st = read_options(&home, &d, argc, argv)) != GR_OK)
		return st;
	/* First of all, so that a signal that comes early ends us as any other does. */
	if ((signals = signals_open()) < 0) {
		complain("signals: %s", strerror(errno));
		return GR_FAIL;
	}
	mosquitto_lib_init();
	/*
	 * Two daemons on one registry would send everything twice and evict each other from the
	 * broker.
	 */
	if ((st = home_enter(&home)) != GR_OK || (st = home_settle(home.dir)) != GR_OK ||
	    (st = home_lock(&lock, &home)) != GR_OK ||
	    (st = signer_open(&d.signer, &home)) != GR_OK ||
	    (st = signer_can_issue(&d.signer)) != GR_OK ||
	    (st = registry_open(&d.db, home.registry, DB_OPEN)) != GR_OK ||
	    (st = settings_record(d.db, &d.limits)) != GR_OK)
		goto out;
	d.authorities = home.ca;
	st = serve(&d, signals);
out:
	channels_close(&d.courier);
	bus_close(&d.bus);
	if (signals >= 0)
		close(signals);
	if (lock >= 0)
		close(lock);
	signer_close(&d.signer);
	db_close(d.db);
	throttle_free(d.throttle);
	throttle_free(d.closings);
	asked_free(d.asked);
	mosquitto_lib_cleanup();
	lines_close(d.lines);
	return st;
}
