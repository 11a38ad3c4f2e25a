/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mosquitto_api.h - the broker's declarations for plugins, from the headers of Mosquitto 2.0 or
 * 2.1, whichever the machine has.
 *
 * Structures and numbers of the events are the same in 2.0 and 2.1, so a plugin that was built
 * with the headers of one runs in the other. broker_version.h tells what they do differently.
 */
#ifndef GR_BROKER_MOSQUITTO_API_H
#define GR_BROKER_MOSQUITTO_API_H

/* The broker looks the plugin's entry points, declared here, up by name; all else stays inside. */
#pragma GCC visibility push(default)
#include <mosquitto.h>
/* Since 2.1 the first has these in it, and each of them warns. */
#if LIBMOSQUITTO_VERSION_NUMBER < 2001000
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#endif
#pragma GCC visibility pop

/* Events that headers of 2.0 do not name; their data begin like those of MOSQ_EVT_DISCONNECT. */
enum { MOSQUITTO_API_EVT_CLIENT_OFFLINE = 28 };

/*
 * To be called in each TICK event: makes the broker run its loop again within ms. Mosquitto 2.0
 * always does after 100 ms; 2.1, built without websockets, otherwise sleeps until an event of its
 * own, for seconds. Asked for a tick in ms alone it would leave out the ticks of all turns before
 * that, and forget the request in each of them. A next tick that lies in the future by the sum of
 * both members, but in the past by the seconds, wakes it and leaves none out.
 */
static inline void mosquitto_api_wake_within(struct mosquitto_evt_tick *tick, long ms)
{
	tick->next_s = -2;
#if LIBMOSQUITTO_VERSION_NUMBER < 2001000
	/* 2.0 looks at neither; in 2.1 the same member is next_ms */
	tick->next_ns = 2000 + ms;
#else
	tick->next_ms = 2000 + ms;
#endif
}

#endif
