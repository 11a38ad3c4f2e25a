/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token_objects.h - what one generation has in a token: private key, public key, certificate,
 * under one of two names.
 *
 * Its own name is always its alone; the shown one is that by which a runtime knows the live
 * generation. An object is its own if it has the id and proves to belong to the public key: a
 * private key by a signature. On any status but GR_OK one line has been written, unless a function
 * says otherwise.
 */
#ifndef GR_STORE_TOKEN_OBJECTS_H
#define GR_STORE_TOKEN_OBJECTS_H

#include <stdint.h>

#include "pkcs11/key_reference.h"
#include "pkcs11/object.h"
#include "status.h"
#include "store/store.h"

struct token_objects {
	struct key_reference reference;
	struct object_name own;
};
enum token_objects_name { TOKEN_OBJECTS_OWN, TOKEN_OBJECTS_SHOWN };

/*
 * From a directory of the store, or by the number of a generation. GR_NO, silent: no key there, or
 * it is in a file. Release it in any case.
 */
enum status token_objects_load(struct token_objects *set, const struct store *store,
			       const char *directory);
enum status token_objects_load_generation(struct token_objects *set, const struct store *store,
					  uint32_t n);
void token_objects_release(struct token_objects *set);

/* The name for an object of that class: a certificate may be known by a label of its own. */
enum status token_objects_name(struct object_name *name, const struct token_objects *set,
			       const struct store *store, enum object_class class,
			       enum token_objects_name which);
/*
 * GR_NO, silent unless the object makes no sense: it is not. An answer that could not be had is an
 * error, and no no.
 */
enum status token_objects_owns(const struct token_objects *set, struct token *token,
			       enum object_class class, ck_object_handle_t object);
/* The object under that name. GR_NO, silent: none that is its own. */
enum status token_objects_find(ck_object_handle_t *object, const struct token_objects *set,
			       struct token *token, enum object_class class,
			       const struct object_name *name);

/*
 * Brings all objects that are there under that name and proves each, the private key by a
 * signature, before what bore the other one goes. GR_NO, silent: the private key is under neither.
 * GR_BAD: the token can neither copy nor rename. GR_FAIL: it said that it did, and did not.
 */
enum status token_objects_bring(const struct token_objects *set, struct token *token,
				const struct store *store, enum token_objects_name which);
/*
 * Destroys its own objects under that name; where the public key was never written down, all that
 * bear the id, which nobody else knows.
 */
enum status token_objects_destroy(const struct token_objects *set, struct token *token,
				  const struct object_name *name);

#endif
