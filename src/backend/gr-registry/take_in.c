/* SPDX-License-Identifier: Apache-2.0 */
/* take_in.c - what the present registry knows, into an older copy of it */
#include "gr-registry/take_in.h"
#include "complain.h"
#include "registry/present_registry.h"
#include "registry/rotation.h"
#include "rotation/settlement.h"

static enum status decide(struct db *copy, const struct present_survivor *s)
{
	enum status st = rotation_decide(copy, s->id, s->survivor, s->at);

	if (st == GR_OK && s->survivor == SURVIVOR_NEW)
		st = settlement_success(copy, s->thing, s->certificate);
	return st;
}

static enum status take_survivors(struct take_in *counts, struct db *copy)
{
	struct present_survivor s = { 0 };
	enum status st = present_registry_survivor(&s, copy, 0);

	while (st == GR_OK) {
		st = decide(copy, &s);
		counts->survivors++;
		if (st == GR_OK)
			st = present_registry_survivor(&s, copy, s.id);
	}
	return st == GR_NO ? GR_OK : st;
}

enum status take_in_present(struct take_in *counts, struct db *copy)
{
	enum status st = present_registry_take_in(&counts->certificates, copy);

	if (st == GR_OK)
		st = take_survivors(counts, copy);
	if (st != GR_OK)
		complain("what the present registry knows cannot be taken in; to restore without "
			 "it, stop broker and daemon and move the file away");
	return st;
}
