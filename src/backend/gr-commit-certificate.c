/* gr-commit-certificate: one handler of gr-backendd, alone */
#include "handlers/single.h"
#include "handlers/rotate.h"

int main(int argc, char *argv[])
{
	static const struct arg_spec spec = { "gr-commit-certificate", "[-H DIR] <event.json", "Answer one commit request: the licence to say SUCCEEDED.", single_options };

	return single_main(&spec, rotate_commit, argc, argv);
}
