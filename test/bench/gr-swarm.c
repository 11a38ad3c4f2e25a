/* gr-swarm: many simulated devices rotate in a lab; how many a second, how long each stage takes, what it costs */
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
	{ 'n', "devices", "N", "how many devices there are (default 400)" },
	{ 'j', "jobs", "N", "how often each of them rotates: jobs for the thing group (default 5)" },
	{ 'c', "concurrency", "N", "how many rotations are under way at one time (default 50)" },
	{ 'r', "rate", "N", "how many rotations begin in a second (default: as many as -c allows)" },
	{ 'd', "duration", "SECONDS", "after these no rotation begins (default 60)" },
	{ 'w', "wait", "SECONDS", "how long one rotation may take before it counts as failed (default 30)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-swarm", "[-n N] [-j N] [-c N] [-r N] [-d SECONDS] [-w SECONDS] LAB", "Let simulated devices rotate in a lab of lab.sh and measure it.", options
};

struct settings {
	uint32_t devices, jobs;
	struct race_limits limits;
	const char *dir;
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
		case 'n': st = arg_u32(&set->devices, "--devices", optarg); break;
		case 'j': st = arg_u32(&set->jobs, "--jobs", optarg); break;
		case 'c': st = arg_u32(&set->limits.at_once, "--concurrency", optarg); break;
		case 'r': st = arg_u32(&set->limits.rate, "--rate", optarg); break;
		case 'd': st = arg_u32(&set->limits.seconds, "--duration", optarg); break;
		case 'w': st = arg_u32(&set->limits.patience, "--wait", optarg); break;
		}
	if (st != GR_OK)
		return st;
	if (argc - optind != 1 || set->devices == 0 || set->devices > 10000 || set->limits.at_once == 0)
		arg_usage(&spec);
	set->dir = argv[optind];
	return GR_OK;
}

static enum status open_world(struct world *w, const struct lab *lab)
{
	w->broker = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)lab->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if ((w->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0) {
		complain("epoll: %s", strerror(errno));
		return GR_FAIL;
	}
	if (!(w->tls = SSL_CTX_new(TLS_client_method())) || SSL_CTX_load_verify_file(w->tls, lab->ca) != 1 ||
	    X509_VERIFY_PARAM_set1_host(SSL_CTX_get0_param(w->tls), "localhost", 0) != 1) {
		complain("%s: TLS cannot be set up: %s", lab->ca, complain_openssl());
		return GR_FAIL;
	}
	SSL_CTX_set_verify(w->tls, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_session_cache_mode(w->tls, SSL_SESS_CACHE_OFF);	/* each handshake is a full one */
	SSL_CTX_set_mode(w->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	return GR_OK;
}

static enum status provision(struct device *devices, const struct settings *set, const struct lab *lab)
{
	enum status st = GR_OK;

	for (uint32_t i = 0; i < set->devices && st == GR_OK; i++) {
		str_format(devices[i].thing, sizeof devices[i].thing, "swarm-%" PRIu32, i + 1);
		st = lab_register(&devices[i], lab);
	}
	for (uint32_t i = 0; i < set->jobs && st == GR_OK; i++) {
		char job[32];

		str_format(job, sizeof job, "swarm-%" PRIu32, i + 1);
		st = lab_create_job(lab, job);
	}
	return st;
}

static struct use read_use(const struct lab *lab)
{
	return (struct use){ meter_read(lab->broker), meter_read(lab->daemon), meter_read(getpid()) };
}

static void print_times(const char *name, struct samples *s)
{
	printf("%-14s %8.1f %8.1f %8.1f\n", name, (double)samples_quantile(s, 0.5) / 1000, (double)samples_quantile(s, 0.99) / 1000,
	       (double)samples_quantile(s, 1) / 1000);
}

static void print_use(const char *name, struct meter before, struct meter after, size_t rotations)
{
	printf("%-14s %8.2f %8.1f\n", name, (double)(after.cpu_ms - before.cpu_ms) / (double)rotations, (double)after.peak_kb / 1024);
}

static enum status print(struct race *race, const struct settings *set, const struct use *before, const struct use *after)
{
	size_t n = race->whole.count;

	printf("devices %" PRIu32 ", at once %" PRIu32 ", rotations %zu, failures %zu\n", set->devices, set->limits.at_once, n, race->failures);
	if (n > 0) {
		printf("rotations a second %.1f\n\n", (double)n * 1e6 / (double)race->took);
		printf("%-14s %8s %8s %8s\n", "stage, ms", "p50", "p99", "max");
		for (int i = 0; i < STAGE_COUNT; i++)
			print_times(stage_name((enum stage)i), &race->stage[i]);
		print_times("whole", &race->whole);
		printf("\n%-14s %8s %8s\n", "process", "CPU ms", "peak MB");
		print_use("broker", before->broker, after->broker, n);
		print_use("daemon", before->daemon, after->daemon, n);
		print_use("swarm", before->swarm, after->swarm, n);
	}
	return out_close();
}

static enum status measure(const struct settings *set, const struct lab *lab, struct device *devices, const struct world *world)
{
	struct use before, after;
	struct race race = { 0 };
	enum status st;

	if ((st = provision(devices, set, lab)) != GR_OK)
		return st;
	before = read_use(lab);
	st = race_run(&race, devices, set->devices, world, &set->limits);
	after = read_use(lab);
	if (st == GR_OK)
		st = print(&race, set, &before, &after);
	if (st == GR_OK && (race.failures > 0 || race.whole.count == 0))
		st = GR_NO;
	race_release(&race);
	return st;
}

int main(int argc, char *argv[])
{
	struct settings set = { .devices = 400, .jobs = 5, .limits = { .at_once = 50, .seconds = 60, .patience = 30 } };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct world world = { .epoll = -1 };
	struct device *devices = NULL;
	struct lab lab;
	enum status st;

	sigaction(SIGPIPE, &ignore, NULL);
	if ((st = read_settings(&set, argc, argv)) != GR_OK || (st = lab_find(&lab, set.dir)) != GR_OK || (st = open_world(&world, &lab)) != GR_OK)
		goto out;
	if ((devices = calloc(set.devices, sizeof *devices)))
		st = measure(&set, &lab, devices, &world);
	else
		st = GR_FAIL;
	for (uint32_t i = 0; devices && i < set.devices; i++)
		device_release(&devices[i]);
	free(devices);
out:
	SSL_CTX_free(world.tls);
	if (world.epoll >= 0)
		close(world.epoll);
	return (int)st;
}
