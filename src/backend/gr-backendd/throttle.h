/* throttle.h - how many Jobs requests each thing may make in a second. */
#ifndef GR_THROTTLE_H
#define GR_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

/* Finding a job takes a device two requests in a row: with less it would never get on. */
enum { THROTTLE_MIN = 2, THROTTLE_MAX = 1000000 };

struct throttle;

/* NULL: out of memory. */
struct throttle *throttle_new(uint32_t rate);
void throttle_free(struct throttle *throttle);	/* takes NULL */
/* Counts one request of the thing; now is clock_boot_ms. False: it is one too many in this second. NULL admits all. */
bool throttle_admits(struct throttle *throttle, const char *thing, int64_t now);

#endif
