/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order.h - what an operator asks for: the members of CreateJob, CreateJobTemplate or UpdateJob, from a file and from options.
 *
 * On GR_BAD and GR_FAIL one line has been written.
 */
#ifndef GR_ORDER_H
#define GR_ORDER_H

#include "arg.h"
#include "registry/job.h"

struct order {
	json_t *options, *input;	/* members by their names in the AWS IoT API; an option goes before the file's member */
	json_t *config;			/* blocks of both */
	const char *targets[JOB_TARGETS_MAX + 1];	/* "thing/T", "thinggroup/G"; ended by NULL */
	size_t target_count;
};
/* Starts zeroed. */
void order_release(struct order *o);

/* What the orders have in common, and who is meant by a job. */
#define ORDER_OPTIONS \
	{ 'i', "input", "FILE", "members of the AWS IoT API as JSON; options go before them" }, \
	{ 'D', "description", "TEXT", "what it is for" }, \
	{ 'T', "timeout", "MINUTES", "in-progress time-out of each execution, 1 to 10080 (default none)" }, \
	{ 'r', "rate", "N", "things to reach in a minute, at the most" }, \
	{ 'g', "growth", "GROWTH", "BASE:FACTOR:CRITERION: begin with BASE a minute and multiply by FACTOR each time succeeded=N or notified=N" }, \
	{ 'a', "abort-at", "ABORT", "PERCENT:MIN[:TYPE]: cancel when so many of at least MIN executions have ended as TYPE (default ALL)" }, \
	{ 'R', "retries", "RETRIES", "N[:TYPE]: how often an execution that ended as TYPE (default ALL) is tried again" }
#define ORDER_DOCUMENT { 'd', "document", "FILE", "the job document (default {\"operation\":\"ROTATE_CERTIFICATE\"})" }
#define ORDER_TARGETS \
	{ 't', "target", "TARGET", "thing/NAME or thinggroup/NAME; may be given up to 100 times" }, \
	{ ORDER_TARGET_LIST, "targets", "TARGETS", "the same, several with commas between them" }
enum { ORDER_TARGET_LIST = 256 };

/* GR_NO: not one of ours. */
enum status order_option(struct order *o, int ch);
enum status order_schedule(struct order *o, const char *text);
enum status order_set(struct order *o, const char *member, json_t *value);
/* text may be an ARN. */
enum status order_target(struct order *o, const char *text);

/* What an order is for, as bits: which members it may have besides the configuration blocks and the description. */
enum order_kind { ORDER_JOB = 1, ORDER_TEMPLATE = 2, ORDER_UPDATE = 4 };
/* The request, borrowed from o. id NULL: the one that the file names. */
enum status order_request(struct job_request *q, struct order *o, enum order_kind kind, const char *id);

#endif
