/* SPDX-License-Identifier: Apache-2.0 */
/* pss.h - the block that a raw RSA operation turns into an RSA-PSS signature. */
#ifndef GR_PKCS11_PSS_H
#define GR_PKCS11_PSS_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * EMSA-PSS-ENCODE (RFC 8017, 9.1.1) of a hash, with MGF1 over the same md and a fresh salt; block
 * holds as many bytes as the modulus of bits bits. False: the modulus is too short for them, or no
 * randomness is to be had.
 */
bool pss_encode(unsigned char *block, size_t bits, const EVP_MD *md, const unsigned char *hash,
		size_t hash_len, size_t salt_len);

#endif
