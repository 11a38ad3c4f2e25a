/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gr-backendd: the Jobs service, the rotation handlers, the reconciler and the outbox, in one
 * event loop
 */
#include "arg.h"
#include "clock.h"
#include "complain.h"
#include "daemon/closed_connection.h"
#include "daemon/daemon.h"
#include "daemon/dispatch.h"
#include "daemon/housekeeping.h"
#include "daemon/last_issued.h"
#include "daemon/log_filter.h"
#include "daemon/window_counter.h"
#include "registry/home.h"
#include "registry/registry.h"
#include "registry/session.h"
#include "registry/timer_clock.h"
#include "secret.h"

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
	RETRY_MS = 500,
	DAY_MS = 86400000,
	SOCKET_MAX = sizeof((struct sockaddr_un *)0)->sun_path - 1
};

static const struct arg_option options[] = {
	HOME_OPTION,
	{ 's', "socket", "PATH", "the broker's Unix socket (default DIR/shared/broker.sock)" },
	{ 'm', "minute", "MS", "length of the backend's minute in milliseconds, for tests "
	  "(default 60000)" },
	{ 'c', "ceiling", "RATE",
	  "most things that a job may reach in a minute, 0: no limit (default 1000)" },
	{ 'q', "quarantine", "DAYS",
	  "how long a retired certificate is kept INACTIVE (default 7)" },
	{ 't', "throttle", "N",
	  "most Jobs requests of one thing in a second (default: no limit)" },
	{ 'o', "own-jobs", "HOURS",
	  "hours until a thing may ask for another job of its own (default 24, 0: never)" },
	{ 'b', "begin", "MINUTES",
	  "after how long an alarm is raised for a connected thing whose rotation is QUEUED "
	  "(default 120, 0: never)" },
	{ 'M', "metrics", "FILE",
	  "write metrics to this file four times a minute, as text for Prometheus" },
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

/* SIGCHLD only ends the wait: channels looks at its programs in each turn. */
static bool told_to_end(int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof info) == sizeof info)
		if (info.ssi_signo != SIGCHLD)
			return true;
	return false;
}

/*
 * One turn of the event loop: wait, read, handle, do what is due, answer and acknowledge. *end: a
 * signal asked us to end. GR_FAIL: poll itself failed, or the registry was upgraded.
 */
static enum status turn(struct daemon *d, int signals, bool *end)
{
	struct pollfd fds[1 + BROKER_CONNECTION_FDS] = { { .fd = signals, .events = POLLIN } };
	bool was_ready = d->broker.subscribed;
	enum status st;
	int events, wait = housekeeping_wait(d);

	/* Whoever starts us again starts the program of today. Until then devices wait. */
	if (d->outdated)
		return GR_FAIL;
	broker_connection_poll(fds + 1, &d->broker);
	events = poll(fds, 1 + BROKER_CONNECTION_FDS, wait);
	if (events < 0 && errno != EINTR)
		return GR_FAIL;
	*end = fds[0].revents && told_to_end(signals);
	if (*end)
		return GR_OK;
	if (d->broker.reader && broker_connection_read(&d->broker, fds + 1) != GR_OK)
		broker_connection_close(&d->broker);
	/* While the registry is busy or full nothing is answered; the requests wait. */
	st = dispatch_batch(d);
	if (st == GR_OK)
		st = housekeeping_run(d, events == 0);
	if (st == GR_OK)
		st = channels_deliver(&d->channels, d->db);
	if (d->broker.reader && broker_connection_flush(&d->broker, d->db) != GR_OK)
		broker_connection_close(&d->broker);
	if (d->broker.subscribed && !was_ready) {
		puts("ready");
		fflush(stdout);
	}
	if (st != GR_OK)
		poll(fds, 1, RETRY_MS);
	return GR_OK;
}

/*
 * Tries twice a second to connect to a broker that is not there, while timers and the reconciler
 * go on. Without a broker there are no sessions; the plugin reports all live sessions once we have
 * subscribed.
 */
static enum status serve(struct daemon *d, int signals)
{
	int64_t again = 0;
	bool end = false;
	enum status st = GR_OK;

	while (st == GR_OK && !end) {
		if (!d->broker.reader && clock_boot_ms() >= again) {
			again = clock_boot_ms() + RETRY_MS;
			if (broker_connection_open(&d->broker) != GR_OK)
				(void)session_all_ended(d->db);
		}
		st = turn(d, signals, &end);
	}
	return st;
}

struct options {
	const char *home, *socket, *metrics;
	uint32_t minute, ceiling, quarantine, rate, own, begin;
};

static enum status read_options(struct options *o, int argc, char *argv[])
{
	enum status st = GR_OK;
	int ch;

