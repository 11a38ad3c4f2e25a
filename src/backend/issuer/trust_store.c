/* SPDX-License-Identifier: Apache-2.0 */
/* trust_store.c - the CA certificates that the broker knows */
#include "issuer/trust_store.h"
#include "cert.h"
#include "complain.h"
#include "file.h"
#include "registry/home.h"
#include "str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SAME_HASH_MAX = 100 };

/* Whoever runs the broker must be able to read it, whatever our umask says. */
static enum status make(const char *dir)
{
	return home_mkdir(dir, 0755);
}

/* GR_NO: another certificate lies at path. */
static enum status put(const char *path, const struct cert *cert, const char *pem, size_t len)
{
	struct cert there;
	enum status st = cert_read(&there, path);
	bool same;

	if (st == GR_NO)
		return file_replace(path, pem, len, 0644);
	if (st != GR_OK)
		return st;
	same = strcmp(there.id, cert->id) == 0;
	cert_release(&there);
	return same ? GR_OK : GR_NO;
}

static enum status add(const char *dir, const struct cert *cert)
{
	unsigned long hash = X509_subject_name_hash(cert->x509);
	char path[PATH_MAX], *pem;
	enum status st;
	size_t len;

	if ((st = cert_pem(&pem, &len, cert)) != GR_OK)
		return st;
	st = GR_NO;
	for (int i = 0; i < SAME_HASH_MAX && st == GR_NO; i++)
		st = str_format(path, sizeof path, "%s/%08lx.%d", dir, hash, i)
		    ? put(path, cert, pem, len)
		    : GR_FAIL;
	free(pem);
	if (st == GR_NO)
		complain("%s: holds too many CA certificates of one name", dir);
	return st == GR_NO ? GR_BAD : st;
}

enum status trust_store_add(const char *dir, const struct authority *a)
{
	enum status st = make(dir);
	struct cert cert;

	if (st != GR_OK)
		complain("%s: %s", dir, strerror(errno));
	for (int i = 0; i < sk_X509_num(a->chain) && st == GR_OK; i++) {
		X509 *x509 = sk_X509_value(a->chain, i);

		X509_up_ref(x509);
		if ((st = cert_from_x509(&cert, x509, dir)) != GR_OK)
			return st;
		st = add(dir, &cert);
		cert_release(&cert);
	}
	return st;
}
