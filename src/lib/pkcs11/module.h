/* SPDX-License-Identifier: Apache-2.0 */
/*
 * module.h - a PKCS#11 module: the library that speaks to tokens, and what its return values mean.
 *
 * On any status but GR_OK one line has been written and there is nothing to release.
 */
#ifndef GR_PKCS11_MODULE_H
#define GR_PKCS11_MODULE_H

#define CRYPTOKI_GNU 1	/* lower-case names, and no macros that take ours */
#include <p11-kit-1/p11-kit/pkcs11.h>

#include "status.h"

/*
 * Sets the variables NAME=value of environment, with blanks between them, in this process; those
 * that are set already stay. GR_BAD: not of that form. The line does not repeat the text, which
 * may hold a secret of the module.
 */
enum status module_environment(const char *environment);
/*
 * Loads the library and calls C_Initialize, unless this process has done so; each call needs one
 * of module_finish, the last of which calls C_Finalize. The library stays in memory, since some
 * libraries register handlers for the end of the process. GR_BAD: no such library, not a PKCS#11
 * module, or one that another user could have replaced (trusted_path.h).
 */
enum status module_start(struct ck_function_list **functions, const char *path);
void module_finish(struct ck_function_list *functions);

/*
 * Returns what rv means, "the PIN is wrong": static text. Print the number as well, since vendors
 * have errors of their own.
 */
const char *module_reason(ck_rv_t rv);
/*
 * Returns the status for rv: GR_BAD if the same call will fail again, GR_FAIL if it may work
 * later.
 */
enum status module_status(ck_rv_t rv);

#endif
