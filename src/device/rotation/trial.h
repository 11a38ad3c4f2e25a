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
 * Computes the whole seconds that are left, rounded up; 0: the deadline has passed, or none was
 * set. *renewed: the machine has booted since, and journal holds a fresh budget, which the caller
 * must write before it relies on it.
 */
enum status trial_left(uint32_t *seconds, bool *renewed, struct journal *journal);

#endif
