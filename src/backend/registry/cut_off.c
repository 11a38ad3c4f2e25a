/* SPDX-License-Identifier: Apache-2.0 */
/* cut_off.c - whom an old copy of the registry would cut off */
#include "registry/cut_off.h"

enum status cut_off_begin(struct db *copy)
{
	return db_run(copy,
		      "CREATE TABLE temp.told (thing TEXT PRIMARY KEY, certificate TEXT NOT NULL)"
		      " WITHOUT ROWID",
		      "");
}

enum status cut_off_note(struct db *copy, const char *thing, const char *certificate)
{
	enum status st = db_run(copy, "DELETE FROM temp.told WHERE thing = ?", "s", thing);

	return st == GR_OK
	    ? db_run(copy,
		     "INSERT INTO temp.told SELECT ?1, ?2 WHERE NOT EXISTS"
		     " (SELECT 1 FROM main.certificate WHERE id = ?2)",
		     "ss", thing, certificate)
	    : st;
}

#define USABLE(schema) \
	" FROM " schema ".principal p JOIN " schema ".certificate c ON c.id = p.certificate" \
	" AND c.status = 'ACTIVE' WHERE p.thing = t.name"

#define TOLD \
	"SELECT thing, certificate, '' FROM temp.told WHERE NOT EXISTS" \
	" (SELECT 1 FROM main.certificate c WHERE c.id = told.certificate)"

/*
 * One row a thing. Of a thing that was never seen, or whose last certificate is out of use, nobody
 * knows what it uses: it is cut off if all that it might use are.
 */
static const char present[] =
    "SELECT name, used, coalesce((SELECT status FROM main.certificate WHERE id = used), '')"
    " FROM (SELECT t.name, coalesce("
    "  (SELECT s.certificate FROM live.session s WHERE s.thing = t.name AND s.certificate IN"
    "   (SELECT p.certificate" USABLE("live") ")),"
    "  (SELECT max(p.certificate)" USABLE("live")
    "   AND NOT EXISTS (SELECT 1" USABLE("main") "))) AS used FROM live.thing t)"
    " WHERE used IS NOT NULL AND NOT EXISTS (SELECT 1 FROM main.principal q"
    "  JOIN main.certificate d ON d.id = q.certificate"
    "  WHERE q.certificate = used AND q.thing = name AND d.status = 'ACTIVE')"
    " UNION " TOLD " AND thing NOT IN (SELECT name FROM live.thing) ORDER BY 1";

enum status cut_off_each(struct db *copy, bool live,
			 enum status (*each)(void *arg, const struct cut_off *row), void *arg)
{
	sqlite3_stmt *row;
	enum status st = live ? db_query(&row, copy, present, "")
			      : db_query(&row, copy, TOLD " ORDER BY 1", "");

	while (st == GR_OK) {
		const struct cut_off found = { db_text(row, 0), db_text(row, 1), db_text(row, 2) };

		st = db_each(copy, &row, each(arg, &found));
	}
	return db_ended(st);
}
