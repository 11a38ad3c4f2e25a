/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - how the fleet is, for a monitoring system: Prometheus' text format (source: its
 * "Exposition formats", version 0.0.4) in a file, as node_exporter's textfile collector reads it.
 * All of it is read from tallies and short indexes, whatever the size of the registry.
 */
#ifndef GR_DAEMON_METRICS_H
#define GR_DAEMON_METRICS_H

#include "registry/db.h"

struct metrics {
	const char *path;	/* NULL: nobody wants them */
	int64_t every_ms;
	int64_t next;		/* clock_boot_ms */
};

/* Replaces the file if it is time. What goes wrong is one line, and in nobody's way. */
void metrics_run(struct metrics *m, struct db *db, bool connected);

#endif
