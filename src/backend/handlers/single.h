/* SPDX-License-Identifier: Apache-2.0 */
/* single.h - one handler as a program: an event as JSON on standard input, one answer on standard output. */
#ifndef GR_SINGLE_H
#define GR_SINGLE_H

#include "arg.h"
#include "handlers/event.h"

struct single {
	struct arg_spec spec;
	enum topic_kind kind;	/* the request that it answers; an event of another kind is GR_BAD */
	enum status (*handler)(struct event *e);
};

/*
 * Reads {"topic","principal","clientId","payload":{...}} and prints {"topic","payload"}. Exit status 0 when the
 * handler accepted, 1 when it refused (the answer says why), 100 for an unusable event, 111 when the registry failed.
 */
int single_main(const struct single *single, int argc, char *argv[]);
extern const struct arg_option single_options[];

#endif
