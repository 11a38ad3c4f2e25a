/* SPDX-License-Identifier: Apache-2.0 */
/* gr-journal lock: the shell opens the lock file, we lock it in its name */
#include "config/gr_config.h"
#include "gr-journal/commands.h"
#include "out.h"
#include "rotation/lock.h"

#include <getopt.h>
#include <limits.h>

enum { OPT_FD = 256, OPT_PID };

static const struct arg_option options[] = {
	{ OPT_FD, "fd", "N", "the inherited descriptor, opened on $GR_STATE/lock" },
	{ OPT_PID, "pid", "P", "the process to name as the holder" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-journal lock", "[options] --fd N --pid P",
				      "Lock an inherited descriptor for a driver.", options };

int command_lock(int argc, char *argv[])
{
	uint32_t fd = UINT32_MAX, pid = 0;
	struct conf conf = { 0 };
	enum status st = GR_OK;
	int ch;

	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1) {
		if (ch == OPT_FD)
			st = arg_u32(&fd, "--fd", optarg);
		else if (ch == OPT_PID)
			st = arg_u32(&pid, "--pid", optarg);
		else
			st = conf_option(&conf, ch, optarg);
	}
	if (st == GR_OK && (argc > optind || fd > INT_MAX || pid == 0 || pid > INT_MAX))
		arg_usage(&spec);
	if (st == GR_OK && (st = gr_config_load(&conf)) == GR_OK &&
	    (st = lock_hold(&conf, (int)fd, (pid_t)pid)) == GR_OK)
		st = out_close();
	conf_release(&conf);
	return st;
}
