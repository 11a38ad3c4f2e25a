/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.h - tells each state that a device's journal and pairs are in, one line each.
 *
 * Looked at before every counted call is made, no state is missed: whoever wants to change the
 * files again must stop first.
 */
#ifndef GR_WATCH_H
#define GR_WATCH_H

#include <stdio.h>

enum { WATCH_LINE = 4096 };

struct watch {
	const char *dir;	/* the device's store; NULL: nothing is watched */
	char last[WATCH_LINE];	/* the state that was told last */
};

/*
 * Writes "state KEY=VALUE... live=N pairs=N[m],...": the journal's values that decide something,
 * the live link, and the complete generations, marked m where they are committed. Nothing where it
 * is as before, or there is no journal yet.
 */
void watch_look(struct watch *watch, FILE *to);

#endif
