/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_time.h - the newest time in the ledger by which something was issued, which the clock of
 * whoever signs must not be behind. The registry has a record of its own (registry/wall_clock.h),
 * but a backup that is put back is older than the ledger.
 */
#ifndef GR_ISSUER_LEDGER_TIME_H
#define GR_ISSUER_LEDGER_TIME_H

#include <stdint.h>

#include "status.h"

/* The event of the line with which an operator says that the clock is right. */
#define LEDGER_TIME_CONFIRMED "clock-confirmed"

/*
 * Compares now, ms since the epoch, with the lines at the end of the ledger at path that tell of
 * certificates that were issued: those since the clock was confirmed last. GR_FAIL, one line: now
 * is behind them by more than certificates are backdated, or the file cannot be read. A file that
 * is not there has no lines.
 */
enum status ledger_time_check(const char *path, int64_t now);

#endif
