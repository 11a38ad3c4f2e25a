/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.h - the CA certificates above a certificate, its own issuer first.
 *
 * On any status but GR_OK one line has been written, unless a function says otherwise, and there
 * is nothing to release.
 */
#ifndef GR_CHAIN_H
#define GR_CHAIN_H

#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

enum { CHAIN_MAX = 8 };	/* certificates that we are willing to look at */

/*
 * Reads all PEM certificates in pem; free them with chain_free. GR_BAD: none, one that is damaged,
 * or too many. where names the source in error lines.
 */
enum status chain_from_pem(STACK_OF(X509) **chain, const char *pem, size_t len, const char *where);
void chain_free(STACK_OF(X509) *chain);	/* takes NULL */
/* Gives the first count of them as PEM text, "" for none; free it. */
enum status chain_pem(char **pem, const STACK_OF(X509) *chain, int count);

/*
 * Checks that leaf and chain are one chain: each certificate of chain certifies the one before it,
 * the first one leaf, and none is left over. now is in seconds since the epoch; 0: dates are not
 * looked at. purpose is an X509_PURPOSE_ that all must serve, or 0. GR_NO, silent: they are not,
 * and *why is a static sentence.
 */
enum status chain_check(const char **why, X509 *leaf, STACK_OF(X509) * chain, int purpose,
			int64_t now);

#endif
