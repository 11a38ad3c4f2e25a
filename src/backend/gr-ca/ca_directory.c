/* SPDX-License-Identifier: Apache-2.0 */
/* ca_directory.c - the directory of the authorities */
#include "gr-ca/ca_directory.h"
#include "complain.h"
#include "issuer/issuer.h"
#include "stray.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum status ca_directory_lock(int *fd, struct home *home, const char *dir, bool make)
{
	enum status st;

	st = home_find(home, dir);
	if (st == GR_OK)
		st = make ? home_make_signer(home) : home_enter_signer(home);
	if (st != GR_OK)
		return st;
	if ((*fd = open(home->ca, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0 &&
	    flock(*fd, LOCK_EX) == 0) {
		/* an authority's key, even */
		stray_remove(*fd);
		stray_remove_in(home->trusted);
		return GR_OK;
	}
	complain("%s: %s%s", home->ca, strerror(errno),
		 make ? "" : "; gr-ca init makes an authority");
	if (*fd >= 0)
		close(*fd);
	return make ? GR_FAIL : GR_BAD;
}

enum status ca_directory_check_name(const char *name)
{
	if (authority_is_name(name))
		return GR_OK;
	complain("%s: not a name for an authority; use 1 to %d letters, digits, - or _", name,
		 AUTHORITY_NAME_MAX);
	return GR_BAD;
}

enum status ca_directory_authority(struct authority *a, const EVP_MD **digest, const char *dir,
			     const char *name)
{
	struct issuer issuer;
	enum status st;

	if (name) {
		*digest = EVP_sha256();
		return authority_open(a, dir, name);
	}
	if ((st = issuer_open(&issuer, dir)) != GR_OK)
		return st;
	*digest = issuer.profile.alg->digest();
	*a = issuer.authority;
	return GR_OK;
}
