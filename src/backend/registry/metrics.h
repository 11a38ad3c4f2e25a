/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - the state of the fleet in numbers, for a monitoring system. All of them are read
 * from counters and short indexes, so that reading costs the same for a registry of any size.
 *
 * On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_METRICS_H
#define GR_REGISTRY_METRICS_H

#include "registry/db.h"

/* Names, types and labels are those of Prometheus. */
struct metric {
	const char *name, *type, *help;
	const char *label;	/* what tells its values apart; NULL: it has one value */
};
struct metrics_value {
	const struct metric *metric;
	const char *label;
	int64_t number;
};
/* Calls head for each metric, then value for each value of it. */
enum status metrics_each(struct db *db, void (*head)(void *obj, const struct metric *metric),
			 void (*value)(void *obj, const struct metrics_value *value), void *obj);

/* How long a stage of rotations took: one bucket of its histogram, in ms. */
struct metrics_latency {
	const char *stage;
	int64_t le;		/* INT64_MAX in the last bucket of a stage */
	int64_t count;		/* of stages that took at most le */
	int64_t sum;		/* of all of the stage */
};
/* Calls each for all buckets, stage by stage, by le. */
enum status metrics_each_latency(struct db *db,
				 void (*each)(void *obj, const struct metrics_latency *latency),
				 void *obj);

#endif
