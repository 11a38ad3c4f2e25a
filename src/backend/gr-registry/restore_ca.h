/* SPDX-License-Identifier: Apache-2.0 */
/* restore_ca.h - the authorities of a backup, where they are missing. */
#ifndef GR_REGISTRY_RESTORE_CA_H
#define GR_REGISTRY_RESTORE_CA_H

#include "gr-registry/archive.h"
#include "registry/home.h"

/*
 * Puts back files of ca/ and trusted/ that the folder lacks; what is there stays. passphrase NULL:
 * no keys. GR_BAD, one line, nothing touched: the folder has another authority of a name, a key is
 * needed and no passphrase given, or it is another one.
 */
enum status restore_ca(const struct archive *archive, const struct home *home,
		       const char *passphrase);

#endif
