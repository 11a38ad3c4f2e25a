/* SPDX-License-Identifier: Apache-2.0 */
/* gr-jobs-client: the AWS IoT Jobs device API */
#include "gr-jobs-client/jobs.h"
#include "secret.h"

int main(int argc, char *argv[])
{
	static const struct arg_command commands[] = {
		{ "get", command_get, "print one execution" },
		{ "next", command_next,
		  "print the next execution that is a rotation; wait for it" },
		{ "pending", command_pending, "list pending executions" },
		{ "start", command_start, "start the first pending execution" },
		{ "time", command_time, "print the time of the service's clock" },
		{ "update", command_update, "report the status of an execution" },
		{ 0 }
	};

	secret_guard();
	return arg_commands(commands, "gr-jobs-client",
			    "Ask AWS IoT Jobs, over MQTT, for the executions of "
			    "this thing, and report on them.", argc, argv);
}
