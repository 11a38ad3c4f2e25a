/* SPDX-License-Identifier: Apache-2.0 */
/*
 * second_look.h - how a damaged registry is noticed where it decides.
 *
 * A no counts for a device as a verdict, so no damage of the disk may make one. What decides is in
 * the file twice: in a table, and in an index of that table which has the same columns, on other
 * pages. SQLite keeps both in step, whoever writes. Before a no is given, the other copy is asked
 * as well; where the two do not agree the registry is damaged, which is no answer at all. One bit
 * cannot turn a no into a yes (INACTIVE into ACTIVE), so a yes needs no second look.
 *
 *	certificate          certificate_audit
 *	principal            principal_thing
 *	certificate_policy   certificate_policy_policy
 *	policy               policy_copy
 *	rotation             rotation_copy
 *
 * A query that names an index with INDEXED BY, and no column beyond those of the index, reads no
 * page of the table.
 */
#ifndef GR_REGISTRY_SECOND_LOOK_H
#define GR_REGISTRY_SECOND_LOOK_H

/* Whether a check of the whole file found damage: then no no counts. See integrity.h. */
#define SECOND_LOOK_DAMAGED "EXISTS (SELECT 1 FROM meta WHERE key = 'damaged')"

/* ?1 certificate, ?2 thing: whether they may act for each other by the second copies. */
#define SECOND_LOOK_USABLE \
	"EXISTS (SELECT 1 FROM certificate AS c INDEXED BY certificate_audit" \
	" WHERE c.id = ?1 AND c.status = 'ACTIVE')" \
	" AND EXISTS (SELECT 1 FROM principal AS p INDEXED BY principal_thing" \
	" WHERE p.thing = ?2 AND p.certificate = ?1)" \
	" AND NOT EXISTS (SELECT 1 FROM revoked WHERE certificate = ?1)"

/* Whether the two copies of a row of certificate, read as c, are the same. */
#define SECOND_LOOK_CERTIFICATE_SAME \
	"(c.status, c.spki, c.not_after, c.created) IS" \
	" (SELECT two.status, two.spki, two.not_after, two.created" \
	" FROM certificate AS two INDEXED BY certificate_audit WHERE two.id = c.id)"

/*
 * Whether the two copies of a row of rotation, read as r, are the same. Who reads r must not do so
 * from rotation_copy: hence INDEXED BY with another index.
 */
#define SECOND_LOOK_ROTATION_SAME \
	"(r.thing, r.job, r.number, r.old, r.new, r.spki, r.requested, r.used, r.committed," \
	" r.decided, r.retired, r.survivor, r.not_ours, r.failed) IS" \
	" (SELECT two.thing, two.job, two.number, two.old, two.new, two.spki, two.requested," \
	" two.used, two.committed, two.decided, two.retired, two.survivor, two.not_ours," \
	" two.failed" \
	" FROM rotation AS two INDEXED BY rotation_copy WHERE two.execution = r.execution)"

/*
 * ?1 certificate: whether the two copies of its policies differ. A policy whose name is damaged in
 * one copy is known by the other. The condition makes SQLite read the table itself.
 */
#define SECOND_LOOK_TABLE "SELECT name, document FROM policy WHERE name >= ''"
#define SECOND_LOOK_INDEX "SELECT name, document FROM policy INDEXED BY policy_copy"
#define SECOND_LOOK_POLICIES_DIFFER \
	"EXISTS (WITH one (name) AS" \
	"  (SELECT policy FROM certificate_policy WHERE certificate = ?1)," \
	" name (name) AS (SELECT name FROM (" SECOND_LOOK_TABLE ")" \
	"  UNION SELECT name FROM (" SECOND_LOOK_INDEX ") UNION SELECT name FROM one)," \
	" two (name) AS (SELECT a.policy FROM name AS n" \
	"  CROSS JOIN certificate_policy AS a INDEXED BY certificate_policy_policy" \
	"  WHERE a.policy = n.name AND a.certificate = ?1)" \
	" SELECT 1 FROM (SELECT * FROM one EXCEPT SELECT * FROM two)" \
	" UNION ALL SELECT 1 FROM (SELECT * FROM two EXCEPT SELECT * FROM one))" \
	" OR EXISTS (" SECOND_LOOK_TABLE " EXCEPT " SECOND_LOOK_INDEX ")" \
	" OR EXISTS (" SECOND_LOOK_INDEX " EXCEPT " SECOND_LOOK_TABLE ")"

#endif
