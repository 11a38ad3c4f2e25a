/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust_store.h - the directory of CA certificates that the broker verifies its clients with, by
 * the names of openssl-rehash(1).
 *
 * A broker that has it as its capath takes a certificate of a new CA without being told of it.
 */
#ifndef GR_ISSUER_TRUST_STORE_H
#define GR_ISSUER_TRUST_STORE_H

#include "issuer/authority.h"

/*
 * Adds all certificates of an authority; those that are there already stay. Makes dir, readable
 * for all, where it is missing.
 */
enum status trust_store_add(const char *dir, const struct authority *a);

#endif
