/* SPDX-License-Identifier: Apache-2.0 */
/* late_alert.c - a TLS handshake after which nothing is sent */
#define _GNU_SOURCE /* SOCK_NONBLOCK */
#include "session/late_alert.h"
#include "clock.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <poll.h>
#include <unistd.h>

/* True once fd is ready; false: the deadline has passed. */
static bool await(int fd, short events, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left;
	int rc = -1;

	while (rc < 0 && (left = deadline - clock_boot_ms()) > 0) {
		rc = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (rc < 0 && errno != EINTR)
			return false;
	}
	return rc > 0;
}

static int call(const struct tls *tls, int64_t deadline)
{
	int fd = socket(tls->peer.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
	    error = 0;
	socklen_t len = sizeof error;

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&tls->peer, tls->peer_len) == 0)
		return fd;
	if (errno == EINPROGRESS && await(fd, POLLOUT, deadline) &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0)
		return fd;
	close(fd);
	return -1;
}

/* One step of the handshake or, after it, of reading. False: it is over. */
static bool step(SSL *ssl, int64_t deadline)
{
	char byte;
	int rc = SSL_is_init_finished(ssl) ? SSL_read(ssl, &byte, 1) : SSL_connect(ssl);

	if (rc > 0)
		return SSL_get_error(ssl, rc) == SSL_ERROR_NONE && clock_boot_ms() < deadline;
	switch (SSL_get_error(ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return await(SSL_get_fd(ssl), POLLIN, deadline);
	case SSL_ERROR_WANT_WRITE:
		return await(SSL_get_fd(ssl), POLLOUT, deadline);
	default:
		return false;
	}
}

void late_alert_listen(struct tls *tls, const char *host, int64_t deadline)
{
	int fd = tls->peer_len > 0 ? call(tls, deadline) : -1;
	SSL *ssl = fd >= 0 ? SSL_new(tls->ctx) : NULL;

	tls_reset(tls);
	if (ssl && SSL_set_fd(ssl, fd) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1)
		while (step(ssl, deadline))
			;
	SSL_free(ssl);
	if (fd >= 0)
		close(fd);
	ERR_clear_error();
}
