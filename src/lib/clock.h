/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - the clocks, read in one place. */
#ifndef GR_CLOCK_H
#define GR_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Returns milliseconds since 1970-01-01 UTC; this clock jumps when somebody sets it */
int64_t clock_real_ms(void);
/* Returns milliseconds since boot, suspend included (CLOCK_BOOTTIME); this clock never jumps */
int64_t clock_boot_ms(void);
/* Writes the kernel's random name of this boot (/proc/sys/kernel/random/boot_id), or "unknown". */
void clock_boot_id(char id[static 64]);
/*
 * Tells whether the kernel says that NTP keeps the wall clock: a daemon has compared it lately,
 * and nobody has set it since. False also where we may not ask.
 */
bool clock_is_synchronised(void);

#endif
