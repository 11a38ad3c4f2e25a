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
 * Gives the process the variables NAME=value of environment, with blanks between them, where it
 * has none of that name. GR_BAD: not of that form. The text is not repeated: nobody knows what a
 * module wants to be told.
 */
enum status module_environment(const char *environment);
/*
 * Loads the library and calls C_Initialize, unless this process has it already; each call of this
 * wants one of module_finish, the last of which calls C_Finalize. The library stays in memory:
 * some register handlers for the end of the process. GR_BAD: no such library, not a PKCS#11
 * module, or one that somebody else could have put there (trusted_path.h).
 */
enum status module_start(struct ck_function_list **functions, const char *path);
void module_finish(struct ck_function_list *functions);

/*
 * "the PIN is wrong": static text. The number belongs beside it, vendors have errors of their own.
 */
const char *module_reason(ck_rv_t rv);
/* Will the same call fail again (GR_BAD), or may it work later (GR_FAIL)? */
enum status module_status(ck_rv_t rv);

#endif
