/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox.h - what the daemon still has to publish, and what an operator has to know. Rows are
 * written in the transaction of the change they tell of, so neither can exist without the other.
 */
#ifndef GR_REGISTRY_OUTBOX_H
#define GR_REGISTRY_OUTBOX_H

#include <jansson.h>

#include "registry/db.h"

/* Takes over payload. An ordinary publish. */
enum status outbox_put(struct db *db, const char *topic, json_t *payload);

/*
 * Records an alarm once for each (kind, thing, certificate, text); the same again counts up.
 * Kinds: "retired-used", "unknown-certificate", "second-key", "two-certificates",
 * "survivor-inactive", "expired-used", "thrown-out", "flooding", "key-again".
 */
enum status alarm_raise(struct db *db, const char *kind, const char *thing,
			const char *certificate, const char *text, int64_t now);
/*
 * Counts up the one of this kind, thing and certificate, whatever its text. GR_NO, silent: there
 * is none.
 */
enum status alarm_repeat(struct db *db, const char *kind, const char *thing,
			 const char *certificate, int64_t now);

#endif
