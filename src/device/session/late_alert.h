/* SPDX-License-Identifier: Apache-2.0 */
/*
 * late_alert.h - a TLS handshake with nothing after it, to hear what the server thinks of our
 * certificate.
 *
 * In TLS 1.3 a client is done before the server has judged its certificate. Whatever it sends at
 * once meets a closed socket, and the reset may overtake the alert that says why. Who sends
 * nothing gets to read the alert.
 */
#ifndef GR_SESSION_LATE_ALERT_H
#define GR_SESSION_LATE_ALERT_H

#include <stdint.h>

#include "session/tls.h"

/*
 * Calls the peer of tls's last connection again and listens until it says something, hangs up, or
 * deadline (clock_boot_ms). What it said is in tls. Silent.
 */
void late_alert_listen(struct tls *tls, const char *host, int64_t deadline);

#endif
