/* SPDX-License-Identifier: Apache-2.0 */
/* broker_probe.h - does a broker take certificates of this authority? */
#ifndef GR_CA_BROKER_PROBE_H
#define GR_CA_BROKER_PROBE_H

#include "issuer/authority.h"

struct broker_probe {
	const char *broker;	/* HOST:PORT */
	/*
	 * the CAs that its own certificate may come from: a file, or NULL, and a directory by
	 * hashes
	 */
	const char *file, *dir;
};
/*
 * A TLS handshake with a sample. The broker judges the chain alone: no MQTT is spoken, so its
 * plugin is not asked. GR_NO, one line: the broker does not take it. GR_BAD, one line: the
 * broker's own certificate does not verify, or broker is no HOST:PORT. GR_FAIL, one line: no
 * broker, or no verdict.
 */
enum status broker_probe(const struct broker_probe *probe, const struct authority *a,
			 const EVP_MD *digest);

#endif
