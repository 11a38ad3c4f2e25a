/* SPDX-License-Identifier: Apache-2.0 */
/* gr-journal: read and durably replace the record of the rotation under way */
#include "gr-journal/commands.h"
#include "secret.h"

#include <stddef.h>

static const struct arg_command commands[] = {
	{ "get", command_get, "print values" },
	{ "put", command_put, "change values, if the phase is the expected one" },
	{ "arm", command_arm, "set the deadline of the trial" },
	{ "left", command_left, "print the seconds until that deadline" },
	{ "watched", command_watched, "tell whether a watchdog runs for this journal" },
	{ "lock", command_lock, "lock an inherited descriptor for a driver" },
	{ NULL, NULL, NULL }
};

int main(int argc, char *argv[])
{
	secret_guard();
	return arg_commands(commands, "gr-journal",
			 "Read and change the journal, which is the record of the current "
			 "rotation.", argc,
			 argv);
}
