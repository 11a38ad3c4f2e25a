/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restart.h - the restart that the runtime is owed when another pair becomes live, kept in the
 * journal. rotate.sh asks the restart hook for it, counts the attempts and takes it off the
 * record.
 */
#ifndef GR_ROTATION_RESTART_H
#define GR_ROTATION_RESTART_H

#include "rotation/journal.h"

/*
 * Sets what a switch to generation owes, before the switch; the caller writes the journal. Which
 * instance of the runtime has to go can be told after the switch alone: one that starts in between
 * may use either pair. While the hook says not now the restart waits, but no longer than 15
 * minutes (restartAt), because the switch of a rollback does not wait for it.
 */
enum status restart_owe(struct journal *journal, uint32_t generation);

#endif
