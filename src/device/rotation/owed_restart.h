/* SPDX-License-Identifier: Apache-2.0 */
/*
 * owed_restart.h - the restart that the runtime is owed when another pair becomes live. The
 * journal records it; rotate.sh asks the restart hook for it, counts the attempts and removes it
 * from the journal.
 */
#ifndef GR_ROTATION_OWED_RESTART_H
#define GR_ROTATION_OWED_RESTART_H

#include "rotation/journal.h"

/*
 * Records, before a switch to generation, the restart that it owes; the caller writes the journal.
 * Which instance of the runtime must restart is known only after the switch: one that starts in
 * between may use either pair. While the hook says "not now", the restart waits, at most 15
 * minutes (restartAt), because the switch of a rollback does not wait for it.
 */
enum status owed_restart_note(struct journal *journal, uint32_t generation);

#endif
