/* SPDX-License-Identifier: Apache-2.0 */
/* race.h - many devices at once: who may start, who is late, what it took. */
#ifndef GR_RACE_H
#define GR_RACE_H

#include <stddef.h>
#include <stdint.h>

#include "gr-swarm/device.h"

struct race_limits {
	uint32_t at_once;	/* tasks under way at one time */
	uint32_t rate;		/* tasks begun a second; 0: as many as at_once allows */
	uint32_t seconds;	/* after these none is begun */
	uint32_t patience;	/* seconds that one may take */
};
/* Microseconds, one entry a task that succeeded; for jobs one a request. */
struct samples {
	int64_t *us;
	size_t count, size;
};
struct race {
	struct samples stage[STAGE_COUNT], jobs, whole;
	size_t failures;
	int64_t took;		/* microseconds from the first start to the last end */
};

/*
 * Lets the devices rotate, each as often as it has jobs, or connect over and over, or once and
 * stay. GR_FAIL, one line: the race itself could not be run; failures of devices are counted, with
 * a line each. End with race_release in any case.
 */
enum status race_run(struct race *race, struct device *devices, size_t count,
		     const struct world *world, const struct race_limits *limits);
void race_release(struct race *race);

/* The value that share (0 to 1) of the samples do not exceed; sorts them. 0: there are none. */
int64_t samples_quantile(struct samples *samples, double share);

#endif
