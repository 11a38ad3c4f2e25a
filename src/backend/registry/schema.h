/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.h - the registry's tables. Times are milliseconds since 1970-01-01 UTC.
 */
#ifndef GR_REGISTRY_SCHEMA_H
#define GR_REGISTRY_SCHEMA_H

enum { SCHEMA_VERSION = 3 };
extern const char schema_sql[];
extern const char schema_from_1[];	/* makes a registry of version 1 one of version 2 */
/* of version 2 one of version 3, together with registered_keys_convert */
extern const char schema_from_2[];

#endif
