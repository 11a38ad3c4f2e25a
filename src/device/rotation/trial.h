/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial.h - the deadline of a trial, kept in the journal: CLOCK_BOOTTIME, which nobody can set, a
 * fresh budget at each boot and three boots at most.
 */
#ifndef GR_ROTATION_TRIAL_H
#define GR_ROTATION_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "rotation/journal.h"

/* Sets the deadline, seconds from now. The caller writes the journal. GR_BAD: as journal_set. */
enum status trial_arm(struct journal *journal, uint32_t seconds);
/*
 * Whole seconds left, rounded up: 0 is past the deadline, or no deadline was set. *renewed: the
 * machine has booted since, journal holds a fresh budget, and the caller writes it before it
 * relies on it.
 */
enum status trial_left(uint32_t *seconds, bool *renewed, struct journal *journal);

#endif
