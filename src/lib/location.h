/* SPDX-License-Identifier: Apache-2.0 */
/*
 * location.h - where a key or a certificate is, as configurations write it: a path, ~/path, a
 * file: URI, a pkcs11: URI.
 */
#ifndef GR_LOCATION_H
#define GR_LOCATION_H

#include <limits.h>

#include "status.h"

/*
 * Turns a file: URI (RFC 8089; of this host) or ~/ (HOME, else the user's own entry in passwd)
 * into a path; copies all other text unchanged, also the URIs of tokens. GR_BAD, one line that
 * starts with what: a file: URI without a local absolute path, no home, or too long.
 */
enum status location_resolve(char to[static PATH_MAX], const char *text, const char *what);

#endif
