/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_line.h - one line of an import: a policy, a group, or a thing with its certificates. The
 * member that names it tells which.
 *
 *	{"policyName":"rotation","policyDocument":"{...}"}
 *	{"thingGroupName":"pumps"}
 *	{"thingName":"pump-1","thingGroups":["pumps"],"certificates":[{"certificatePem":"...",
 *	 "status":"ACTIVE","created":1790000000000,"policies":["rotation"]}]}
 *
 * The last one stands on one line as well.
 *
 * What is there already stays as it is.
 */
#ifndef GR_REGISTRY_IMPORT_LINE_H
#define GR_REGISTRY_IMPORT_LINE_H

#include <jansson.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "registry/db.h"
#include "strength.h"

/* Of a thing. */
struct import_certificate {
	X509 *x509;		/* NULL: it could not be decoded */
	struct strength strength;
};
/* What a line says, before the registry is asked about it. */
struct import_said {
	bool blank;
	json_t *json;		/* NULL: no object */
	struct import_certificate *certificates;
	size_t count;
};

/* Silent, and on any thread: what is wrong with the line says import_line. Release it. */
void import_decode(struct import_said *said, const char *text, size_t len);
void import_said_release(struct import_said *said);

struct import_line {
	struct db *db;
	int64_t now;
	json_t *events;		/* for the ledger, one is added for each new certificate */
	bool weak_too;		/* certificates whose key or signature is weak are taken as well */
	int64_t things;		/* grows by one for each thing */
};
/*
 * Inside the caller's transaction, which must be undone unless this is GR_OK. GR_BAD, GR_NO, one
 * line: the line is not one of the above, or against the registry's rules. It takes certificates
 * out of said. A blank line is not for it.
 */
enum status import_line(struct import_line *l, struct import_said *said);

#endif
