/*
 * import_line.h - one line of an import: a policy, a group, or a thing with its certificates. The member that names it
 * tells which.
 *
 *	{"policyName":"rotation","policyDocument":"{...}"}
 *	{"thingGroupName":"pumps"}
 *	{"thingName":"pump-1","thingGroups":["pumps"],"certificates":[{"certificatePem":"...","status":"ACTIVE","created":1790000000000,"policies":["rotation"]}]}
 *
 * What is there already stays as it is.
 */
#ifndef GR_IMPORT_LINE_H
#define GR_IMPORT_LINE_H

#include <jansson.h>

#include "registry/db.h"

struct import_line {
	struct db *db;
	int64_t now;
	json_t *said;		/* events for the ledger are added to it, one for each new certificate */
	int64_t things;		/* grows by one for each thing */
};
/*
 * Inside the caller's transaction, which must be undone unless this is GR_OK. GR_BAD, GR_NO, one line: the line is not one
 * of the above, or against the registry's rules.
 */
enum status import_line(struct import_line *l, const char *text, size_t len);

#endif
