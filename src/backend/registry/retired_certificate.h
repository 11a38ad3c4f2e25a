/* SPDX-License-Identifier: Apache-2.0 */
/* retired_certificate.h - certificates that a rotation took out of use. */
#ifndef GR_REGISTRY_RETIRED_CERTIFICATE_H
#define GR_REGISTRY_RETIRED_CERTIFICATE_H

#include "registry/db.h"

/*
 * Finds the thing whose rotation retired the certificate, also after it was deleted. GR_NO,
 * silent: no rotation did. On GR_FAIL one line has been written.
 */
enum status retired_certificate_thing(char thing[static 129], struct db *db,
				      const char *certificate);

#endif
