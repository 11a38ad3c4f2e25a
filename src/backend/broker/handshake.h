/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handshake.h - learns which client certificates OpenSSL refuses in the TLS handshake, where a
 * plugin is not asked: expired, not valid yet, of an unknown authority.
 *
 * Only those of a thing in the registry are reported. At that point the client has shown its
 * certificate and not yet its key, so that it may be somebody else who has a copy.
 */
#ifndef GR_BROKER_HANDSHAKE_H
#define GR_BROKER_HANDSHAKE_H

#include "broker/broker.h"

/*
 * Listens to the handshakes of all TLS contexts that are made from now on; Mosquitto makes those
 * of its listeners after it has loaded its plugins. False: OpenSSL failed.
 */
bool handshake_watch(struct broker *broker);
void handshake_unwatch(struct broker *broker);

/* Reports that the certificate itself was refused, and why, if it is one of a thing. */
void handshake_refused(struct broker *broker, const X509 *x509, const char *why);

#endif
