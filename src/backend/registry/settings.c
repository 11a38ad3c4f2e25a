/* SPDX-License-Identifier: Apache-2.0 */
/* settings.c - the daemon's minute and ceiling */
#include "registry/settings.h"

static enum status read_one(int64_t *value, struct db *db, const char *key)
{
	enum status st = db_number(value, db, "SELECT value FROM meta WHERE key = ?", "s", key);

	return st == GR_NO ? GR_OK : st;
}

enum status settings_read(struct settings *limits, struct db *db)
{
	enum status st;

	*limits = (struct settings){ SETTINGS_MINUTE_MS, SETTINGS_CEILING };
	if ((st = read_one(&limits->minute_ms, db, "minute")) != GR_OK)
		return st;
	return read_one(&limits->ceiling, db, "ceiling");
}

enum status settings_record(struct db *db, const struct settings *limits)
{
	struct settings now;
	enum status st = settings_read(&now, db);

	if (st != GR_OK || (now.minute_ms == limits->minute_ms && now.ceiling == limits->ceiling))
		return st;
	return db_run(db,
		      "INSERT INTO meta (key, value) VALUES ('minute', ?), ('ceiling', ?) ON "
		      "CONFLICT DO UPDATE SET value = excluded.value",
		      "ii", limits->minute_ms, limits->ceiling);
}
