/* SPDX-License-Identifier: Apache-2.0 */
/* gr-create-certificate: one handler of gr-backendd, alone */
#include "rotation/handler_main.h"
#include "rotation/rotate.h"
#include "secret.h"

int main(int argc, char *argv[])
{
	static const struct handler_main single = {
		{ "gr-create-certificate", "[-H DIR] <event.json", "Answer one create request: a certificate for a CSR.", handler_main_options },
		TOPIC_CREATE, rotate_create
	};

	secret_guard();
	return handler_main_main(&single, argc, argv);
}
