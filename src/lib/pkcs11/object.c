/* SPDX-License-Identifier: Apache-2.0 */
/* object.c - keys and certificates in a token */
#include "pkcs11/object.h"
#include "complain.h"
#include "str.h"

#include <string.h>

static const struct {
	const char *name;
	ck_object_class_t class;
} classes[OBJECT_CLASSES] = {
	[OBJECT_PRIVATE]     = { "private key", CKO_PRIVATE_KEY },
	[OBJECT_PUBLIC]      = { "public key", CKO_PUBLIC_KEY },
	[OBJECT_CERTIFICATE] = { "certificate", CKO_CERTIFICATE },
};

const char *object_class_name(enum object_class class)
{
	return classes[class].name;
}

void object_name_of(struct object_name *name, const struct uri *uri)
{
	str_copy(name->label, sizeof name->label, uri->object);
	memcpy(name->id, uri->id, uri->id_len);
	name->id_len = uri->id_len;
}

bool object_same_id(const struct object_name *a, const struct object_name *b)
{
	return a->id_len == b->id_len && memcmp(a->id, b->id, a->id_len) == 0;
}

static ck_rv_t find(struct object_list *list, const struct token *token,
		    struct ck_attribute *template, unsigned long count)
{
	unsigned long found = 0;
	ck_rv_t rv = token->f->C_FindObjectsInit(token->session, template, count), end;

	if (rv != CKR_OK)
		return rv;
	/* Some modules give one at a time however many are asked for. */
	do {
		rv = token->f->C_FindObjects(token->session, list->handle + list->count,
					     OBJECTS_MAX - list->count, &found);
		list->count += rv == CKR_OK ? found : 0;
	} while (rv == CKR_OK && found > 0 && list->count < OBJECTS_MAX);
	end = token->f->C_FindObjectsFinal(token->session);
	return rv != CKR_OK ? rv : end;
}

enum status object_find(struct object_list *list, const struct token *token,
			enum object_class class, const struct object_name *name)
{
	ck_object_class_t value = classes[class].class;
	struct ck_attribute template[3] = { { CKA_CLASS, &value, sizeof value } };
	unsigned long count = 1;
	struct token_turn turn;
	enum status st;
	ck_rv_t rv;

	list->count = 0;
	if (name->label[0])
		template[count++] = (struct ck_attribute){ CKA_LABEL, (void *)name->label,
							   strlen(name->label) };
	if (name->id_len)
		template[count++] = (struct ck_attribute){ CKA_ID, (void *)name->id,
							   name->id_len };
	if ((st = token_begin(token, &turn)) != GR_OK)
		return st;
	if ((rv = find(list, token, template, count)) != CKR_OK)
		st = token_complain(token, "objects cannot be searched for", rv);
	if ((st = token_end(&turn, st)) != GR_OK || list->count < OBJECTS_MAX)
		return st;
	complain("%s: %d objects or more are called %s", token->where, OBJECTS_MAX, name->label);
	return GR_BAD;
}

enum status object_find_one(ck_object_handle_t *object, const struct token *token,
			    enum object_class class, const struct object_name *name)
{
	struct object_list list;
	enum status st = object_find(&list, token, class, name);

	if (st != GR_OK)
		return st;
	if (list.count > 1) {
		complain("%s: more than one %s %s %s", token->where, object_class_name(class),
			 name->label[0] ? "is called" : "has the same id", name->label);
		return GR_BAD;
	}
	if (list.count == 1)
		*object = list.handle[0];
	return list.count == 1 ? GR_OK : GR_NO;
}

