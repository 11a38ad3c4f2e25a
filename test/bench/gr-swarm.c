/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gr-swarm: many simulated devices rotate in a lab; how many a second, how long each stage takes,
 * what it costs
 */
#include "arg.h"
#include "complain.h"
#include "gr-swarm/lab.h"
#include "gr-swarm/meter.h"
#include "gr-swarm/race.h"
#include "out.h"
#include "str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static const struct arg_option options[] = {
	{ 'g', "group", "GROUP",
	  "the devices: things of that group, with keys and certificates in LAB/GROUP.pem "
	  "(default swarm)" },
	{ 'j', "jobs", "N", "how often each of them rotates: jobs for the group (default 5)" },
	{ 'C', "connect", NULL, "do not rotate: connect and leave, over and over" },
	{ 'S', "stay", NULL, "do not rotate: connect once each, and stay until SIGTERM" },
	{ 'c', "concurrency", "N", "how many rotations are under way at one time (default 50)" },
	{ 'r', "rate", "N",
	  "how many rotations begin in a second (default: as many as -c allows)" },
	{ 'd', "duration", "SECONDS", "after these no rotation begins (default 60)" },
	{ 'w', "wait", "SECONDS",
	  "how long one rotation may take before it counts as failed (default 30)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-swarm", "[-CS] [-g GROUP] [-j N] [-c N] [-r N] [-d SECONDS] [-w SECONDS] LAB",
	"Let simulated devices, which gr-fleet made, rotate in a lab of lab.sh and measure it.",
	options
};

struct settings {
	uint32_t jobs;
	enum task task;
	struct race_limits limits;
	const char *dir, *group;
};
struct use {
	struct meter broker, daemon, swarm;
};

static enum status read_settings(struct settings *set, int argc, char *argv[])
{
	enum status st = GR_OK;
	int ch;

	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'g': set->group = optarg; break;
		case 'j': st = arg_u32(&set->jobs, "--jobs", optarg); break;
		case 'C': set->task = TASK_CONNECT; break;
		case 'S': set->task = TASK_STAY; break;
		case 'c': st = arg_u32(&set->limits.at_once, "--concurrency", optarg); break;
		case 'r': st = arg_u32(&set->limits.rate, "--rate", optarg); break;
		case 'd': st = arg_u32(&set->limits.seconds, "--duration", optarg); break;
		case 'w': st = arg_u32(&set->limits.patience, "--wait", optarg); break;
		}
	if (st != GR_OK)
		return st;
	if (argc - optind != 1 || set->limits.at_once == 0)
		arg_usage(&spec);
	set->dir = argv[optind];
	return GR_OK;
}

