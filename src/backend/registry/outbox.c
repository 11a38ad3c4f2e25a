/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.c - messages and alarms that a transaction leaves behind */
#include "registry/outbox.h"
#include "complain.h"
#include "json.h"

#include <stdlib.h>

enum status outbox_put(struct db *db, const char *topic, json_t *payload)
{
	char *text = payload ? json_compact(payload) : NULL;
	enum status st = GR_FAIL;

	if (text)
		st = db_run(db, "INSERT INTO outbox (topic, payload) VALUES (?, ?)", "ss", topic,
			    text);
	else
		complain("%s: message could not be built: out of memory", topic);
	free(text);
	json_decref(payload);
	return st;
}

enum status alarm_raise(struct db *db, const char *kind, const char *thing,
			const char *certificate, const char *text, int64_t now)
{
	complain("alarm: %s: thing %s, certificate %s: %s", kind, thing[0] ? thing : "-",
		 certificate, text);
	return db_run(
	    db,
	    "INSERT INTO alarm (at, kind, thing, certificate, text) VALUES (?1, ?2, ?3, ?4, ?5)"
	    " ON CONFLICT (kind, thing, certificate, text) DO UPDATE SET at = ?1, count = count + "
	    "1",
	    "issss", now, kind, thing, certificate, text);
}

enum status alarm_repeat(struct db *db, const char *kind, const char *thing,
			 const char *certificate, int64_t now)
{
	enum status st = db_run(db,
				"UPDATE alarm SET at = ?, count = count + 1 WHERE kind = ? AND "
				"thing = ? AND certificate = ?",
				"isss", now, kind, thing, certificate);

	return st == GR_OK && db_changes(db) == 0 ? GR_NO : st;
}
