/* SPDX-License-Identifier: Apache-2.0 */
/* ledger - a ledger: does it join itself, and replayed into a registry that is older than it */
#include "gr-registry/ledger_join.h"
#include "gr-registry/replay.h"
#include "lib/fuzz.h"
#include "lib/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = world_get();
	struct replay r = { .db = w->db, .now = WORLD_NOW };
	const char *path = fuzz_file(data, size);
	enum status joined = ledger_join_check(path, &path, 1);
	off_t end;

	FUZZ_HOLDS(joined == GR_OK || joined == GR_BAD);
	FUZZ_HOLDS(db_begin(w->db) == GR_OK);
	if (replay_ledger(&r, path, 0, &end) == GR_OK)
		FUZZ_HOLDS(end >= 0 && (size_t)end <= size && r.unreadable <= r.lines);
	world_reset(w);
	return 0;
}