static enum status open_world(struct world *w, const struct lab *lab)
{
	w->broker = (struct sockaddr_in){ .sin_family = AF_INET,
					  .sin_port = htons((uint16_t)lab->port),
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if ((w->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0) {
		complain("epoll: %s", strerror(errno));
		return GR_FAIL;
	}
	if (!(w->tls = SSL_CTX_new(TLS_client_method())) ||
	    SSL_CTX_load_verify_file(w->tls, lab->ca) != 1 ||
	    X509_VERIFY_PARAM_set1_host(SSL_CTX_get0_param(w->tls), "localhost", 0) != 1) {
		complain("%s: TLS cannot be set up: %s", lab->ca, complain_openssl());
		return GR_FAIL;
	}
	SSL_CTX_set_verify(w->tls, SSL_VERIFY_PEER, NULL);
	/* each handshake is a full one */
	SSL_CTX_set_session_cache_mode(w->tls, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(w->tls,
			 SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
			     SSL_MODE_RELEASE_BUFFERS);
	return GR_OK;
}

static enum status create_jobs(const struct settings *set, const struct lab *lab)
{
	enum status st = GR_OK;

	for (uint32_t i = 0; i < set->jobs && st == GR_OK; i++) {
		char job[160];

		str_format(job, sizeof job, "%s-%" PRIu32, set->group, i + 1);
		st = lab_create_job(lab, set->group, job);
	}
	return st;
}

static struct use read_use(const struct lab *lab)
{
	return (struct use){ meter_read(lab->broker), meter_read(lab->daemon),
			     meter_read(getpid()) };
}

static void print_times(const char *name, struct samples *s)
{
	printf("%-14s %8.1f %8.1f %8.1f\n", name, (double)samples_quantile(s, 0.5) / 1000,
	       (double)samples_quantile(s, 0.99) / 1000, (double)samples_quantile(s, 1) / 1000);
}

static void print_use(const char *name, struct meter before, struct meter after, size_t count)
{
	printf("%-14s %8.2f %8.1f\n", name, (double)(after.cpu_ms - before.cpu_ms) / (double)count,
	       (double)after.peak_kb / 1024);
}

static enum status print(struct race *race, const struct settings *set, size_t devices,
			 const struct use *before, const struct use *after)
{
	const char *what = set->task == TASK_ROTATE ? "rotations" : "connects";
	size_t n = race->whole.count;

	printf("devices %zu, at once %" PRIu32 ", %s %zu, failures %zu\n", devices,
	       set->limits.at_once, what, n, race->failures);
	if (n > 0) {
		printf("%s a second %.1f\n\n", what, (double)n * 1e6 / (double)race->took);
		printf("%-14s %8s %8s %8s\n", "stage, ms", "p50", "p99", "max");
		for (enum stage i = 0; i < STAGE_COUNT && race->stage[i].count > 0; i++)
			print_times(stage_name(i), &race->stage[i]);
		if (set->task == TASK_ROTATE) {
			print_times("Jobs request", &race->jobs);
			print_times("whole", &race->whole);
		}
		printf("\n%-14s %8s %8s\n", "process", "CPU ms", "peak MB");
		print_use("broker", before->broker, after->broker, n);
		print_use("daemon", before->daemon, after->daemon, n);
		print_use("swarm", before->swarm, after->swarm, n);
	}
	return out_close();
}

/* The connections stand until somebody has seen enough. */
static void stay(void)
{
	sigset_t term;
	int got;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigwait(&term, &got);
}

static enum status measure(const struct settings *set, const struct lab *lab, struct fleet *fleet,
			   const struct world *world)
{
	struct use before, after;
	struct race race = { 0 };
	enum status st = set->task == TASK_ROTATE ? create_jobs(set, lab) : GR_OK;

	if (st != GR_OK)
		return st;
	before = read_use(lab);
	st = race_run(&race, fleet->devices, fleet->count, world, &set->limits);
	after = read_use(lab);
	if (st == GR_OK)
		st = print(&race, set, fleet->count, &before, &after);
	if (st == GR_OK && (race.failures > 0 || race.whole.count == 0))
		st = GR_NO;
	race_release(&race);
	return st;
}

/* SIGTERM is for stay alone. */
static void set_signals(enum task task)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t term;

	sigaction(SIGPIPE, &ignore, NULL);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	if (task == TASK_STAY)
		sigprocmask(SIG_BLOCK, &term, NULL);
}

int main(int argc, char *argv[])
{
	struct settings set = { .jobs = 5,
				.group = "swarm",
				.limits = { .at_once = 50, .seconds = 60, .patience = 30 } };
	struct world world = { .epoll = -1 };
	struct fleet fleet = { 0 };
	struct lab lab;
	enum status st;

	if ((st = read_settings(&set, argc, argv)) != GR_OK)
		return (int)st;
	set_signals(set.task);
	if ((st = lab_find(&lab, set.dir)) == GR_OK && (st = open_world(&world, &lab)) == GR_OK &&
	    (st = lab_fleet(&fleet, set.dir, set.group)) == GR_OK) {
		world.task = set.task;
		st = measure(&set, &lab, &fleet, &world);
		if (st == GR_OK && set.task == TASK_STAY)
			stay();
	}
	fleet_release(&fleet);
	SSL_CTX_free(world.tls);
	if (world.epoll >= 0)
		close(world.epoll);
	return (int)st;
}
