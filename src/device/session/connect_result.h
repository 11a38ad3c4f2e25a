/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connect_result.h - what a broker's answer to CONNECT, or the lack of one, says about us: one line, and
 * a status.
 */
#ifndef GR_SESSION_CONNECT_RESULT_H
#define GR_SESSION_CONNECT_RESULT_H

#include <stdint.h>

#include "session/tls.h"
#include "status.h"

/* A CONNACK (MQTT 3.1.1, 3.2.2.3). GR_OK, silent: taken. GR_NO: refused. GR_FAIL: not now. */
enum status connect_result_connack(const char *where, const struct tls_setup *setup,
				   const char *client_id, int code);
/*
 * The connection ended, or could not be made, before a CONNACK. GR_NO: a server that had proven
 * its name refuses our certificate. GR_FAIL: anything else; reason is what to say where TLS knows
 * none. When the server may have said why without being heard, it is asked once more, for three
 * seconds at most and not past deadline (clock_boot_ms).
 */
enum status connect_result_no_connack(const char *where, struct tls *tls,
				      const struct tls_setup *setup, const char *reason,
				      int64_t deadline);

#endif
