/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - what registered certificates say of their keys, once more: which key it is, and how
 * strong. On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_KEYS_H
#define GR_REGISTRY_KEYS_H

#include "registry/db.h"
#include "strength.h"

/*
 * Until version 2 the encoding told which key it is. In the transaction of the upgrade: every
 * certificate, custody record and seen key is put under the key's identity. A key that was
 * certified before in another form is an alarm, "key-again", and stays. Without a certificate that
 * can be read, what is on record is left.
 */
enum status keys_convert(struct db *db, int64_t now);

/* Of a certificate as it is on record; the key is "unreadable" where it is none. */
void keys_strength(struct strength *strength, const char *pem);

/*
 * Looks at keys that nobody has examined (certificate_origin), in a transaction of its own, for
 * about so many ms. Until then an audit examines them by itself each time.
 */
enum status keys_examine(struct db *db, int64_t ms);

#endif
