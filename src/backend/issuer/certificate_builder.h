/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate_builder.h - fills in a certificate before it is signed. Silent; false: OpenSSL's
 * error queue says why.
 */
#ifndef GR_ISSUER_CERTIFICATE_BUILDER_H
#define GR_ISSUER_CERTIFICATE_BUILDER_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Sets the serial number, 159 random bits: a positive INTEGER of at most 20 octets (RFC 5280,
 * 4.1.2.2).
 */
bool certificate_builder_serial(X509 *x509);
bool certificate_builder_times(X509 *x509, int64_t not_before, int64_t not_after);
/*
 * Adds an extension; value is written as in x509v3_config(5), authority is the certificate of the
 * authority that will sign.
 */
bool certificate_builder_extension(X509 *x509, X509 *authority, int nid, const char *value);

#endif
