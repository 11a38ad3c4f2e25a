/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ca_directory.h - the directory of the authorities, as several commands of gr-ca use it. On any
 * status but GR_OK one line has been written.
 */
#ifndef GR_CA_CA_DIRECTORY_H
#define GR_CA_CA_DIRECTORY_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "issuer/authority.h"
#include "registry/home.h"

/*
 * Finds the backend's home and locks the directory of authorities in it, so that one program at a
 * time changes it; close *fd to unlock. Files that one which was cut off had begun to write are
 * removed. make: makes the directory where it is missing. GR_BAD: also a missing directory,
 * without make.
 */
enum status ca_directory_lock(int *fd, struct home *home, const char *dir, bool make);
/* Checks a name for an authority. GR_BAD: it is none. */
enum status ca_directory_check_name(const char *name);
/*
 * Opens the authority called name or, where name is NULL, the one that issues now. *digest: what
 * it signs over. Release *a with authority_release.
 */
enum status ca_directory_authority(struct authority *a, const EVP_MD **digest, const char *dir,
				   const char *name);

#endif
