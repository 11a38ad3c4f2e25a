/* SPDX-License-Identifier: Apache-2.0 */
/* lost_journal.h - replaces a journal that cannot be read. */
#ifndef GR_INSTALL_CERT_LOST_JOURNAL_H
#define GR_INSTALL_CERT_LOST_JOURNAL_H

#include "rotation/device_context.h"

/*
 * Writes a new journal where there is none that can be read, and prints a line. Its phase is idle
 * if the live pair is committed, else a trial from now on. The caller holds the lock, and the
 * store exists.
 */
enum status lost_journal_replace(struct device_context *context);

#endif
