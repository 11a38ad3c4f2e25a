/* SPDX-License-Identifier: Apache-2.0 */
/* pss.h - makes the block that a raw RSA operation turns into an RSA-PSS signature. */
#ifndef GR_PKCS11_PSS_H
#define GR_PKCS11_PSS_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Encodes a hash by EMSA-PSS-ENCODE (RFC 8017, 9.1.1), with MGF1 over the same md and a fresh
 * salt; block holds as many bytes as the modulus, which has bits bits. False: the modulus is too
 * short, or there are no random numbers.
 */
bool pss_encode(unsigned char *block, size_t bits, const EVP_MD *md, const unsigned char *hash,
		size_t hash_len, size_t salt_len);

#endif
