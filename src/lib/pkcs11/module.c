/* SPDX-License-Identifier: Apache-2.0 */
/* module.c - PKCS#11 modules */
#include "pkcs11/module.h"
#include "complain.h"
#include "str.h"
#include "trusted_path.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MODULES_MAX = 8 };

static const struct reason {
	ck_rv_t rv;
	bool lasting;	/* the same call fails again */
	const char *text;
} reasons[] = {
	{ CKR_HOST_MEMORY, false, "out of memory" },
	{ CKR_SLOT_ID_INVALID, false, "no such slot" },
	{ CKR_GENERAL_ERROR, false, "general error" },
	{ CKR_FUNCTION_FAILED, false, "the function failed" },
	{ CKR_ARGUMENTS_BAD, true, "bad arguments" },
	{ CKR_ACTION_PROHIBITED, true, "forbidden by the token" },
	{ CKR_ATTRIBUTE_READ_ONLY, true, "an attribute is read-only" },
	{ CKR_ATTRIBUTE_SENSITIVE, true, "an attribute is secret" },
	{ CKR_ATTRIBUTE_TYPE_INVALID, true, "unknown attribute" },
	{ CKR_ATTRIBUTE_VALUE_INVALID, true, "bad value of an attribute" },
	{ CKR_CURVE_NOT_SUPPORTED, true, "unknown curve" },
	{ CKR_DATA_LEN_RANGE, true, "data of the wrong length" },
	{ CKR_DEVICE_ERROR, false, "device error" },
	{ CKR_DEVICE_MEMORY, false, "the token is full" },
	{ CKR_DEVICE_REMOVED, false, "the token was removed" },
	{ CKR_DOMAIN_PARAMS_INVALID, true, "unknown curve" },
	{ CKR_FUNCTION_NOT_SUPPORTED, true, "not supported" },
	{ CKR_KEY_FUNCTION_NOT_PERMITTED, true, "the key may not be used for that" },
	{ CKR_KEY_HANDLE_INVALID, false, "the key is gone" },
	{ CKR_KEY_SIZE_RANGE, true, "a key of that size is not supported" },
	{ CKR_KEY_TYPE_INCONSISTENT, true, "a key of another type" },
	{ CKR_MECHANISM_INVALID, true, "the mechanism is not supported" },
	{ CKR_MECHANISM_PARAM_INVALID, true,
	  "the mechanism is not supported with these parameters" },
	{ CKR_OBJECT_HANDLE_INVALID, false, "the object is gone" },
	{ CKR_PIN_EXPIRED, true, "the PIN has expired" },
	{ CKR_PIN_INCORRECT, true, "the PIN is wrong" },
	{ CKR_PIN_INVALID, true, "the PIN holds characters that are not allowed" },
	{ CKR_PIN_LEN_RANGE, true, "the PIN is too short or too long" },
	{ CKR_PIN_LOCKED, true, "the PIN is locked" },
	{ CKR_SESSION_COUNT, false, "too many sessions" },
	{ CKR_SESSION_HANDLE_INVALID, false, "the session is gone" },
	{ CKR_SESSION_READ_ONLY, true, "the session is read-only" },
	{ CKR_TEMPLATE_INCOMPLETE, true, "the template is incomplete" },
	{ CKR_TEMPLATE_INCONSISTENT, true, "the template contradicts itself" },
	{ CKR_TOKEN_NOT_PRESENT, false, "there is no token in the slot" },
	{ CKR_TOKEN_NOT_RECOGNIZED, false, "the token is not recognized" },
	{ CKR_TOKEN_WRITE_PROTECTED, true, "the token is write-protected" },
	{ CKR_USER_ANOTHER_ALREADY_LOGGED_IN, false, "another user is logged in" },
	{ CKR_USER_NOT_LOGGED_IN, false, "not logged in" },
	{ CKR_USER_PIN_NOT_INITIALIZED, true, "the token has no user PIN yet" },
	{ CKR_USER_TOO_MANY_TYPES, false, "another user is logged in" },
	{ CKR_CRYPTOKI_NOT_INITIALIZED, false, "the module is not initialized" },
};

static const struct reason *find(ck_rv_t rv)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].rv == rv)
			return &reasons[i];
	return NULL;
}

