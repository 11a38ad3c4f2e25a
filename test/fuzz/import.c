/* SPDX-License-Identifier: Apache-2.0 */
/* import - JSON lines for gr-registry import, read ahead by its thread */
#include "gr-registry/import_ahead.h"
#include "lib/fuzz.h"
#include "lib/world.h"

#include <fcntl.h>
#include <unistd.h>

static void take(struct import_line *line, struct import_said *said)
{
	if (said->blank)
		return;
	FUZZ_HOLDS(db_mark(line->db) == GR_OK);
	json_array_clear(line->events);
	if (import_line(line, said) == GR_OK)
		FUZZ_HOLDS(db_keep(line->db) == GR_OK);
	else
		db_undo(line->db);
}

static void take_all(struct import_line *line, int fd)
{
	struct import_ahead ahead;
	struct import_batch *b;

	FUZZ_HOLDS(import_ahead_start(&ahead, fd) == GR_OK);
	do {
		b = import_ahead_next(&ahead);
		FUZZ_HOLDS(b->count >= 0 && b->count <= IMPORT_BATCH);
		for (int i = 0; i < b->count; i++)
			take(line, &b->lines[i]);
	} while (b->more == GR_OK);
	import_ahead_stop(&ahead);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = world_get();
	struct import_line line = { .db = w->db, .now = WORLD_NOW, .events = json_array() };
	int fd = open(fuzz_file(data, size), O_RDONLY | O_CLOEXEC);

	FUZZ_HOLDS(fd >= 0 && db_begin(w->db) == GR_OK);
	take_all(&line, fd);
	close(fd);
	json_decref(line.events);
	world_reset(w);
	return 0;
}
