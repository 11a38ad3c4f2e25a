/* SPDX-License-Identifier: Apache-2.0 */
/* common_name.h - the commonName in a certificate's subject (RFC 5280, 4.1.2.6). */
#ifndef GR_COMMON_NAME_H
#define GR_COMMON_NAME_H

#include <openssl/x509.h>
#include <stddef.h>

/*
 * Writes it to to, as UTF-8. "": there is none, or more than one, or it has a NUL or does not fit.
 */
void common_name_read(char *to, size_t size, const X509 *x509);

#endif
