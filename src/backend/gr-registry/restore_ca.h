/* SPDX-License-Identifier: Apache-2.0 */
/* restore_ca.h - the authorities of a backup, where they are missing. */
#ifndef GR_REGISTRY_RESTORE_CA_H
#define GR_REGISTRY_RESTORE_CA_H

#include "gr-registry/archive.h"
#include "registry/home.h"

/*
 * Checks whether restore_ca_put would work; nothing is touched. passphrase NULL: none was given.
 * GR_BAD, one line: the folder has another authority of a name, a key is needed and no passphrase
 * given, or it is another one. A key that is neither there nor in the archive is named in a line;
 * that is GR_OK.
 */
enum status restore_ca_check(const struct archive *archive, const struct home *home,
			     const char *passphrase);
/* Puts back files of ca/ and trusted/ that the folder lacks; what is there stays. */
enum status restore_ca_put(const struct archive *archive, const struct home *home,
			   const char *passphrase);

#endif