const char *module_reason(ck_rv_t rv)
{
	const struct reason *reason = find(rv);

	return reason ? reason->text : "an error of the module's own";
}

enum status module_status(ck_rv_t rv)
{
	const struct reason *reason = find(rv);

	return reason && reason->lasting ? GR_BAD : GR_FAIL;
}

enum status module_environment(const char *environment)
{
	char one[PATH_MAX + 64], *equals;

	for (const char *at = environment + strspn(environment, " "); *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (!str_format(one, sizeof one, "%.*s", (int)len, at) ||
		    !(equals = strchr(one, '=')) || equals == one) {
			complain(
			    "pkcs11Environment: not of the form NAME=value, with blanks between");
			return GR_BAD;
		}
		*equals = '\0';
		if (setenv(one, equals + 1, 0) != 0) {
			complain("pkcs11Environment: out of memory");
			return GR_FAIL;
		}
		at += len;
	}
	return GR_OK;
}

/*
 * Its name without links: nobody else can put another one there between our look and the linker's.
 */
static enum status find_library(char real[static PATH_MAX], const char *path)
{
	enum status st;

	if (path[0] != '/') {
		complain("pkcs11Module: %s: not an absolute path", path);
		return GR_BAD;
	}
	if ((st = trusted_path_check(real, NULL, path, "pkcs11Module")) != GR_NO)
		return st;
	complain("pkcs11Module: %s: no such file", path);
	return GR_BAD;
}

static enum status load(struct ck_function_list **functions, const char *path)
{
	ck_rv_t (*get_list)(struct ck_function_list **list);
	void *library, *symbol;
	char real[PATH_MAX];
	enum status st;
	ck_rv_t rv;

	if ((st = find_library(real, path)) != GR_OK)
		return st;
	if (!(library = dlopen(real, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE))) {
		complain("pkcs11Module: %s", dlerror());
		return GR_BAD;
	}
	if (!(symbol = dlsym(library, "C_GetFunctionList"))) {
		complain("pkcs11Module: %s: not a PKCS#11 module", path);
		return GR_BAD;
	}
	/* C has no cast from a data pointer to a function */
	memcpy(&get_list, &symbol, sizeof get_list);
	if ((rv = get_list(functions)) == CKR_OK)
		return GR_OK;
	complain("pkcs11Module: %s: %s (0x%lx)", path, module_reason(rv), rv);
	return GR_FAIL;
}

/*
 * C_Initialize counts for the whole process, so that is where it is counted how many use a module.
 * A child begins anew: what its parent initialized is not its own (PKCS #11, 5.4).
 */
static struct use {
	struct ck_function_list *functions;
	unsigned count;
	pid_t pid;
} uses[MODULES_MAX];

static struct use *find_use(const struct ck_function_list *functions)
{
	struct use *spare = NULL;

	for (size_t i = 0; i < MODULES_MAX; i++) {
		if (uses[i].functions == functions)
			return &uses[i];
		if (!uses[i].functions && !spare)
			spare = &uses[i];
	}
	return spare;
}

static enum status initialize(struct ck_function_list *functions, const char *path)
{
	struct ck_c_initialize_args args = { .flags = CKF_OS_LOCKING_OK };
	struct use *use = find_use(functions);
	ck_rv_t rv;

	if (!use) {
		complain("pkcs11Module: %s: more than %d modules in one process", path,
			 MODULES_MAX);
		return GR_BAD;
	}
	if (use->pid != getpid())
		*use = (struct use){ .functions = functions, .pid = getpid() };
	rv = use->count == 0 ? functions->C_Initialize(&args) : CKR_OK;
	if (rv != CKR_OK) {
		complain("pkcs11Module: %s: cannot be initialized: %s (0x%lx)", path,
			 module_reason(rv), rv);
		return GR_FAIL;
	}
	use->count++;
	return GR_OK;
}

enum status module_start(struct ck_function_list **functions, const char *path)
{
	struct ck_function_list *list;
	enum status st;

	if ((st = load(&list, path)) == GR_OK && (st = initialize(list, path)) == GR_OK)
		*functions = list;
	return st;
}

void module_finish(struct ck_function_list *functions)
{
	struct use *use = find_use(functions);

	if (use && use->pid == getpid() && use->count > 0 && --use->count == 0)
		functions->C_Finalize(NULL);
}
