/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_counters.h - numbers that are kept, so that nobody has to count; a part of schema.c.
 * Triggers keep them, in the transaction of whoever makes the change.
 */
#ifndef GR_REGISTRY_SCHEMA_COUNTERS_H
#define GR_REGISTRY_SCHEMA_COUNTERS_H

#define SCHEMA_TALLY \
/* ACTIVE certificates by the day (since 1970-01-01) on which they end. */ \
"CREATE TABLE expiry (day INTEGER PRIMARY KEY, certificates INTEGER NOT NULL);" \
"CREATE TRIGGER expiry_insert AFTER INSERT ON certificate WHEN new.status = 'ACTIVE'" \
"  BEGIN INSERT INTO expiry VALUES (new.not_after / 86400000, 1) ON CONFLICT (day)" \
" DO UPDATE SET certificates = certificates + 1; END;" \
"CREATE TRIGGER expiry_lose AFTER UPDATE OF status, not_after ON certificate" \
" WHEN old.status = 'ACTIVE'" \
"  BEGIN UPDATE expiry SET certificates = certificates - 1" \
" WHERE day = old.not_after / 86400000; END;" \
"CREATE TRIGGER expiry_gain AFTER UPDATE OF status, not_after ON certificate" \
" WHEN new.status = 'ACTIVE'" \
"  BEGIN INSERT INTO expiry VALUES (new.not_after / 86400000, 1) ON CONFLICT (day)" \
" DO UPDATE SET certificates = certificates + 1; END;" \
"CREATE TRIGGER expiry_delete AFTER DELETE ON certificate WHEN old.status = 'ACTIVE'" \
"  BEGIN UPDATE expiry SET certificates = certificates - 1" \
" WHERE day = old.not_after / 86400000; END;"

#endif
