/* SPDX-License-Identifier: Apache-2.0 */
/* lost_journal.h - a new journal in the place of one that cannot be read */
#ifndef GR_INSTALL_CERT_LOST_JOURNAL_H
#define GR_INSTALL_CERT_LOST_JOURNAL_H

#include "rotation/device_context.h"

/*
 * Writes a new journal where there is none that can be read, and prints a line: idle if the live
 * pair is committed, else a trial from now on. The lock is held and the store is there.
 */
enum status lost_journal_replace(struct device_context *context);

#endif
