/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thing.h - things, their groups, and what a thing is using.
 *
 * Functions that change something run inside the caller's transaction (db_begin). On GR_NO and
 * GR_FAIL one line has been written unless said otherwise.
 */
#ifndef GR_REGISTRY_THING_H
#define GR_REGISTRY_THING_H

#include "registry/db.h"

/* GR_BAD: not a thing name. Making it again is GR_OK. */
enum status thing_create(struct db *db, const char *name, int64_t now);
/* GR_NO, silent: no such thing. */
enum status thing_exists(struct db *db, const char *name);
/* The same with a line. */
enum status thing_need(struct db *db, const char *name);
/* GR_NO, one line: still has certificates. Its executions are queue_remove_thing's. */
enum status thing_delete(struct db *db, const char *name);
/* How many certificates are attached. */
enum status thing_count_certificates(int64_t *count, struct db *db, const char *name);

enum status group_create(struct db *db, const char *name, int64_t now);
/* The things stay. GR_NO, one line: no such group. */
enum status group_delete(struct db *db, const char *name);
enum status group_need(struct db *db, const char *name);
enum status group_add(struct db *db, const char *group, const char *thing);
enum status group_remove(struct db *db, const char *group, const char *thing);

/*
 * The session of a thing: the certificate of the last accepted CONNECT as exactly its name. A late
 * end of an older session (another certificate) changes nothing.
 */
enum status session_started(struct db *db, const char *thing, const char *certificate,
			    int64_t now);
enum status session_ended(struct db *db, const char *thing, const char *certificate);
/* None is live any more; outside a transaction. */
enum status session_all_ended(struct db *db);
/* GR_NO, silent: the thing never connected. */
enum status session_certificate(char certificate[static 65], struct db *db, const char *thing);

#endif
