/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token.h - finds a token, opens it and logs in to it.
 *
 * Opening and logging in is done under a kernel lock (token.lock in the folder of its setup):
 * SoftHSM rewrites its token's file at every login, and other processes do not find the token
 * meanwhile. A module that does not answer within its setup's patience, for example because its
 * token was removed, ends the process with GR_FAIL and one line. On any status but GR_OK one line
 * has been written.
 */
#ifndef GR_PKCS11_TOKEN_H
#define GR_PKCS11_TOKEN_H

#include <limits.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "call_timeout.h"
#include "owner.h"
#include "pkcs11/pin.h"
#include "pkcs11/uri.h"
#include "status.h"

struct ck_function_list;
struct ck_mechanism_info;

/* As in p11-kit's pkcs11.h, which users of this header need not see. */
typedef unsigned long ck_flags_t;
typedef unsigned long ck_mechanism_type_t;
typedef unsigned long ck_rv_t;
typedef unsigned long ck_session_handle_t;
typedef unsigned long ck_slot_id_t;

/*
 * How to reach a token. context, and all that the struct points at, must live as long as the
 * token.
 */
struct token_setup {
	/* which token, by which module, and whence its PIN; an object's name is passed over */
	struct uri uri;
	const char *environment;	/* for module_environment; NULL: nothing */
	/* the folder for token.lock and for refused PINs; made where it is missing */
	char state[PATH_MAX - 64];
	struct owner self;		/* who reads the PIN and speaks to the module */
	/*
	 * seconds that one call may take; 15 times that for making a key: a TPM takes minutes for
	 * RSA
	 */
	uint32_t patience;
	enum status (*read_pin)(struct pin *pin, const char *source, const void *context);
	const void *context;	/* for read_pin */
};
struct token {
	struct ck_function_list *f;	/* NULL: there is no connection */
	ck_slot_id_t slot;
	ck_session_handle_t session;
	struct token_setup setup;
	char where[256];	/* "pkcs11:token=gr", for error lines */
	char label[33], serial[17];
	pid_t pid;		/* whose connection it is: a child has none */
	unsigned connections;	/* so far: object handles are good for one of them */
	bool lost;		/* a call failed as it does when the token was pulled */
	int64_t again_ms;	/* not to be tried again before that, on clock_boot_ms */
	OSSL_LIB_CTX *keys;	/* token_key.h's, with its providers; NULL until there is one */
	OSSL_PROVIDER *providers[2];
	char failure[256];	/* why its last signature failed; "": it did not */
	enum status failed;	/* GR_FAIL: the same may work later */
};

/* Prepares a token, without speaking to it; token_close it. GR_FAIL: out of memory. */
enum status token_new(struct token **token, const struct token_setup *setup);
/*
 * Finds the token, opens a session and logs in. GR_BAD: the PIN is wrong, locked or was refused
 * before, or two tokens fit. GR_FAIL: no such token at the moment, or it cannot be opened.
 */
enum status token_connect(struct token *token);
/*
 * Calls token_connect if there is no connection, or none any more, because the token was removed
 * and is back, or because we are a child of the process that connected. It does so at most once a
 * second; in between it returns GR_FAIL.
 */
enum status token_ready(struct token *token);
/* Ends session and module; keys of the token must have been freed before. Takes NULL. */
void token_close(struct token *token);

/*
 * Tells whether it has the mechanism for that use (CKF_SIGN, CKF_GENERATE_KEY_PAIR); info, unless
 * NULL, gets its key sizes. Silent.
 */
bool token_has(const struct token *token, ck_mechanism_type_t mechanism, ck_flags_t use,
	       struct ck_mechanism_info *info);

/* What stands around calls of the module: their time limit, and the user who makes them. */
struct token_turn {
	struct call_timeout limit;
	struct owner was;
};
enum status token_begin(const struct token *token, struct token_turn *turn);
enum status token_begin_long(const struct token *token, struct token_turn *turn);
/* Ends a turn. Returns st, or GR_FAIL when we cannot become our former user again. */
enum status token_end(struct token_turn *turn, enum status st);
/* Writes the line for a call that failed, "<token>: <what>: <reason>", and returns its status. */
enum status token_complain(const struct token *token, const char *what, ck_rv_t rv);

#endif
