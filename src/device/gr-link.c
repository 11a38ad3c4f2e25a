/* SPDX-License-Identifier: Apache-2.0 */
/* gr-link: hold one authenticated session and let the other programs use it */
#define _GNU_SOURCE	/* closefrom */
#include "arg.h"
#include "clock.h"
#include "complain.h"
#include "config/conf.h"
#include "config/gr_config.h"
#include "config/settings.h"
#include "gr-link/agent.h"
#include "pkcs11/pin.h"
#include "secret.h"
#include "session/connect_options.h"
#include "session/link_socket.h"
#include "session/mqtt.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const struct arg_option options[] = {
	{ 'g', "generation", "N", "the pair to use (default: the live one)" },
	{ 's', "socket", "PATH",
	  "the socket for these programs (default link.sock in $GR_STATE)" },
	CONF_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-link", "[-g N] [-s PATH]",
	"Hold one MQTT connection that other programs use, until standard input ends.", options
};

struct settings {
	struct conf conf;
	uint32_t generation;
	char socket[4096];
};

static enum status read_settings(struct settings *set, int argc, char *argv[])
{
	const char *path = NULL;
	enum status st = GR_OK;
	int ch;

	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1) {
		if (ch == 'g')
			st = arg_u32(&set->generation, "-g", optarg);
		else if (ch == 's')
			path = optarg;
		else
			st = conf_option(&set->conf, ch, optarg);
	}
	if (st != GR_OK || (st = gr_config_load(&set->conf)) != GR_OK)
		return st;
	if (optind != argc)
		arg_usage(&spec);
	if (!path && (st = settings_state(&set->conf)) != GR_OK)
		return st;
	if (path ? str_copy(set->socket, sizeof set->socket, path)
		 : str_format(set->socket, sizeof set->socket, "%s/link.sock", set->conf.state))
		return GR_OK;
	complain("-s: the path is too long");
	return GR_BAD;
}

/* The line is the whole output: whoever reads it sees the end of it. */
static enum status announce(const char *id)
{
	printf("connected %s\n", id);
	if (fflush(stdout) == 0 && freopen("/dev/null", "we", stdout))
		return GR_OK;
	complain("standard output: %s", strerror(errno));
	return GR_FAIL;
}

/*
 * A session that merely breaks off looks like a fault to who watches presence, and its will is
 * carried out.
 */
static int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static enum status serve(struct mqtt *mqtt, struct message_queue *queue,
			 const struct settings *set, const char *id)
{
	int listener, signals = catch_signals();
	struct agent agent;
	enum status st;

	if (signals < 0) {
		complain("signals: %s", strerror(errno));
		return GR_FAIL;
	}
	if ((st = link_socket_listen(&listener, set->socket)) != GR_OK) {
		close(signals);
		return st;
	}
	agent_init(&agent, mqtt, queue, listener, signals);
	if ((st = announce(id)) == GR_OK)
		st = agent_run(&agent);
	agent_release(&agent);
	close(listener);
	close(signals);
	return st;
}

/* The driver's lock must not live as long as we do; a PIN may come by a descriptor. */
static void close_others(const struct conf *conf)
{
	int keep = pin_descriptor(conf_text(conf, CONF_PKCS11_PIN_SOURCE));

	for (int fd = STDERR_FILENO + 1; fd < keep; fd++)
		close(fd);
	closefrom(keep > STDERR_FILENO ? keep + 1 : STDERR_FILENO + 1);
}

int main(int argc, char *argv[])
{
	struct settings set = { 0 };
	struct connect_options connection = { 0 };
	struct message_queue queue = { 0 };
	struct mqtt mqtt = { 0 };
	int64_t patience;
	enum status st;

	secret_guard();
	if (fcntl(STDIN_FILENO, F_GETFD) < 0 || fcntl(STDOUT_FILENO, F_GETFD) < 0) {
		complain("standard input and output must be open");
		return GR_BAD;
	}
	if ((st = read_settings(&set, argc, argv)) != GR_OK)
		goto out;
	close_others(&set.conf);
	if ((st = connect_options_load(&connection, &set.conf, set.generation)) != GR_OK)
		goto out;
	patience = INT64_C(1000) * conf_number(&set.conf, CONF_REQUEST_TIMEOUT);
	if ((st = mqtt_open(&mqtt, &connection.setup, connection.client, &queue,
			    clock_boot_ms() + patience)) != GR_OK)
		goto out;
	mqtt.patience_ms = patience;
	st = serve(&mqtt, &queue, &set, connection.id);
	mqtt_close(&mqtt);
out:
	message_queue_release(&queue);
	conf_release(&set.conf);
	return st;
}
