/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job_options.h - what an operator asks for: the members of CreateJob, CreateJobTemplate or
 * UpdateJob, from a file and from options.
 *
 * On GR_BAD and GR_FAIL one line has been written.
 */
#ifndef GR_JOBS_JOB_OPTIONS_H
#define GR_JOBS_JOB_OPTIONS_H

#include "arg.h"
#include "registry/job.h"

struct job_options {
	/* members by their names in the AWS IoT API; an option goes before the file's member */
	json_t *options, *input;
	json_t *config;			/* blocks of both */
	/* "thing/T", "thinggroup/G"; ended by NULL */
	const char *targets[JOB_TARGETS_MAX + 1];
	size_t target_count;
};
/* Starts zeroed. */
void job_options_release(struct job_options *o);

/* What the orders have in common, and who is meant by a job. */
#define JOB_OPTIONS_OPTIONS \
	{ 'i', "input", "FILE", "members of the AWS IoT API as JSON; options override them" }, \
	    { 'D', "description", "TEXT", "description, for people" }, \
	    { 'T', "timeout", "MINUTES", \
	      "in-progress time-out of each execution, 1 to 10080 (default none)" }, \
	    { 'r', "rate", "N", "most things to reach in a minute" }, \
	    { 'g', "growth", "GROWTH", \
	      "BASE:FACTOR:CRITERION: begin with BASE a minute and multiply by FACTOR each time " \
	      "succeeded=N or notified=N" }, \
	    { 'a', "abort-at", "ABORT", \
	      "PERCENT:MIN[:TYPE]: cancel when so many of at least MIN executions have ended as " \
	      "TYPE (default ALL)" }, \
	{ \
		'R', "retries", "RETRIES", \
		    "N[:TYPE]: how often an execution that ended as TYPE (default ALL) is tried " \
		    "again" \
	}
#define JOB_OPTIONS_DOCUMENT \
	{ 'd', "document", "FILE", \
	  "the job document (default {\"operation\":\"ROTATE_CERTIFICATE\"})" }
#define JOB_OPTIONS_TARGETS \
	{ 't', "target", "TARGET", \
	  "thing/NAME or thinggroup/NAME; may be given up to 100 times" }, \
	{ \
		JOB_OPTIONS_TARGET_LIST, "targets", "TARGETS", \
		    "the same, several with commas between them" \
	}
enum { JOB_OPTIONS_TARGET_LIST = 256 };

/* GR_NO: not one of ours. */
enum status job_options_option(struct job_options *o, int ch);
enum status job_options_schedule(struct job_options *o, const char *text);
enum status job_options_set(struct job_options *o, const char *member, json_t *value);
/* text may be an ARN. */
enum status job_options_target(struct job_options *o, const char *text);

/*
 * What an order is for, as bits: which members it may have besides the configuration blocks and
 * the description.
 */
enum job_options_kind { JOB_OPTIONS_JOB = 1, JOB_OPTIONS_TEMPLATE = 2, JOB_OPTIONS_UPDATE = 4 };
/* The request, borrowed from o. id NULL: the one that the file names. */
enum status job_options_request(struct job_request *q, struct job_options *o,
				enum job_options_kind kind, const char *id);

#endif
