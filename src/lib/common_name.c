/* SPDX-License-Identifier: Apache-2.0 */
/* common_name.c - the commonName in a certificate's subject */
#include "common_name.h"
#include "str.h"

#include <string.h>

void common_name_read(char *to, size_t size, const X509 *x509)
{
	const X509_NAME *subject = X509_get_subject_name(x509);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1), len;
	unsigned char *text = NULL;

	to[0] = '\0';
	if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
		return;
	len = ASN1_STRING_to_UTF8(&text,
				  X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	if (len > 0 && strlen((const char *)text) == (size_t)len)
		str_copy(to, size, (const char *)text);
	OPENSSL_free(text);
}
