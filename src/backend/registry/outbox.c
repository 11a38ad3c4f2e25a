/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.c - messages that a transaction leaves behind */
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
