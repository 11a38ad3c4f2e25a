/* SPDX-License-Identifier: Apache-2.0 */
/* subject.h - a subject as the openssl command line writes it: /O=Example/CN=pump-1 */
#ifndef GR_CSR_SUBJECT_H
#define GR_CSR_SUBJECT_H

#include <openssl/x509.h>

#include "status.h"

/* Parses such a subject; X509_NAME_free it. GR_BAD, one line: text is none. */
enum status subject_parse(X509_NAME **subject, const char *text);

#endif
