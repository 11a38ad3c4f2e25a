/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs.h - what the commands of gr-jobs-client share: settings, session, requests, refusals.
 */
#ifndef GR_JOBS_CLIENT_JOBS_H
#define GR_JOBS_CLIENT_JOBS_H

#include "arg.h"
#include "config/conf.h"
#include "session/request.h"
#include "session/session.h"

int command_get(int argc, char *argv[]);
int command_next(int argc, char *argv[]);
int command_pending(int argc, char *argv[]);
int command_start(int argc, char *argv[]);
int command_time(int argc, char *argv[]);
int command_update(int argc, char *argv[]);

enum { JOBS_JSON = 256 };
#define JOBS_OPTIONS \
	{ JOBS_JSON, "json", NULL, "print the service's answer as it came" }, \
	{ 'g', "generation", "N", \
	  "the pair for a connection of its own (default: the live one)" }, \
	CONF_OPTIONS

struct jobs {
	struct conf conf;
	uint32_t generation;
	bool json;
	bool is_open;
	struct session session;
};

/* Handles one of JOBS_OPTIONS. */
enum status jobs_option(struct jobs *jobs, int ch, const char *value);
/* Loads the configuration and opens the session. */
enum status jobs_open(struct jobs *jobs);
void jobs_close(struct jobs *jobs);	/* takes a zeroed struct */

/*
 * Sends one request of the Jobs device API and waits for the answer. job NULL: tail is "get" or
 * "start-next"; with a job's id: "get" or "update". body is used up. stray, unless NULL, says what
 * sees the messages that are no answer. The status is that of request_answer.
 */
enum status jobs_ask(json_t **answer, struct jobs *jobs, const char *job, const char *tail,
		     json_t *body, const struct request *stray);

/*
 * Reports a rejected answer: one line with code and message on standard error; on standard output
 * code, status and survivor, empty where the service did not say. Returns GR_NO; or GR_FAIL,
 * without the output, if the request may succeed later.
 */
enum status jobs_rejected(const json_t *answer, const char *what, bool json);
/* Writes only that line on standard error. */
void jobs_complain(const json_t *answer, const char *what);
/* Tells whether the same request may be accepted later. */
bool jobs_is_transient(const json_t *answer);
/* Writes value as one line of JSON. */
enum status jobs_print_json(const json_t *value);

#endif
