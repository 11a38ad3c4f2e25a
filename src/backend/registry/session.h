/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - the session of a thing: the certificate of the last accepted CONNECT whose client id
 * is exactly the thing's name.
 *
 * Functions that change something run inside the caller's transaction. On GR_FAIL one line has
 * been written.
 */
#ifndef GR_REGISTRY_SESSION_H
#define GR_REGISTRY_SESSION_H

#include "registry/db.h"

enum status session_started(struct db *db, const char *thing, const char *certificate,
			    int64_t now);
/*
 * Records that the session over certificate ended. The late end of an older session, over another
 * certificate, changes nothing.
 */
enum status session_ended(struct db *db, const char *thing, const char *certificate);
/* Records that no session is live any more. */
enum status session_all_ended(struct db *db);
/* Gives the certificate of a thing's newest session. GR_NO, silent: the thing never connected. */
enum status session_certificate(char certificate[static 65], struct db *db, const char *thing);

#endif
