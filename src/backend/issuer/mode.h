/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mode.h - how certificates for devices are issued: as AWS IoT does, or as a private authority.
 *
 * The file mode.json beside the authorities; it alone says which of them issues, so that replacing it is the one durable
 * step of every change. On any status but GR_OK one line has been written, unless a function says otherwise.
 */
#ifndef GR_MODE_H
#define GR_MODE_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

#include "issuer/authority.h"

enum { MODE_DAYS_DEFAULT = 7, MODE_DAYS_MAX = 7300 };

struct mode_alg {
	const char *name;	/* those of AWS Private CA: "SHA256WITHRSA", "SHA384WITHECDSA" */
	int type;		/* EVP_PKEY_RSA or EVP_PKEY_EC: the key of the authority */
	const EVP_MD *(*digest)(void);
};
struct mode {
	bool private;
	char authority[AUTHORITY_NAME_MAX + 1];
	const struct mode_alg *alg;	/* NULL until mode_settle */
	uint32_t days;			/* private: how long a certificate is valid */
};

const char *mode_name(const struct mode *mode);	/* "iot" or "private" */
/* GR_BAD, one line that lists what is allowed. */
enum status mode_alg_find(const struct mode_alg **alg, const char *name);
/* GR_NO, silent: there is none yet. */
enum status mode_read(struct mode *mode, const char *dir);
/* GR_BAD: there is none. */
enum status mode_need(struct mode *mode, const char *dir);
enum status mode_write(const struct mode *mode, const char *dir);
/* Chooses the algorithm where none was: SHA-256 with the authority's key. GR_BAD: mode and authority do not go together. */
enum status mode_settle(struct mode *mode, const struct authority *a);

#endif
