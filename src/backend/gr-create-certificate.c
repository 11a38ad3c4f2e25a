/* SPDX-License-Identifier: Apache-2.0 */
/* gr-create-certificate: one handler of gr-backendd, alone */
#include "handlers/single.h"
#include "handlers/rotate.h"
#include "secret.h"

int main(int argc, char *argv[])
{
	static const struct single single = {
		{ "gr-create-certificate", "[-H DIR] <event.json", "Answer one create request: a certificate for a CSR.", single_options },
		TOPIC_CREATE, rotate_create
	};

	secret_guard();
	return single_main(&single, argc, argv);
}
