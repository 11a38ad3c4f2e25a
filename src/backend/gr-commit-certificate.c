/* SPDX-License-Identifier: Apache-2.0 */
/* gr-commit-certificate: one handler of gr-backendd, alone */
#include "rotation/commit.h"
#include "rotation/handler_main.h"
#include "secret.h"

int main(int argc, char *argv[])
{
	static const struct handler_main single = {
		{ "gr-commit-certificate", "[-H DIR] <event.json",
		  "Answer one commit request: whether the device may report SUCCEEDED.",
		  handler_main_options },
		TOPIC_COMMIT,
		commit_handle
	};

	secret_guard();
	return handler_main_main(&single, argc, argv);
}
