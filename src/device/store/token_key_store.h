/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token_key_store.h - the store's keys that are in a token: found, made, lent out to sign.
 *
 * Such a generation's private.key is a reference (key_reference.h). Its private key and public key
 * have an id that nothing else in the token bears. Where privateKeyPath is a URI, a runtime knows
 * them by that label: relabel.h. The token is opened by the first call that needs it, as who we
 * were before the store was opened, and closed by store_close.
 *
 * On any status but GR_OK one line has been written, unless a function says otherwise.
 */
#ifndef GR_STORE_TOKEN_KEY_STORE_H
#define GR_STORE_TOKEN_KEY_STORE_H

#include <openssl/evp.h>
#include <stdint.h>
#include <sys/stat.h>

#include "alg.h"
#include "status.h"
#include "store/credential.h"
#include "store/store.h"

struct pair;

enum { TOKEN_KEY_STORE_ID_LEN = 16 };	/* bytes, of chance */

/* For store_open. */
enum status token_key_store_new(struct token_key_store **keeper);
/* One token, opened once. Valid until store_close, or until another token is asked for. */
enum status token_key_store_open(struct token **token, const struct store *store,
				 const struct uri *uri);
void token_key_store_close(struct token_key_store *keeper);	/* for store_close; takes NULL */

/*
 * The key behind the text of a reference out of file, ready to sign: EVP_PKEY_free it before
 * store_close. GR_NO, silent: never made.
 */
enum status token_key_store_key(EVP_PKEY **key, const struct store *store, const char *text,
				const struct stat *file, const char *where);

/*
 * For pairs that were not adopted yet, whose key is a URI: the certificate that
 * certificateFilePath names in a token, as PEM; GR_NO, silent: there is none.
 */
enum status token_key_store_certificate(struct pair *pair, const struct store *store);
/*
 * Finds the key by its URI, proves that it is the certificate's, and completes the reference.
 * GR_NO, silent: there is none.
 */
enum status token_key_store_resolve(struct pair *pair, const struct store *store);
/* Will its label be able to change hands? GR_BAD: no, and a runtime knows the key by it. */
enum status token_key_store_check_movable(const struct pair *pair, const struct store *store);
/* Makes uri the name of a key of generation n: "<stem>.<n>" and an id of its own. */
enum status token_key_store_own_name(struct uri *uri, const char *stem, uint32_t n);
/*
 * Gives the key of a pair such a name, for whenever it is not the live one, where its label is a
 * runtime's.
 */
enum status token_key_store_name(struct pair *pair, const struct store *store, uint32_t n);

/*
 * Makes the private key of generation n where nextKey says, else where the live one is: in a file,
 * or in a token, and then first its reference, so that no cut leaves a key that nobody knows of.
 * GR_BAD: that place cannot be.
 */
enum status token_key_store_make(const struct store *store, uint32_t n, const struct alg_key *alg,
				 const struct stat *like);

#endif
