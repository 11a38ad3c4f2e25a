/* SPDX-License-Identifier: Apache-2.0 */
/* gr-commit-certificate: one handler of gr-backendd, alone */
#include "handlers/single.h"
#include "handlers/rotate.h"
#include "secret.h"

int main(int argc, char *argv[])
{
	static const struct single single = {
		{ "gr-commit-certificate", "[-H DIR] <event.json", "Answer one commit request: the licence to say SUCCEEDED.", single_options },
		TOPIC_COMMIT, rotate_commit
	};

	secret_guard();
	return single_main(&single, argc, argv);
}
