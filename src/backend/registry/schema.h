/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.h - the registry's tables. Times are milliseconds since 1970-01-01 UTC.
 */
#ifndef GR_REGISTRY_SCHEMA_H
#define GR_REGISTRY_SCHEMA_H

/*
 * Counts up with each release whose tables differ from those of the release before. No statements
 * that change tables are needed for that: upgrade.h makes them what they are here.
 */
enum { SCHEMA_VERSION = 4 };
extern const char schema_sql[];	/* makes the tables of a new registry */

#endif
