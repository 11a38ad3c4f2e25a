/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event - TOPIC NUL PAYLOAD NUL ...: messages of the broker plugin, handled by the daemon
 * in one batch
 *
 * The first character of a topic says who sent it: 1 is thing t, 2 is t#gr, 3 is thing u, 4 is
 * thing t over the newest certificate. A topic that begins with any other one is taken
 * as it stands.
 */
#include "daemon/closed_connection.h"
#include "daemon/dispatch.h"
#include "daemon/last_issued.h"
#include "daemon/window_counter.h"
#include "lib/fuzz.h"
#include "lib/world.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum { MESSAGES = 16 };

static void newest(char id[static 65], struct world *w)
{
	sqlite3_stmt *row;

	str_copy(id, 65, w->id[0]);
	if (db_query(&row, w->db, "SELECT id FROM certificate ORDER BY rowid DESC LIMIT 1", "") ==
	    GR_OK) {
		str_copy(id, 65, db_text(row, 0));
		db_done(row);
	}
}

/* False: it does not fit, as in MQTT. */
static bool stamp(char *to, size_t size, struct world *w, const char *topic)
{
	static const char *const clients[] = { "t", "t#gr", "u", "t" };
	char id[65], hex[32];
	int who = topic[0] - '1';

	if (who < 0 || who > 3)
		return str_copy(to, size, topic);
	if (who == 3)
		newest(id, w);
	else
		strcpy(id, w->id[who == 2]);
	str_hex(hex, clients[who], strlen(clients[who]));
	return str_format(to, size, "in/%s/%s/%s", id, hex, topic + 1);
}

static void handle(struct daemon *d, struct world *w, struct fuzz_parts *parts)
{
	char topic[65536];

	for (int n = 0; n < MESSAGES && parts->left > 0; n++) {
		char *name = fuzz_part(parts), *payload = fuzz_part(parts);

		if (stamp(topic, sizeof topic, w, name))
			fair_queue_push(&d->broker.in, topic, payload, strlen(payload));
		free(name);
		free(payload);
	}
	dispatch_batch(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct last_issued *issued;
	static struct window_counter *closed;
	struct fuzz_parts parts = { data, size };
	struct world *w = world_get();
	struct daemon d = {
		.db = w->db, .signer = w->signer, .own_job_ms = 60000, .begin_ms = 60000,
		.settings = { SETTINGS_MINUTE_MS, SETTINGS_CEILING }
	};

	if (!issued) {
		issued = last_issued_new();
		closed = window_counter_new(CLOSED_CONNECTION_FEW, 600000);
	}
	d.last_issued = issued;
	d.closed = closed;
	fair_queue_init(&d.broker.in);
	message_queue_init(&d.broker.out);
	handle(&d, w, &parts);
	fair_queue_clear(&d.broker.in);
	message_queue_clear(&d.broker.out);
	last_issued_note(issued, "t", 0);
	last_issued_note(issued, "t#gr", 0);
	last_issued_note(issued, "u", 0);
	world_reset(w);
	return 0;
}
