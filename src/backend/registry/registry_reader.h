/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registry_reader.h - reads the registry for the broker plugin, over a connection of its own and
 * with SQLite alone, so that the plugin links nothing else of the registry.
 *
 * GR_FAIL from any function: the database cannot be read now; registry_reader_reason says why, and
 * nothing is written to standard error. After an error that does not pass by itself the reader is
 * closed, and registry_reader_open may be tried again; a damaged page does not close it.
 */
#ifndef GR_REGISTRY_REGISTRY_READER_H
#define GR_REGISTRY_REGISTRY_READER_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "status.h"

enum { REGISTRY_READER_BATCH = 256 };

struct registry_reader;

struct registry_reader_certificate {
	bool known, revoked;
	char status[16];	/* "" when it is not known */
	char thing[129];	/* "" when it is attached to none */
};

/* Makes a reader, which opens nothing yet. NULL: out of memory. */
struct registry_reader *registry_reader_new(const char *path);
void registry_reader_free(struct registry_reader *reader);	/* takes NULL */

enum status registry_reader_open(struct registry_reader *reader);
bool registry_reader_is_open(const struct registry_reader *reader);
const char *registry_reader_reason(const struct registry_reader *reader);
/* Tells whether the newest GR_FAIL came from damage. */
bool registry_reader_met_damage(const struct registry_reader *reader);

enum status registry_reader_certificate(struct registry_reader *reader,
					struct registry_reader_certificate *certificate,
					const char *id);
/*
 * Tells whether the backend takes in, at this time, a certificate of ours that the registry does
 * not know, and whether this is one: not known, not revoked, and in no custody record. GR_NO: no.
 */
enum status registry_reader_may_be_adopted(struct registry_reader *reader, const char *id);
/* Reads the certificate itself, NULL if it is not there; X509_free. */
enum status registry_reader_x509(struct registry_reader *reader, X509 **x509, const char *id);
/*
 * Calls each for every policy of the certificate until it returns another status than GR_OK, which
 * is then returned.
 */
enum status registry_reader_policies(struct registry_reader *reader, const char *id,
				     enum status (*each)(void *arg, const char *name,
							 const char *document),
				     void *arg);

enum registry_reader_refusal { REGISTRY_READER_BY_CERTIFICATE, REGISTRY_READER_BY_POLICY };
/*
 * Tells whether a no that the functions above lead to may be given: GR_OK if the second copies
 * (second_look.h) do not speak against it. thing is the one that the client says it is. GR_FAIL:
 * the registry is damaged, or cannot be read; registry_reader_reason says which.
 */
enum status registry_reader_may_refuse(struct registry_reader *reader, const char *id,
				       const char *thing, enum registry_reader_refusal what);

struct registry_reader_news {
	/* certificates that may have become unusable */
	char departed[REGISTRY_READER_BATCH][65];
	size_t count;
};
/*
 * Reads what others changed since the reader was opened or last polled; registry_reader_epoch
 * grows when policies changed. A file that was replaced, or upgraded, closes the reader.
 */
enum status registry_reader_poll(struct registry_reader *reader,
				 struct registry_reader_news *news);
/*
 * Returns a number that grows whenever the answers of registry_reader_policies may have changed.
 */
unsigned long registry_reader_epoch(const struct registry_reader *reader);

#endif
