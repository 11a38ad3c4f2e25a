/*
 * lab.h - the world that lab.sh made, as the swarm needs it: where the broker listens, who works there, and the
 * operator's programs.
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

/* Makes the device's key and has its CSR registered (gr-registry register) under its name, in the group "all". */
enum status lab_register(struct device *d, const struct lab *lab);
/* gr-jobs create -t thinggroup/all JOB */
enum status lab_create_job(const struct lab *lab, const char *job);

#endif
