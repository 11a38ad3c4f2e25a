/* gr-ca import */
#include "gr-ca/verbs.h"
#include "arg.h"
#include "clock.h"
#include "issuer/trust.h"

#include <unistd.h>

static const struct arg_option options[] = { HOME_OPTION, { 0 } };
static const struct arg_spec spec = {
	"gr-ca import", "[-H DIR] AUTHORITY KEY-FILE CERTIFICATE-FILE",
	"Bring an authority along: its key, and its certificate followed by all above it up to a self-signed one (PEM).", options
};

static enum status import(const char *dir, const char *name, const char *key_path, const char *cert_path)
{
	struct authority a = { 0 };
	struct home home;
	enum status st;
	int fd;

	if ((st = office_open(&fd, &home, dir, true)) != GR_OK)
		return st;
	if ((st = authority_import(&a, home.ca, name, key_path, cert_path, clock_real_ms() / 1000)) == GR_OK)
		st = trust_add(home.trusted, &a);
	authority_release(&a);
	close(fd);
	return st;
}

int do_import(int argc, char *argv[])
{
	const char *dir = NULL;
	enum status st;

	arg_restart();
	while (arg_next(&spec, argc, argv) != -1)
		dir = optarg;
	if (argc - optind != 3)
		arg_usage(&spec);
	if ((st = office_check_name(argv[optind])) != GR_OK)
		return st;
	return import(dir, argv[optind], argv[optind + 1], argv[optind + 2]);
}
