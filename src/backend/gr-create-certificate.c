/* SPDX-License-Identifier: Apache-2.0 */
/* gr-create-certificate: one handler of gr-backendd, alone */
#include "rotation/create.h"
#include "rotation/handler_main.h"
#include "secret.h"

int main(int argc, char *argv[])
{
	static const struct handler_main single = {
		{ "gr-create-certificate", "[-H DIR] <event.json",
		  "Answer one create request with a certificate for its "
		  "CSR.", handler_main_options },
		TOPIC_CREATE,
		create_handle
	};

	secret_guard();
	return handler_main_main(&single, argc, argv);
}
