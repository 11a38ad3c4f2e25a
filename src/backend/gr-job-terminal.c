/* SPDX-License-Identifier: Apache-2.0 */
/* gr-job-terminal: one handler of gr-backendd, alone */
#include "jobs/service.h"
#include "rotation/handler_main.h"
#include "secret.h"

int main(int argc, char *argv[])
{
	static const struct handler_main single = {
		{ "gr-job-terminal", "[-H DIR] <event.json",
		  "Answer one job update; a final status decides which certificate survives.",
		  handler_main_options },
		TOPIC_UPDATE, service_update
	};

	secret_guard();
	return handler_main_main(&single, argc, argv);
}
