/* SPDX-License-Identifier: Apache-2.0 */
/* channel.c - one TLS connection, never waited for */
#include "gr-swarm/channel.h"
#include "complain.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static enum status fail(struct channel *c, const char *what, const char *why)
{
	str_format(c->reason, sizeof c->reason, "%.40s: %.100s", what, why);
	return GR_FAIL;
}

/* Nagle's algorithm would hold back each second small packet until the first is acknowledged. */
static int dial(const struct sockaddr_in *to)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0 &&
	    (connect(fd, (const struct sockaddr *)to, sizeof *to) == 0 || errno == EINPROGRESS))
		return fd;
	close(fd);
	return -1;
}

enum status channel_open(struct channel *c, int epoll, void *data, SSL_CTX *ctx,
			 const struct sockaddr_in *to, X509 *cert, EVP_PKEY *key)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
				     .data.ptr = data };

	*c = (struct channel){ .fd = -1 };
	if (!(c->ssl = SSL_new(ctx)) || SSL_use_certificate(c->ssl, cert) != 1 ||
	    SSL_use_PrivateKey(c->ssl, key) != 1 ||
	    SSL_set_tlsext_host_name(c->ssl, "localhost") != 1)
		return fail(c, "TLS", complain_openssl());
	if ((c->fd = dial(to)) < 0 || SSL_set_fd(c->ssl, c->fd) != 1)
		return fail(c, "connect", strerror(errno));
	SSL_set_connect_state(c->ssl);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
		return fail(c, "epoll", strerror(errno));
	return GR_OK;
}

void channel_close(struct channel *c)
{
	if (c->ssl && SSL_is_init_finished(c->ssl))
		SSL_shutdown(c->ssl);
	ERR_clear_error();
	SSL_free(c->ssl);
	if (c->fd >= 0)
		close(c->fd);
	c->ssl = NULL;
	c->fd = -1;
	c->in_len = c->in_used = c->out_len = 0;
}

uint8_t *channel_room(struct channel *c, size_t *size)
{
	*size = sizeof c->out - c->out_len;
	return c->out + c->out_len;
}

enum status channel_queue(struct channel *c, size_t n)
{
	if (n == 0)
		return fail(c, "output", "more than the buffer holds");
	c->out_len += n;
	return GR_OK;
}

/* What a call that moved n bytes says. GR_NO: it has to wait. */
static enum status judge(struct channel *c, int n)
{
	int error = errno;

	if (n > 0)
		return GR_OK;
	switch (SSL_get_error(c->ssl, n)) {
	case SSL_ERROR_WANT_READ: case SSL_ERROR_WANT_WRITE:
		return GR_NO;
	case SSL_ERROR_ZERO_RETURN:
		return fail(c, "broker", "closed the connection");
	case SSL_ERROR_SYSCALL:
		return fail(c, "broker", error ? strerror(error) : "closed the connection");
	default:
		return fail(c, "TLS", complain_openssl());
	}
}

static enum status write_out(struct channel *c)
{
	enum status st;
	int n;

	if (!SSL_is_init_finished(c->ssl) && (st = judge(c, SSL_do_handshake(c->ssl))) != GR_OK)
		return st;
	while (c->out_len > 0) {
		if ((st = judge(c, n = SSL_write(c->ssl, c->out, (int)c->out_len))) != GR_OK)
			return st;
		c->out_len -= (size_t)n;
		memmove(c->out, c->out + n, c->out_len);
	}
	return GR_OK;
}

static enum status read_in(struct channel *c)
{
	enum status st;
	int n;

	memmove(c->in, c->in + c->in_used, c->in_len - c->in_used);
	c->in_len -= c->in_used;
	c->in_used = 0;
	for (;;) {
		if (c->in_len == sizeof c->in)
			return fail(c, "input", "more than the buffer holds");
		if ((st = judge(c,
				n = SSL_read(c->ssl, c->in + c->in_len,
					     (int)(sizeof c->in - c->in_len)))) != GR_OK)
			return st;
		c->in_len += (size_t)n;
	}
}

enum status channel_turn(struct channel *c)
{
	enum status st;

	ERR_clear_error();
	errno = 0;
	st = write_out(c);
	if (st == GR_OK)
		st = read_in(c);
	return st == GR_NO ? GR_OK : st;
}

enum status channel_packet(struct channel *c, struct packet *p)
{
	long n = packet_read(p, c->in + c->in_used, c->in_len - c->in_used);

	if (n < 0)
		return fail(c, "broker", "sent no MQTT");
	c->in_used += (size_t)n;
	return n > 0 ? GR_OK : GR_NO;
}

const char *channel_reason(const struct channel *c)
{
	return c->reason;
}
