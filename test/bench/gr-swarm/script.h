/* SPDX-License-Identifier: Apache-2.0 */
/* script.h - the stages of a rotation, as a table. */
#ifndef GR_SCRIPT_H
#define GR_SCRIPT_H

#include "gr-swarm/device.h"
#include "json.h"

struct stage_work {
	const char *name;
	/* Queues what is to be sent. GR_FAIL: see channel_reason. */
	enum status (*begin)(struct device *d, const struct world *w);
	/*
	 * Judges the answer; NULL: the stage ends with CONNACK. GR_NO: there is nothing to do for
	 * us. GR_FAIL: see channel_reason.
	 */
	enum status (*take)(struct device *d, const json_t *answer);
};
extern const struct stage_work stages[STAGE_COUNT];

#endif
