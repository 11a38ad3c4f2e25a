/* SPDX-License-Identifier: Apache-2.0 */
/* time.c - gr-jobs-client time: the service's clock, for devices that do not trust their own */
#include "complain.h"
#include "gr-jobs-client/pending_list.h"
#include "out.h"

#include <stdio.h>
#include <unistd.h>

static const struct arg_option options[] = { JOBS_OPTIONS, { 0 } };
static const struct arg_spec spec = {
	"gr-jobs-client time", "[--json]",
	"Print the time of the service's clock, in seconds since 1970.", options
};

static enum status show(const json_t *answer, bool json)
{
	json_int_t time = json_number(answer, "timestamp", 0);

	if (json)
		return jobs_print_json(answer);
	if (time <= 0) {
		complain("the service's answer has no timestamp");
		return GR_NO;
	}
	printf("%" JSON_INTEGER_FORMAT "\n", time);
	return out_close();
}

static enum status tell(struct jobs *jobs)
{
	json_t *answer = NULL;
	struct pending_list list;
	enum status st = pending_list_read(&list, &answer, jobs, NULL);

	if (st == GR_OK)
		st = show(answer, jobs->json);
	else if (st == GR_NO)
		st = jobs_rejected(answer, "time", jobs->json);
	pending_list_release(&list);
	json_decref(answer);
	return st;
}

int command_time(int argc, char *argv[])
{
	struct jobs jobs = { 0 };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = jobs_option(&jobs, ch, optarg);
	if (st == GR_OK && optind != argc)
		arg_usage(&spec);
	if (st == GR_OK && (st = jobs_open(&jobs)) == GR_OK)
		st = tell(&jobs);
	jobs_close(&jobs);
	return st;
}