enum status object_read(void *to, size_t *len, size_t size, const struct token *token,
			ck_object_handle_t object, ck_attribute_type_t type)
{
	struct ck_attribute attribute = { type, to, size };
	struct token_turn turn;
	enum status st;
	ck_rv_t rv;

	if ((st = token_begin(token, &turn)) != GR_OK)
		return st;
	rv = token->f->C_GetAttributeValue(token->session, object, &attribute, 1);
	if (rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	    (rv == CKR_OK && attribute.value_len == CK_UNAVAILABLE_INFORMATION))
		st = GR_NO;
	else if (rv != CKR_OK)
		st = token_complain(token, "an attribute cannot be read", rv);
	*len = attribute.value_len;
	return token_end(&turn, st);
}

enum status object_read_name(struct object_name *name, const struct token *token,
			     ck_object_handle_t object)
{
	enum status st;
	size_t len;

	*name = (struct object_name){ .id_len = 0 };
	if ((st = object_read(name->label, &len, sizeof name->label - 1, token, object,
			      CKA_LABEL)) != GR_OK &&
	    st != GR_NO)
		return st;
	if ((st = object_read(name->id, &name->id_len, sizeof name->id, token, object, CKA_ID)) !=
	    GR_NO)
		return st;
	name->id_len = 0;
	return GR_OK;
}

void object_name_template(struct ck_attribute to[static 2], const struct object_name *name)
{
	to[0] = (struct ck_attribute){ CKA_LABEL, (void *)name->label, strlen(name->label) };
	to[1] = (struct ck_attribute){ CKA_ID, (void *)name->id, name->id_len };
}

static bool is_unable(ck_rv_t rv)
{
	return rv == CKR_FUNCTION_NOT_SUPPORTED || rv == CKR_ACTION_PROHIBITED ||
	    rv == CKR_ATTRIBUTE_READ_ONLY;
}

enum status object_copy(ck_object_handle_t *copy, const struct token *token,
			ck_object_handle_t object, const struct object_name *name)
{
	struct ck_attribute template[2];
	struct token_turn turn;
	enum status st;
	ck_rv_t rv;

	object_name_template(template, name);
	if ((st = token_begin(token, &turn)) != GR_OK)
		return st;
	if ((rv = token->f->C_CopyObject(token->session, object, template, 2, copy)) != CKR_OK)
		st = is_unable(rv) ? GR_NO
				   : token_complain(token, "an object cannot be copied", rv);
	return token_end(&turn, st);
}

enum status object_rename(const struct token *token, ck_object_handle_t object,
			  const struct object_name *name)
{
	struct ck_attribute template[2];
	struct token_turn turn;
	enum status st;
	ck_rv_t rv;

	object_name_template(template, name);
	if ((st = token_begin(token, &turn)) != GR_OK)
		return st;
	if ((rv = token->f->C_SetAttributeValue(token->session, object, template, 2)) != CKR_OK)
		st = is_unable(rv) ? GR_NO
				   : token_complain(token, "an object cannot be renamed", rv);
	return token_end(&turn, st);
}

enum status object_can_move(const struct token *token, ck_object_handle_t object)
{
	unsigned char no = 0;
	struct ck_attribute for_session = { CKA_TOKEN, &no, sizeof no };
	struct object_name name;
	struct token_turn turn;
	ck_object_handle_t copy;
	enum status st;
	ck_rv_t rv;

	if ((st = token_begin(token, &turn)) != GR_OK)
		return st;
	rv = token->f->C_CopyObject(token->session, object, &for_session, 1, &copy);
	if (rv == CKR_OK)
		token->f->C_DestroyObject(token->session, copy);
	else
		st = GR_NO;
	if ((st = token_end(&turn, st)) != GR_NO)
		return st;
	return (st = object_read_name(&name, token, object)) == GR_OK
	    ? object_rename(token, object, &name)
	    : st;
}

enum status object_destroy(const struct token *token, ck_object_handle_t object)
{
	struct token_turn turn;
	enum status st;
	ck_rv_t rv;

	if ((st = token_begin(token, &turn)) != GR_OK)
		return st;
	if ((rv = token->f->C_DestroyObject(token->session, object)) != CKR_OK)
		st = token_complain(token, "an object cannot be destroyed", rv);
	return token_end(&turn, st);
}
