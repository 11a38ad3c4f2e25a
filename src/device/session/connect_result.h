/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connect_result.h - tells whether the broker accepts us: a status and one line, from its answer
 * to CONNECT or the lack of one.
 */
#ifndef GR_SESSION_CONNECT_RESULT_H
#define GR_SESSION_CONNECT_RESULT_H

#include <stdint.h>

#include "session/tls.h"
#include "status.h"

/*
 * Reads the code of a CONNACK (MQTT 3.1.1, 3.2.2.3). GR_OK, silent: accepted. GR_NO: our identity
 * is refused. GR_FAIL: the broker cannot serve us now.
 */
enum status connect_result_connack(const char *where, const struct tls_setup *setup,
				   const char *client_id, int code);
/*
 * Finds out why the connection ended, or could not be made, before a CONNACK. GR_NO: a server that
 * had proven its name refuses our certificate. GR_FAIL: anything else; the line says reason where
 * TLS knows none. If an alert may have been lost, connects once more to hear it (late_alert.h),
 * for three seconds at most and not past deadline (clock_boot_ms).
 */
enum status connect_result_no_connack(const char *where, struct tls *tls,
				      const struct tls_setup *setup, const char *reason,
				      int64_t deadline);

#endif
