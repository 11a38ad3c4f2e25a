/* SPDX-License-Identifier: Apache-2.0 */
/* restored_copy.c - an old copy of the registry before it takes the place of the live one */
#include "registry/restored_copy.h"
#include "complain.h"
#include "registry/adopting.h"
#include "registry/alarm.h"
#include "registry/retirement.h"
#include "registry/session.h"
#include "str.h"

enum status restored_copy_attach(struct db *copy, struct db *live)
{
	return db_run(copy, "ATTACH ? AS live", "s", sqlite3_db_filename(db_handle(live), "main"));
}

enum status restored_copy_detach(struct db *copy)
{
	return db_run(copy, "DETACH live", "");
}

enum status restored_copy_take_over(struct db *copy)
{
	static const char *const steps[] = {
		"INSERT OR IGNORE INTO alarm (at, kind, thing, certificate, text, count)"
		" SELECT at, kind, thing, certificate, text, count FROM live.alarm"
		" WHERE kind <> 'adopting'",
		"DELETE FROM notice",
		"DELETE FROM channel",
		"INSERT INTO notice SELECT * FROM live.notice",
		"INSERT INTO channel SELECT * FROM live.channel",
		"UPDATE sqlite_sequence SET seq = 1000000 + max(seq, coalesce("
		" (SELECT seq FROM live.sqlite_sequence l WHERE l.name = sqlite_sequence.name),"
		" 0))",
		"INSERT INTO sqlite_sequence (name, seq)"
		" SELECT name, seq + 1000000 FROM live.sqlite_sequence"
		" WHERE name NOT IN (SELECT name FROM sqlite_sequence)",
		"UPDATE meta SET value = 1 + max(value,"
		" (SELECT value FROM live.meta WHERE key = 'policy_epoch'))"
		" WHERE key = 'policy_epoch'",
		"INSERT INTO departure (certificate)"
		" SELECT id FROM live.certificate c WHERE status = 'ACTIVE' AND NOT EXISTS"
		" (SELECT 1 FROM main.certificate n JOIN main.principal p ON p.certificate = n.id"
		"  WHERE n.id = c.id AND n.status = 'ACTIVE')"
	};
	enum status st = GR_OK;

	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && st == GR_OK; i++)
		st = db_run(copy, steps[i], "");
	return st;
}

enum status restored_copy_begin(struct db *copy, const char *as_of, int64_t now)
{
	char text[128];
	enum status st = db_run(copy, "DELETE FROM outbox", "");

	if (st == GR_OK)
		st = session_all_ended(copy);
	if (st == GR_OK)
		st = retirement_pause(copy);
	if (st == GR_OK)
		st = adopting_end(copy);
	if (st != GR_OK)
		return st;
	str_format(text, sizeof text,
		   "put back as of %s; nothing is retired until gr-registry resume-retirement",
		   as_of);
	st = alarm_raise(copy, "restored", "", "", text, now);
	if (st != GR_OK)
		return st;
	return db_run(copy,
		      "INSERT INTO meta VALUES ('restored', ?1)"
		      " ON CONFLICT (key) DO UPDATE SET value = ?1",
		      "i", now);
}

enum status restored_copy_end(struct db *db)
{
	enum status st = retirement_is_paused(db);

	if (st == GR_NO)
		complain("retirement is not paused");
	if (st == GR_OK)
		st = retirement_resume(db);
	return st == GR_OK ? alarm_clear(db, "restored") : st;
}