	*o = (struct options){ .minute = SETTINGS_MINUTE_MS,
			       .ceiling = SETTINGS_CEILING,
			       .quarantine = 7,
			       .own = 24,
			       .begin = 120 };
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'H': o->home = optarg; break;
		case 's': o->socket = optarg; break;
		case 'm': st = arg_range(&o->minute, "--minute", optarg, 1, UINT32_MAX); break;
		case 'c': st = arg_u32(&o->ceiling, "--ceiling", optarg); break;
		case 'q': st = arg_u32(&o->quarantine, "--quarantine", optarg); break;
		case 't':
			st = arg_range(&o->rate, "--throttle", optarg, DISPATCH_RATE_MIN,
				       DISPATCH_RATE_MAX);
			break;
		case 'o': st = arg_u32(&o->own, "--own-jobs", optarg); break;
		case 'b': st = arg_u32(&o->begin, "--begin", optarg); break;
		case 'M': o->metrics = optarg; break;
		}
	return st;
}

/* Makes what lives in memory alone. The paths in home must outlive d. */
static enum status set_up(struct daemon *d, const struct home *home, const struct options *o)
{
	int64_t minute = o->minute;

	d->broker.socket = o->socket ? o->socket : home->socket;
	if (strlen(d->broker.socket) > SOCKET_MAX) {
		complain("%s: longer than the %d bytes that fit the address of a Unix socket",
			 d->broker.socket, SOCKET_MAX);
		return GR_BAD;
	}
	d->authorities = home->ca;
	d->settings = (struct settings){ minute, o->ceiling };
	d->quarantine_ms = (int64_t)o->quarantine * DAY_MS;
	d->own_job_ms = (int64_t)o->own * 60 * minute;
	d->begin_ms = (int64_t)o->begin * minute;
	d->metrics.path = o->metrics;
	d->metrics.every_ms = minute / 4;
	channels_open(&d->channels, home, d->broker.socket, minute);
	d->closed = window_counter_new(CLOSED_CONNECTION_FEW, CLOSED_CONNECTION_MINUTES * minute);
	d->last_issued = last_issued_new();
	if (o->rate > 0)
		d->requests = window_counter_new(o->rate, DISPATCH_RATE_WINDOW_MS);
	if (d->closed && d->last_issued && (o->rate == 0 || d->requests))
		return GR_OK;
	complain("out of memory");
	return GR_FAIL;
}

/*
 * Opens registry and signer. *lock: two daemons on one registry would send everything twice and
 * end each other's connections to the broker.
 */
static enum status open_all(struct daemon *d, int *lock, struct home *home)
{
	enum status st = home_enter(home);

	if (st == GR_OK)
		st = home_settle(home->dir);
	if (st == GR_OK)
		st = home_lock(lock, home);
	if (st == GR_OK)
		st = signer_open(&d->signer, home);
	if (st == GR_OK)
		st = signer_can_issue(&d->signer);
	if (st == GR_OK)
		st = registry_open(&d->db, home->registry, DB_OPEN);
	if (st == GR_OK)
		st = settings_record(d->db, &d->settings);
	return st;
}

static void close_all(struct daemon *d, int lock)
{
	integrity_stop(&d->integrity);
	channels_close(&d->channels);
	broker_connection_close(&d->broker);
	if (lock >= 0)
		close(lock);
	signer_close(&d->signer);
	db_close(d->db);
	window_counter_free(d->requests);
	window_counter_free(d->closed);
	last_issued_free(d->last_issued);
}

int main(int argc, char *argv[])
{
	struct daemon d = { 0 };
	struct options given;
	struct home home;
	int signals, lock = -1;
	enum status st;

	secret_guard();
	umask(077);
	fair_queue_init(&d.broker.in);
	message_queue_init(&d.broker.out);
	d.log = log_filter_open();
	if (!d.log)
		return GR_FAIL;
	st = read_options(&given, argc, argv);
	if (st == GR_OK)
		st = home_find(&home, given.home);
	if (st != GR_OK)
		return st;
	if (optind != argc)
		arg_usage(&spec);
	/* Before anything is opened, so that a signal ends us in the same way at any time. */
	signals = signals_open();
	if (signals < 0) {
		complain("signals: %s", strerror(errno));
		return GR_FAIL;
	}
	mosquitto_lib_init();
	st = set_up(&d, &home, &given);
	if (st == GR_OK)
		st = open_all(&d, &lock, &home);
	if (st == GR_OK) {
		st = serve(&d, signals);
		(void)timer_clock_keep(d.db);
	}
	close_all(&d, lock);
	close(signals);
	mosquitto_lib_cleanup();
	log_filter_close(d.log);
	return st;
}
