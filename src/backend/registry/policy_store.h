/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_store.h - the policies on record, and the certificates that they are attached to.
 *
 * Functions that change something run inside the caller's transaction. On GR_NO and GR_FAIL one
 * line has been written unless said otherwise.
 */
#ifndef GR_REGISTRY_POLICY_STORE_H
#define GR_REGISTRY_POLICY_STORE_H

#include "registry/db.h"

/*
 * Adds a policy, or gives the one of that name a new document, which the caller has checked.
 * GR_BAD: not a policy name.
 */
enum status policy_store_put(struct db *db, const char *name, const char *document);
/* Deletes a policy. GR_NO: there is none, or it is still attached to certificates. */
enum status policy_store_delete(struct db *db, const char *name);
/* Tells whether the policy exists. GR_NO, silent: there is none. */
enum status policy_store_exists(struct db *db, const char *name);
/* Gives the document as it was given; free it. GR_NO: there is none. */
enum status policy_store_document(char **document, struct db *db, const char *name);
/*
 * Attach a policy to a certificate, or detach it. GR_NO: no such policy, or no such certificate.
 */
enum status policy_store_attach(struct db *db, const char *name, const char *certificate);
enum status policy_store_detach(struct db *db, const char *name, const char *certificate);
/* Attaches to certificate to the policies that are attached to from. */
enum status policy_store_copy(struct db *db, const char *to, const char *from);

struct policy_row {
	const char *name, *document;
	int64_t certificates;	/* how many it is attached to */
};
/*
 * Calls each for all policies in order of name. A status of each other than GR_OK ends the list
 * and is returned.
 */
enum status policy_store_list(struct db *db,
			      enum status (*each)(void *arg, const struct policy_row *row),
			      void *arg);
/* Does the same with the names of the policies that are attached to a certificate. */
enum status policy_store_names(struct db *db, const char *certificate,
			       enum status (*each)(void *arg, const char *name), void *arg);

#endif
