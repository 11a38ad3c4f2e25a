/* SPDX-License-Identifier: Apache-2.0 */
/* subscription.c - the filters that the broker was asked for */
#include "gr-link/subscription.h"
#include "str.h"

#include <string.h>

static bool find(size_t *place, const struct subscription *all, const char *filter)
{
	for (size_t i = 0; i < SUBSCRIPTIONS; i++)
		if (strcmp(all[i].filter, filter) == 0) {
			*place = i;
			return true;
		}
	return false;
}

/* A place for another filter. GR_NO: all are wanted. */
static enum status make_room(size_t *place, struct subscription *all, const bool *wanted,
			     struct mqtt *mqtt)
{
	enum status st = GR_OK;

	if (find(place, all, ""))
		return GR_OK;
	for (*place = 0; *place < SUBSCRIPTIONS; ++*place)
		if (!wanted[*place] && all[*place].mid == 0)
			break;
	if (*place == SUBSCRIPTIONS)
		return GR_NO;
	if (!all[*place].refused)
		st = mqtt_unsubscribe(mqtt, all[*place].filter);
	all[*place].filter[0] = '\0';
	return st;
}

enum status subscription_make(size_t *place, struct subscription all[static SUBSCRIPTIONS],
			      const bool wanted[static SUBSCRIPTIONS], struct mqtt *mqtt,
			      const char *filter, bool strict)
{
	struct subscription s = { 0 };
	enum status st;

	if (find(place, all, filter)) {
		if (!all[*place].refused || !strict)
			return GR_OK;
	} else if ((st = make_room(place, all, wanted, mqtt)) != GR_OK) {
		return st;
	}
	str_copy(s.filter, sizeof s.filter, filter);
	st = mqtt_subscribe(mqtt, &s.mid, filter);
	if (st == GR_OK)
		all[*place] = s;
	return st;
}
