/* SPDX-License-Identifier: Apache-2.0 */
/* gr-job-terminal: one handler of gr-backendd, alone */
#include "handlers/single.h"
#include "jobs/service.h"
#include "secret.h"

int main(int argc, char *argv[])
{
	static const struct single single = {
		{ "gr-job-terminal", "[-H DIR] <event.json", "Answer one job update; a final word decides which certificate lives.", single_options },
		TOPIC_UPDATE, service_update
	};

	secret_guard();
	return single_main(&single, argc, argv);
}
