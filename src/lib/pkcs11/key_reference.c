/* SPDX-License-Identifier: Apache-2.0 */
/* key_reference.c - private keys that are somewhere else */
#include "pkcs11/key_reference.h"
#include "complain.h"
#include "key.h"
#include "str.h"
#include "trusted_path.h"

#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN "shown="

enum { REFERENCE_LINE = 4 * PATH_MAX };

bool key_reference_is(const char *text)
{
	return uri_is(text);
}

bool key_reference_is_bare(const char *text)
{
	return key_reference_is(text) && !strstr(text, "-----BEGIN");
}

void key_reference_release(struct key_reference *reference)
{
	EVP_PKEY_free(reference->public);
	reference->public = NULL;
}

/* The URI in the line at text, without the blanks that somebody may have left. */
static enum status parse_line(struct uri *uri, const char *text, size_t len, const char *where)
{
	char line[REFERENCE_LINE];

	while (len > 0 && strchr(" \t\r", text[len - 1]))
		len--;
	if (str_format(line, sizeof line, "%.*s",
		       (int)(len < REFERENCE_LINE ? len : REFERENCE_LINE), text))
		return uri_parse(uri, line, where);
	complain("%s: the line is too long", where);
	return GR_BAD;
}

static EVP_PKEY *parse_public(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, key_no_passphrase, NULL) : NULL;

	BIO_free(bio);
	return key;
}

enum status key_reference_parse(struct key_reference *reference, const char *text,
				const char *where, const struct stat *file)
{
	size_t len = strcspn(text, "\n");
	struct uri shown;
	enum status st;

	if ((st = parse_line(&reference->uri, text, len, where)) != GR_OK)
		return st;
	reference->uri.foreign = file && !trusted_path_owner(file);
	text += len + (text[len] == '\n');
	if (strncmp(text, SHOWN, strlen(SHOWN)) == 0) {
		text += strlen(SHOWN);
		len = strcspn(text, "\n");
		if ((st = parse_line(&shown, text, len, where)) != GR_OK)
			return st;
		object_name_of(&reference->shown, &shown);
		reference->has_shown = true;
		text += len + (text[len] == '\n');
	}
	if (strspn(text, " \t\r\n") == strlen(text) || (reference->public = parse_public(text)))
		return GR_OK;
	complain("%s: not a pkcs11 URI and a public key: %s", where, complain_openssl());
	return GR_BAD;
}

void key_reference_shown(struct uri *uri, const struct key_reference *reference)
{
	*uri = reference->uri;
	str_copy(uri->object, sizeof uri->object, reference->shown.label);
	memcpy(uri->id, reference->shown.id, reference->shown.id_len);
	uri->id_len = reference->shown.id_len;
}

static bool print_shown(BIO *bio, const struct key_reference *reference)
{
	char line[REFERENCE_LINE];
	struct uri shown;

	key_reference_shown(&shown, reference);
	return uri_format_name(line, sizeof line, &shown) &&
	    BIO_printf(bio, SHOWN "%s\n", line) > 0;
}

enum status key_reference_format(char **text, size_t *len, const struct key_reference *reference)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char line[REFERENCE_LINE], *data = NULL, *copy = NULL;
	long n = 0;

	if (bio && uri_format(line, sizeof line, &reference->uri) &&
	    BIO_printf(bio, "%s\n", line) > 0 &&
	    (!reference->has_shown || print_shown(bio, reference)) &&
	    (!reference->public || PEM_write_bio_PUBKEY(bio, reference->public) == 1) &&
	    (n = BIO_get_mem_data(bio, &data)) > 0 && (copy = malloc((size_t)n + 1))) {
		memcpy(copy, data, (size_t)n);
		copy[n] = '\0';
	}
	BIO_free(bio);
	if (!copy) {
		complain("a reference to a token cannot be written: %s", complain_openssl());
		return GR_FAIL;
	}
	*text = copy;
	*len = (size_t)n;
	return GR_OK;
}
