/*
 * schema.h - the registry's tables. Version 1. Times are milliseconds since 1970-01-01 UTC.
 */
#ifndef GR_SCHEMA_H
#define GR_SCHEMA_H

enum { SCHEMA_VERSION = 1 };
extern const char schema_sql[];

#endif
