/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handler_main.h - runs one handler as a program: an event as JSON on standard input, one answer
 * on standard output.
 */
#ifndef GR_ROTATION_HANDLER_MAIN_H
#define GR_ROTATION_HANDLER_MAIN_H

#include "arg.h"
#include "registry/event.h"

struct handler_main {
	struct arg_spec spec;
	/* the request that it answers; an event of another kind is GR_BAD */
	enum topic_kind kind;
	enum status (*handler)(struct event *e);
};

/*
 * Reads {"topic","principal","clientId","payload":{...}} and prints {"topic","payload"}. Exit
 * status 0 when the handler accepted, 1 when it refused (the answer says why), 100 for an unusable
 * event, 111 when the registry failed.
 */
int handler_main_main(const struct handler_main *single, int argc, char *argv[]);
extern const struct arg_option handler_main_options[];

#endif
