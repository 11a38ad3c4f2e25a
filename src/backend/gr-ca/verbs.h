/* verbs.h - the verbs of gr-ca; see its manual page. */
#ifndef GR_CA_VERBS_H
#define GR_CA_VERBS_H

#include "issuer/issuer.h"
#include "registry/home.h"

int do_init(int argc, char *argv[]);
int do_import(int argc, char *argv[]);
int do_list(int argc, char *argv[]);
int do_show(int argc, char *argv[]);
int do_mode(int argc, char *argv[]);
int do_issue_server(int argc, char *argv[]);
int do_crl(int argc, char *argv[]);

/*
 * The folder of the authorities, for one changer at a time: close *fd when done. make: makes it where it is missing, which
 * otherwise is GR_BAD. On any status but GR_OK one line has been written.
 */
enum status office_open(int *fd, struct home *home, const char *dir, bool make);
/* Is it a name for an authority? GR_BAD, one line: no. */
enum status office_check_name(const char *name);
/* The one called name, or, NULL, the one that issues now, and the digest it signs over. */
enum status office_authority(struct authority *a, const EVP_MD **digest, const char *dir, const char *name);

#endif
