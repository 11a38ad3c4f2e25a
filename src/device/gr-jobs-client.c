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
		{ "start", command_start, "start the execution at the front" },
		{ "time", command_time, "print the time that the service tells" },
		{ "update", command_update, "report how an execution fares" },
		{ 0 }
	};

	secret_guard();
	return arg_commands(commands, "gr-jobs-client",
			    "The device's side of AWS IoT Jobs, over MQTT.", argc, argv);
}
