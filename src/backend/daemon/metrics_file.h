/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics_file.h - writes the metrics of the registry to a file, in Prometheus' text format
 * (source: its "Exposition formats", version 0.0.4), as node_exporter's textfile collector reads
 * it.
 */
#ifndef GR_DAEMON_METRICS_FILE_H
#define GR_DAEMON_METRICS_FILE_H

#include "registry/db.h"

struct metrics_file {
	const char *path;	/* NULL: none is written */
	int64_t every_ms;
	int64_t next;		/* when it is written next, clock_boot_ms */
};

/*
 * Replaces the file if it is time. A failure is one line on standard error; the next run tries
 * again. connected: the daemon has its subscription at the broker.
 */
void metrics_file_run(struct metrics_file *file, struct db *db, bool connected);

#endif
