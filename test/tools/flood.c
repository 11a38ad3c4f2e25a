/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flood: a device that has lost its mind. Publishes at QoS 1 as fast as the broker takes it, and
 * waits for nothing.
 *
 * flood -p PORT -a CA -c CERTIFICATE -k KEY -i CLIENT [-n COUNT] [-d COMMAND] [-l COMMAND] TOPIC
 * PAYLOAD [TOPIC PAYLOAD ...]
 *
 * COUNT messages in all (0: until SIGTERM), the topics by turns. PAYLOAD "@FILE" is read from
 * FILE. -d: COMMAND is run once by the shell, beside the flood, when the first hundred messages
 * are acknowledged or ten connections were closed; when it has ended, so does a flood without
 * COUNT. -l: COMMAND is run when all is acknowledged, over the open session, which meanwhile
 * says nothing. A connection that the broker closes is made again, and what was not written yet
 * is written there.
 * Prints "published N, acknowledged N, answers N, connections N". Exit status 0; 9 a command
 * failed; 100 misused.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOM = 1 << 18, TOPICS = 16, FIRST = 100, CLOSED = 10 };

struct text {
	char *bytes;
	size_t len;
};
struct flood {
	SSL_CTX *tls;
	SSL *ssl;
	int fd, port;
	const char *client;
	struct text topic[TOPICS], payload[TOPICS];
	int topics;
	bool accepted;		/* the CONNACK has come */
	long count, published, acknowledged, answers, connections;
	unsigned char out[ROOM], in[ROOM];
	size_t out_len, in_len;
};

static volatile sig_atomic_t ended;

static void on_term(int signal)
{
	(void)signal;
	ended = 1;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "flood: %s\n", what);
	exit(100);
}

static struct text read_text(char *text)
{
	struct text t = { text, strlen(text) };
	FILE *f;

	if (text[0] != '@')
		return t;
	if (!(f = fopen(text + 1, "rb")) || !(t.bytes = malloc(ROOM)))
		die(text);
	t.len = fread(t.bytes, 1, ROOM, f);
	fclose(f);
	return t;
}

static void put(struct flood *f, const void *bytes, size_t len)
{
	memcpy(f->out + f->out_len, bytes, len);
	f->out_len += len;
}

static void put_head(struct flood *f, unsigned char type, size_t len)
{
	unsigned char head[5] = { type };
	size_t n = 1;

	do {
		head[n] = (unsigned char)(len & 0x7f);
		len >>= 7;
		head[n++] |= len ? 0x80 : 0;
	} while (len);
	put(f, head, n);
}

static void put_text(struct flood *f, const char *text, size_t len)
{
	unsigned char head[2] = { (unsigned char)(len >> 8), (unsigned char)len };

	put(f, head, 2);
	put(f, text, len);
}

static void put_connect(struct flood *f)
{
	/* MQTT 3.1.1, a clean session, 600 s */
	static const unsigned char rest[] = { 4, 2, 2, 88 };

	put_head(f, 0x10, 10 + 2 + strlen(f->client));
	put_text(f, "MQTT", 4);
	put(f, rest, 4);
	put_text(f, f->client, strlen(f->client));
}

/* False: there is no room for another one now. */
static bool put_publish(struct flood *f)
{
	int i = (int)(f->published % f->topics);
	size_t len = 2 + f->topic[i].len + 2 + f->payload[i].len;
	unsigned id = (unsigned)(f->published % 65535) + 1;
	unsigned char packet_id[2] = { (unsigned char)(id >> 8), (unsigned char)id };

	if (f->out_len + 5 + len + 64 > ROOM)
		return false;
	put_head(f, 0x32, len);
	put_text(f, f->topic[i].bytes, f->topic[i].len);
	put(f, packet_id, 2);
	put(f, f->payload[i].bytes, f->payload[i].len);
	f->published++;
	return true;
}

static void dial(struct flood *f)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)f->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1;

	f->in_len = f->out_len = 0;
	f->accepted = false;
	f->fd = socket(AF_INET, SOCK_STREAM, 0);
	f->ssl = SSL_new(f->tls);
	if (f->fd < 0 || !f->ssl)
		die("no socket");
	setsockopt(f->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(f->fd, (struct sockaddr *)&to, sizeof to) != 0 ||
	    SSL_set_fd(f->ssl, f->fd) != 1 || SSL_connect(f->ssl) != 1)
		return;
	fcntl(f->fd, F_SETFL, O_NONBLOCK);
	f->connections++;
	put_connect(f);
}

static void hang_up(struct flood *f)
{
	SSL_free(f->ssl);
	close(f->fd);
}

