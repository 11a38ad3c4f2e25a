/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_backend.h - where private keys are: in files, or in a token. One interface with two
 * implementations, file_keys.c and token_keys.c.
 *
 * A text that is a pkcs11: URI chooses the token, any other text the files. For a whole store the
 * text is privateKeyPath, and store_open chooses. For one private.key it is what stands in it: a
 * store of files may hold references to keys in a token (key_reference.h).
 *
 * On any status but GR_OK one line has been written, unless an operation says otherwise.
 */
#ifndef GR_STORE_KEY_BACKEND_H
#define GR_STORE_KEY_BACKEND_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "status.h"

struct alg_key;
struct generation_file;
struct pair;
struct store;

struct key_backend {
	/* ---- Operations on one key, chosen by what stands in its private.key ---- */

	/*
	 * Takes the key out of the file: the private key, or its public half where the private
	 * key is in a token. Opens no token. GR_NO, silent: the file was written, but the key was
	 * not made yet.
	 */
	enum status (*parse)(EVP_PKEY **key, const struct generation_file *file,
			     const char *where);
	/*
	 * Checks that key and certificate of the pair belong together, as far as that can be told
	 * without opening a token. GR_BAD: they do not.
	 */
	enum status (*check)(const struct pair *pair, const char *where);
	/* Makes the private key sign, unless check has done so. GR_BAD: it cannot. */
	enum status (*prove)(const struct pair *pair, const struct store *store);
	/*
	 * Returns the status for a signature that failed, by a key from parse or load: GR_FAIL
	 * where the same may work later, else GR_BAD. Writes nothing.
	 */
	enum status (*failure)(EVP_PKEY *key);
	/*
	 * Gives a key that can sign; EVP_PKEY_free it before store_close. GR_NO, silent: the key
	 * was not made yet.
	 */
	enum status (*load)(EVP_PKEY **key, const struct store *store,
			    const struct generation_file *file, const char *where);
	/*
	 * Tells whether these two are the same key and certificate. Both keys are of this back
	 * end.
	 */
	bool (*same)(const struct pair *a, const struct pair *b);
	/*
	 * Makes the private key of generation n. like says who may read its file. After an
	 * interrupted call, another one finishes it.
	 */
	enum status (*make)(const struct store *store, uint32_t n, const struct alg_key *alg,
			    const struct stat *like);
	/*
	 * Destroys what the file names outside the store and no generation names. GR_OK also where
	 * there is nothing of the kind.
	 */
	enum status (*destroy)(const struct store *store, const struct generation_file *file);
	/* Writes the name under which the key is found now. False: it has no name but its file. */
	bool (*name)(char *to, size_t size, const struct generation_file *file, bool live);
	/*
	 * Completes the key of a pair that somebody put at the configured paths, if it says only
	 * where the key is. GR_NO, silent: there is no such key.
	 */
	enum status (*complete)(struct pair *pair, const struct store *store);

	/* ---- Operations on the store, chosen by privateKeyPath ---- */

	/*
	 * True: only the link live decides what a runtime finds, so that changing the link undoes
	 * a switch. False: show must be called after the link has changed, and recover may do that
	 * later.
	 */
	bool link_decides;
	/*
	 * Tells whether show must still be called before a runtime finds the live generation.
	 * GR_OK: yes. GR_NO, silent: no.
	 */
	enum status (*is_pending)(const struct store *store, uint32_t live);
	/*
	 * Makes a runtime find the live generation. May be called again after an interrupted call.
	 * GR_BAD: the token can neither copy nor rename, or a foreign key has the label.
	 */
	enum status (*show)(const struct store *store, uint32_t live);
	/* Puts the certificate of generation n where the key is, if certificates belong there. */
	enum status (*stage)(const struct store *store, uint32_t n);
	/*
	 * Marks, before an adoption, the configured paths as not adopted, if another program put a
	 * key in the place of the live one.
	 */
	enum status (*look)(struct store *store);
	/*
	 * Reads the certificate that certificateFilePath names in a token. GR_NO, silent: there is
	 * none.
	 */
	enum status (*read_certificate)(struct generation_file *file, const struct store *store);
	/*
	 * Checks, before an adoption changes anything, that show can work for this pair. GR_BAD:
	 * it never could.
	 */
	enum status (*check_adoptable)(const struct pair *pair, const struct store *store);
	/* Gives the key of a pair the name that generation n has while it is not live. */
	enum status (*name_adopted)(struct pair *pair, const struct store *store, uint32_t n);
};

extern const struct key_backend file_keys, token_keys;

/* Returns the back end that text chooses. */
const struct key_backend *key_backend_of(const char *text);

/* What a back end keeps open from its first use until store_close. */
struct key_backend_state {
	void *data;
	void (*close)(void *data);	/* set together with data */
};

#endif
