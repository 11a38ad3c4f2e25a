/* SPDX-License-Identifier: Apache-2.0 */
/* retired_certificate.c - certificates that a rotation took out of use */
#include "registry/retired_certificate.h"
#include "str.h"

enum { THING_SIZE = 129 };

enum status retired_certificate_thing(char thing[static 129], struct db *db,
				      const char *certificate)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT thing FROM rotation WHERE retired IS NOT NULL AND"
				  " ((new = ?1 AND survivor = 'OLD') OR (old = ?1 AND survivor = "
				  "'NEW')) ORDER BY id DESC LIMIT 1",
				  "s", certificate);

	if (st == GR_OK) {
		str_copy(thing, THING_SIZE, db_text(row, 0));
		db_done(row);
	}
	return st;
}