static void take(struct flood *f, const unsigned char *packet, size_t head, size_t len)
{
	size_t topic;

	switch (packet[0] >> 4) {
	case 2:
		f->accepted = len == 2 && packet[head + 1] == 0;
		break;
	case 4:
		f->acknowledged++;
		break;
	case 3:
		f->answers++;
		topic = (size_t)packet[head] << 8 | packet[head + 1];
		if (packet[0] & 6 && topic + 4 <= len && f->out_len + 64 < ROOM) {
			put_head(f, 0x40, 2);
			put(f, packet + head + 2 + topic, 2);
		}
	}
}

static void take_all(struct flood *f)
{
	size_t at = 0;

	for (;;) {
		size_t len = 0, n = 1;
		unsigned shift = 0;

		for (; at + n < f->in_len; shift += 7)
			if (len |= (size_t)(f->in[at + n] & 0x7f) << shift,
			    !(f->in[at + n++] & 0x80))
				break;
		if (at + n > f->in_len || n == 1 || f->in[at + n - 1] & 0x80 ||
		    at + n + len > f->in_len)
			break;
		take(f, f->in + at, n, len);
		at += n + len;
	}
	memmove(f->in, f->in + at, f->in_len - at);
	f->in_len -= at;
}

/* False: the connection is gone. */
static bool turn(struct flood *f)
{
	struct pollfd p = { .fd = f->fd, .events = (short)(POLLIN | (f->out_len ? POLLOUT : 0)) };
	int n = 0, why;

	if (!SSL_pending(f->ssl))
		poll(&p, 1, 20);
	if ((n = SSL_read(f->ssl, f->in + f->in_len, (int)(ROOM - f->in_len))) > 0) {
		f->in_len += (size_t)n;
		take_all(f);
	} else if ((why = SSL_get_error(f->ssl, n)) != SSL_ERROR_WANT_READ &&
		   why != SSL_ERROR_WANT_WRITE) {
		return false;
	}
	if (f->out_len == 0)
		return true;
	if ((n = SSL_write(f->ssl, f->out, (int)f->out_len)) > 0) {
		memmove(f->out, f->out + n, f->out_len - (size_t)n);
		f->out_len -= (size_t)n;
		return true;
	}
	why = SSL_get_error(f->ssl, n);
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

static pid_t begin(const char *command)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static bool is_over(pid_t *pid, bool *failed)
{
	int status;

	if (*pid <= 0 || waitpid(*pid, &status, WNOHANG) != *pid)
		return false;
	*failed = status != 0;
	*pid = -1;
	return true;
}

int main(int argc, char *argv[])
{
	static struct flood f;
	const char *ca = NULL, *cert = NULL, *key = NULL, *during = NULL, *last = NULL;
	bool failed = false;
	pid_t pid = 0;
	int ch;

	while ((ch = getopt(argc, argv, "p:a:c:k:i:n:d:l:")) != -1)
		switch (ch) {
		case 'p': f.port = atoi(optarg); break;
		case 'a': ca = optarg; break;
		case 'c': cert = optarg; break;
		case 'k': key = optarg; break;
		case 'i': f.client = optarg; break;
		case 'n': f.count = atol(optarg); break;
		case 'd': during = optarg; break;
		case 'l': last = optarg; break;
		default: return 100;
		}
	f.topics = (argc - optind) / 2;
	if (f.topics < 1 || f.topics > TOPICS || (argc - optind) % 2 || !f.client)
		return 100;
	for (int i = 0; i < f.topics; i++) {
		f.topic[i] = read_text(argv[optind + 2 * i]);
		f.payload[i] = read_text(argv[optind + 2 * i + 1]);
	}
	signal(SIGTERM, on_term);
	signal(SIGPIPE, SIG_IGN);
	f.tls = SSL_CTX_new(TLS_client_method());
	if (!f.tls || SSL_CTX_load_verify_locations(f.tls, ca, NULL) != 1 ||
	    SSL_CTX_use_certificate_chain_file(f.tls, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(f.tls, key, SSL_FILETYPE_PEM) != 1)
		die("credentials");
	SSL_CTX_set_mode(f.tls,
			 SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	dial(&f);
	while (!ended &&
	       (f.count == 0 || f.published < f.count || f.acknowledged < f.count || pid > 0)) {
		while (f.accepted && (f.count == 0 || f.published < f.count) && put_publish(&f))
			;
		if (!turn(&f)) {
			/* What was written and not acknowledged is gone with the connection. */
			hang_up(&f);
			f.published = f.acknowledged;
			dial(&f);
		}
		if (during && pid == 0 && (f.acknowledged >= FIRST || f.connections > CLOSED))
			pid = begin(during);
		if (is_over(&pid, &failed) && f.count == 0)
			break;
	}
	if (last && !failed) {
		pid = begin(last);
		while (!is_over(&pid, &failed))
			if (!turn(&f))
				usleep(20000);
	}
	printf("published %ld, acknowledged %ld, answers %ld, connections %ld\n", f.published,
	       f.acknowledged, f.answers, f.connections);
	return failed ? 9 : 0;
}
