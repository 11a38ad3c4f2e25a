/* SPDX-License-Identifier: Apache-2.0 */
/*
 * late_alert.h - reads the TLS alert by which a server refuses our certificate, if it was lost.
 *
 * In TLS 1.3 a client has finished the handshake before the server has looked at its certificate.
 * If the client then sends data at once, the server has closed the socket already, and the reset
 * may arrive before the alert that says why. A client that sends nothing can read the alert.
 */
#ifndef GR_SESSION_LATE_ALERT_H
#define GR_SESSION_LATE_ALERT_H

#include <stdint.h>

#include "session/tls.h"

/*
 * Connects to the peer of tls's last connection again, sends nothing after the handshake, and
 * waits for an alert or the end of the connection, until deadline (clock_boot_ms). What came is in
 * tls. Silent.
 */
void late_alert_listen(struct tls *tls, const char *host, int64_t deadline);

#endif
