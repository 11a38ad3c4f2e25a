/* gr-create-certificate: one handler of gr-backendd, alone */
#include "handlers/single.h"
#include "handlers/rotate.h"

int main(int argc, char *argv[])
{
	static const struct arg_spec spec = { "gr-create-certificate", "[-H DIR] <event.json", "Answer one create request: a certificate for a CSR.", single_options };

	return single_main(&spec, rotate_create, argc, argv);
}
