/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heartbeat.h - the file $GR_STATE/heartbeat, in which the watchdog ("gr-rotate recover") records
 * its last run.
 *
 *	<journal version that it reads> <boot id> <seconds since boot> <path of its store>
 *
 * Seconds are CLOCK_BOOTTIME. The file does not count after the next boot.
 */
#ifndef GR_ROTATION_HEARTBEAT_H
#define GR_ROTATION_HEARTBEAT_H

#include "config/conf.h"
#include "status.h"

/* Writes the file durably; $GR_STATE must be there. GR_FAIL, one line: it cannot be written. */
enum status heartbeat_stamp(const struct conf *conf, const char *store);
/*
 * Checks that there is a heartbeat of this boot, for this store, not older than watchdogSeconds,
 * from a watchdog that can read our journals. GR_NO, one line: there is not. GR_FAIL, one line:
 * the file cannot be read.
 */
enum status heartbeat_check(const struct conf *conf, const char *store);

#endif
