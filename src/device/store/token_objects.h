/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token_objects.h - what one generation has in a token: private key, public key, certificate,
 * under one of two names.
 *
 * Its own name is "L.<n>" with an id that nothing else in the token has. Where privateKeyPath is a
 * URI with the label L, it has a second name, the shown one, with that label: a runtime finds the
 * live generation under it (relabel.h). An object belongs to the generation if it has the id and
 * proves to belong to the public key, a private key by a signature.
 *
 * On any status but GR_OK one line has been written, unless a function says otherwise.
 */
#ifndef GR_STORE_TOKEN_OBJECTS_H
#define GR_STORE_TOKEN_OBJECTS_H

#include <stdint.h>

#include "pkcs11/key_reference.h"
#include "pkcs11/object.h"
#include "status.h"
#include "store/generation.h"
#include "store/store.h"

struct token_objects {
	struct key_reference reference;
	struct object_name own;
};
enum token_objects_name { TOKEN_OBJECTS_OWN, TOKEN_OBJECTS_SHOWN };

/*
 * Opens the token that uri names, once: it stays valid until store_close, or until another token
 * is asked for. The module is spoken to as who we were before the store was opened.
 */
enum status token_objects_open(struct token **token, const struct store *store,
			       const struct uri *uri);

/* Makes uri the own name of a new key of generation n: "<stem>.<n>" and a random id. */
enum status token_objects_new_name(struct uri *uri, const char *stem, uint32_t n);

/* Takes the names out of a private.key that is a reference. Release objects in any case. */
enum status token_objects_parse(struct token_objects *objects, const struct store *store,
				const struct generation_file *file);
/* Does the same for a generation. GR_NO, silent: it has no key, or its key is in a file. */
enum status token_objects_load(struct token_objects *objects, const struct store *store,
			       uint32_t n);
void token_objects_release(struct token_objects *objects);

/* Gives the name for an object of that class: a certificate may have a label of its own. */
enum status token_objects_name(struct object_name *name, const struct token_objects *objects,
			       const struct store *store, enum object_class class,
			       enum token_objects_name which);
/*
 * Tells whether the object belongs to the generation. GR_NO, silent unless the object is
 * malformed: it does not. Any other status: it cannot be told.
 */
enum status token_objects_owns(const struct token_objects *objects, struct token *token,
			       enum object_class class, ck_object_handle_t object);
/*
 * Finds the object with the id of that name. GR_NO, silent: none that belongs to the generation.
 */
enum status token_objects_find(ck_object_handle_t *object, const struct token_objects *objects,
			       struct token *token, enum object_class class,
			       const struct object_name *name);

/*
 * Brings all objects of the generation under that name: copies each, or renames it where the token
 * cannot copy, proves the copy, the private key by a signature, and only then destroys what had
 * the other name. GR_NO, silent: the private key is there under neither name. GR_BAD: the token
 * can neither copy nor rename. GR_FAIL: the token reported success, but the object is not there.
 */
enum status token_objects_bring(const struct token_objects *objects, struct token *token,
				const struct store *store, enum token_objects_name which);
/*
 * Destroys the objects of the generation under that name; where the public key was never written
 * down, all that have the id, which nobody else knows.
 */
enum status token_objects_destroy(const struct token_objects *objects, struct token *token,
				  const struct object_name *name);

#endif
