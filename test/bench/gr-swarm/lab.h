/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lab.h - the world that lab.sh made, as the swarm needs it: where the broker listens, who works
 * there, and the operator's programs.
 *
 * On any status but GR_OK one line has been written.
 */
#ifndef GR_LAB_H
#define GR_LAB_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#include "gr-swarm/device.h"
#include "status.h"

struct lab {
	char home[PATH_MAX], ca[PATH_MAX];
	uint32_t port;
	pid_t broker, daemon;
};
enum status lab_find(struct lab *lab, const char *dir);

struct fleet {
	struct device *devices;
	size_t count;
};
/*
 * The devices of a thing group, as gr-fleet wrote their keys and certificates to GROUP.pem in the
 * lab's folder. End with fleet_release in any case.
 */
enum status lab_fleet(struct fleet *fleet, const char *dir, const char *group);
void fleet_release(struct fleet *fleet);
/* gr-jobs create -t thinggroup/GROUP JOB */
enum status lab_create_job(const struct lab *lab, const char *group, const char *job);

#endif
