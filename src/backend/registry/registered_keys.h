/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registered_keys.h - reads registered certificates again: which key each certifies, and how
 * strong it is. On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_REGISTERED_KEYS_H
#define GR_REGISTRY_REGISTERED_KEYS_H

#include "registry/db.h"
#include "strength.h"

/*
 * Puts every certificate, custody record and seen key under the key's identity, in the transaction
 * of the upgrade: until version 2 a key was known by its encoding. A key that was certified before
 * in another form raises the alarm "key-again", and stays. Records whose certificate cannot be
 * read are left as they are.
 */
enum status registered_keys_convert(struct db *db, int64_t now);

/*
 * Computes the strength of a certificate, from its PEM on record; the key is "unreadable" where
 * that is no certificate.
 */
void registered_keys_strength(struct strength *strength, const char *pem);

/*
 * Examines keys that were not examined yet (certificate_past), in a transaction of its own, for
 * about so many ms. Until then each audit examines them itself.
 */
enum status registered_keys_examine(struct db *db, int64_t ms);

#endif
