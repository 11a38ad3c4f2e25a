/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_keys.h - the part of an audit that compares every public key with all others. On GR_FAIL
 * one line has been written.
 */
#ifndef GR_REGISTRY_AUDIT_KEYS_H
#define GR_REGISTRY_AUDIT_KEYS_H

#include <stddef.h>

#include "registry/audit.h"

/*
 * Half of the SHA-256 over a public key, and where that certificate lies: sorted, equal keys are
 * neighbours.
 */
struct audit_key {
	uint64_t head[2];
	int64_t row;
};
struct audit_keys {
	struct audit_key *seen;
	size_t count, size;
};

/* spki as the registry has it, of the certificate in that row. */
enum status audit_keys_add(struct audit_keys *k, const char *spki, int64_t row);
/*
 * Finds each certificate whose key another thing has too; what found gives goes on to the caller.
 */
enum status audit_keys_check(struct audit_keys *k, const struct audit *a, struct db *db);
void audit_keys_release(struct audit_keys *k);

#endif
