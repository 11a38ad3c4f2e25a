/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object.h - private keys, public keys and certificates in a token.
 *
 * They are found by label and id (CKA_LABEL, CKA_ID); neither proves to which key an object
 * belongs. On any status but GR_OK one line has been written, unless a function says otherwise.
 */
#ifndef GR_PKCS11_OBJECT_H
#define GR_PKCS11_OBJECT_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "pkcs11/uri.h"
#include "status.h"

struct ck_attribute;
struct token;

/* As in p11-kit's pkcs11.h, which users of this header need not see. */
typedef unsigned long ck_object_handle_t;
typedef unsigned long ck_attribute_type_t;

enum object_class { OBJECT_PRIVATE, OBJECT_PUBLIC, OBJECT_CERTIFICATE, OBJECT_CLASSES };
enum { OBJECTS_MAX = 64 };

struct object_name {
	char label[URI_LABEL_MAX + 1];	/* "": any */
	unsigned char id[URI_ID_MAX];
	size_t id_len;			/* 0: any */
};
struct object_list {
	ck_object_handle_t handle[OBJECTS_MAX];
	size_t count;
};

/* Writes name as a template for the module: two attributes. */
void object_name_template(struct ck_attribute *to, const struct object_name *name);
const char *object_class_name(enum object_class class);
/* Takes label and id from a URI. */
void object_name_of(struct object_name *name, const struct uri *uri);
bool object_same_id(const struct object_name *a, const struct object_name *b);

/* Lists the objects of that class and name. GR_BAD: more than OBJECTS_MAX. */
enum status object_find(struct object_list *list, const struct token *token,
			enum object_class class, const struct object_name *name);
/* Finds the one object of that name. GR_NO, silent: none. GR_BAD: several. */
enum status object_find_one(ck_object_handle_t *object, const struct token *token,
			    enum object_class class, const struct object_name *name);
/* Reads one attribute, at most size bytes. GR_NO, silent: the object has none of that type. */
enum status object_read(void *to, size_t *len, size_t size, const struct token *token,
			ck_object_handle_t object, ck_attribute_type_t type);
enum status object_read_name(struct object_name *name, const struct token *token,
			     ck_object_handle_t object);
/* Reads a public key. GR_NO, silent: its attributes do not make a key that we know. */
enum status object_read_public(EVP_PKEY **key, const struct token *token,
			       ck_object_handle_t object);
/* Reads a certificate; X509_free it. GR_BAD: it is malformed. */
enum status object_read_certificate(X509 **certificate, const struct token *token,
				    ck_object_handle_t object);

/*
 * Make a copy with another name, or give the object another name. GR_NO, silent: the token, or
 * this object, does not allow it.
 */
enum status object_copy(ck_object_handle_t *copy, const struct token *token,
			ck_object_handle_t object, const struct object_name *name);
enum status object_rename(const struct token *token, ck_object_handle_t object,
			  const struct object_name *name);
/*
 * Tells whether one of the two is possible: tries a copy, which is destroyed at once, else renames
 * the object to the name that it has. GR_NO, silent: neither.
 */
enum status object_can_move(const struct token *token, ck_object_handle_t object);
enum status object_destroy(const struct token *token, ck_object_handle_t object);
enum status object_put_certificate(const struct token *token, X509 *certificate,
				   const struct object_name *name);

#endif
