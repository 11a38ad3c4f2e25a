/* SPDX-License-Identifier: Apache-2.0 */
/* ledger - a ledger, replayed into a registry that is older than it */
#include "gr-registry/replay.h"
#include "lib/fuzz.h"
#include "lib/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = world_get();
	struct replay r = { .db = w->db, .now = WORLD_NOW };
	off_t end;

	FUZZ_HOLDS(db_begin(w->db) == GR_OK);
	if (replay_ledger(&r, fuzz_file(data, size), 0, &end) == GR_OK)
		FUZZ_HOLDS(end >= 0 && (size_t)end <= size && r.unreadable <= r.lines);
	world_reset(w);
	return 0;
}
