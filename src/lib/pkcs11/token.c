/* SPDX-License-Identifier: Apache-2.0 */
/* token.c - tokens, opened and logged in to */
#include "pkcs11/token.h"
#include "clock.h"
#include "complain.h"
#include "file.h"
#include "pkcs11/module.h"
#include "pkcs11/pin.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS_MAX = 64, PAUSE_MS = 1000 };

enum status token_complain(const struct token *token, const char *what, ck_rv_t rv)
{
	complain("%s: %s: %s (0x%lx)", token->where, what, module_reason(rv), rv);
	return module_status(rv);
}

static enum status begin(const struct token *token, struct token_turn *turn, uint32_t seconds)
{
	char late[256];
	enum status st;

	str_format(late, sizeof late, "%.120s: the token does not answer within %lu s",
		   token->where, (unsigned long)seconds);
	st = call_timeout_limit(&turn->limit, seconds, late);
	if (st != GR_OK)
		return st;
	st = owner_become(&turn->was, token->setup.self.uid, token->setup.self.gid);
	if (st != GR_OK)
		call_timeout_stop(&turn->limit);
	return st;
}

enum status token_begin(const struct token *token, struct token_turn *turn)
{
	return begin(token, turn, token->setup.patience);
}

enum status token_begin_long(const struct token *token, struct token_turn *turn)
{
	return begin(token, turn, 15 * token->setup.patience);
}

enum status token_end(struct token_turn *turn, enum status st)
{
	call_timeout_stop(&turn->limit);
	return owner_restore(&turn->was) == GR_OK ? st : GR_FAIL;
}

/* Fields of CK_TOKEN_INFO are padded with blanks and bear no NUL. */
static void take_field(char *to, const unsigned char *field, size_t len)
{
	while (len > 0 && (field[len - 1] == ' ' || field[len - 1] == '\0'))
		len--;
	memcpy(to, field, len);
	to[len] = '\0';
}

static bool fits(const char *wanted, const unsigned char *field, size_t len)
{
	char own[33];

	take_field(own, field, len);
	return wanted[0] == '\0' || strcmp(wanted, own) == 0;
}

static bool is_wanted(const struct uri *uri, ck_slot_id_t slot, const struct ck_token_info *info)
{
	return info->flags & CKF_TOKEN_INITIALIZED && (!uri->has_slot || uri->slot == slot) &&
	    fits(uri->token, info->label, sizeof info->label) &&
	    fits(uri->serial, info->serial_number, sizeof info->serial_number) &&
	    fits(uri->manufacturer, info->manufacturer_id, sizeof info->manufacturer_id) &&
	    fits(uri->model, info->model, sizeof info->model);
}

static enum status find_slot(struct token *token, const struct uri *uri)
{
	ck_slot_id_t slots[SLOTS_MAX];
	unsigned long count = SLOTS_MAX;
	struct ck_token_info info;
	unsigned found = 0;
	ck_rv_t rv;

	rv = token->f->C_GetSlotList(1, slots, &count);
	if (rv != CKR_OK)
		return token_complain(token, "slots cannot be listed", rv);
	for (unsigned long i = 0; i < count; i++) {
		if (token->f->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
		    !is_wanted(uri, slots[i], &info))
			continue;
		if (found++)
			continue;
		token->slot = slots[i];
		take_field(token->label, info.label, sizeof info.label);
		take_field(token->serial, info.serial_number, sizeof info.serial_number);
	}
	if (found == 1)
		return GR_OK;
	complain(found ? "%s: more than one token fits; name it by serial or slot-id"
		       : "%s: there is no such token at the moment",
		 token->where);
	return found ? GR_BAD : GR_FAIL;
}

/*
 * By what the token and our record say of earlier attempts. A PIN that was changed since one was
 * refused is tried. GR_BAD: a person has to see to it.
 */
static enum status may_log_in(const struct token *token, const struct ck_token_info *info,
			      enum pin_record record, const struct pin *pin)
{
	if (info->flags & CKF_USER_PIN_LOCKED)
		complain("%s: the PIN is locked; unlock it with the security officer's PIN",
			 token->where);
	else if (info->flags & CKF_USER_PIN_FINAL_TRY)
		complain("%s: one more wrong PIN locks the token, so no PIN is tried; log in by "
			 "hand once",
			 token->where);
	else if (record == PIN_REFUSED)
		complain("%s: the PIN from %s was refused before and is not tried again; write "
			 "the right one there",
			 token->where, pin->source);
	else if (record == PIN_UNKNOWN && info->flags & CKF_USER_PIN_COUNT_LOW)
		complain(
		    "%s: somebody tried a wrong PIN; log in by hand once, then it is used again",
		    token->where);
	else
		return GR_OK;
	return GR_BAD;
}

static bool is_refusal(ck_rv_t rv)
{
	return rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE ||
	    rv == CKR_PIN_LOCKED || rv == CKR_PIN_EXPIRED;
}

static enum status try_pin(const struct token *token, const struct pin *pin,
			   enum pin_record record)
{
	ck_rv_t rv = token->f->C_Login(token->session, CKU_USER, (unsigned char *)pin->text,
				       pin->len);

	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		return record == PIN_UNKNOWN ? GR_OK
					     : pin_note_taken(token->setup.state, token->serial);
	/* Recorded before anything else; where that fails it writes a line of its own. */
	if (is_refusal(rv))
		(void)pin_note_refused(pin, token->setup.state, token->serial);
	complain("%s: PIN from %s: %s (0x%lx)", token->where, pin->source, module_reason(rv), rv);
	return module_status(rv);
}

static enum status log_in(const struct token *token)
{
	const struct token_setup *setup = &token->setup;
	enum pin_record record = PIN_UNKNOWN;
	struct ck_token_info info;
	struct pin pin;
	enum status st;
	ck_rv_t rv;

	rv = token->f->C_GetTokenInfo(token->slot, &info);
	if (rv != CKR_OK)
		return token_complain(token, "cannot be looked at", rv);
	if (!(info.flags & CKF_LOGIN_REQUIRED))
		return GR_OK;
	st = setup->read_pin(&pin, setup->uri.pin_source, setup->context);
	if (st != GR_OK)
		return st;
	st = pin_look(&record, &pin, setup->state, token->serial);
	if (st == GR_OK)
		st = may_log_in(token, &info, record, &pin);
	if (st == GR_OK)
		st = try_pin(token, &pin, record);
	pin_wipe(&pin);
	return st;
}

static enum status take_lock(int *fd, const struct token *token)
{
	const char *state = token->setup.state;
	char path[PATH_MAX];
	enum status st;

	if ((st = file_make_folder(state, token->where)) != GR_OK)
		return st;
	str_format(path, sizeof path, "%s/token.lock", state);	/* token_setup.state leaves room */
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd >= 0 && flock(*fd, LOCK_EX) == 0)
		return GR_OK;
	complain("%s: %s", path, strerror(errno));
	if (*fd >= 0)
		close(*fd);
	return GR_FAIL;
}

/* A child leaves the connection of its parent alone: some modules would log the parent out. */
static void leave(struct token *token)
{
	if (token->f && token->pid == getpid())
		/* closes the session and logs out as well, unless another token has the module */
		module_finish(token->f);
	token->f = NULL;
}

static enum status open_session(struct token *token)
{
	ck_rv_t rv = token->f->C_OpenSession(token->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
					     NULL, NULL, &token->session);

	return rv == CKR_OK ? log_in(token) : token_complain(token, "no session", rv);
}

static enum status start(struct token *token)
{
	const struct token_setup *setup = &token->setup;
	enum status st;
	int lock;

	st = take_lock(&lock, token);
	if (st != GR_OK)
		return st;
	token->pid = getpid();
	st = module_environment(setup->environment ? setup->environment : "");
	if (st == GR_OK)
		st = module_start(&token->f, setup->uri.module);
	if (st == GR_OK)
		st = find_slot(token, &setup->uri);
	if (st == GR_OK)
		st = open_session(token);
	if (st != GR_OK)
		leave(token);
	close(lock);
	return st;
}

static void name(struct token *token)
{
	struct uri own = token->setup.uri;

	own.object[0] = own.type[0] = '\0';
	own.id_len = 0;
	if (!uri_format_name(token->where, sizeof token->where, &own))
		str_copy(token->where, sizeof token->where, "pkcs11:");
}

enum status token_new(struct token **token, const struct token_setup *setup)
{
	struct token *t = calloc(1, sizeof *t);

	if (!t) {
		complain("pkcs11: out of memory");
		return GR_FAIL;
	}
	t->setup = *setup;
	name(t);
	*token = t;
	return GR_OK;
}

enum status token_connect(struct token *token)
{
	struct token_turn turn;
	enum status st;

	st = token_begin(token, &turn);
	if (st != GR_OK)
		return st;
	st = token_end(&turn, start(token));
	if (st != GR_OK)
		return st;
	token->connections++;
	token->lost = false;
	return GR_OK;
}

/*
 * Does the session still exist? Some modules tell that it does not only when they are to sign:
 * token->lost.
 */
static bool is_connected(const struct token *token)
{
	struct ck_session_info info;
	struct token_turn turn;
	bool stands;

	if (!token->f || token->lost || token->pid != getpid() ||
	    token_begin(token, &turn) != GR_OK)
		return false;
	stands = token->f->C_GetSessionInfo(token->session, &info) == CKR_OK;
	return token_end(&turn, GR_OK) == GR_OK && stands;
}

static void disconnect(struct token *token)
{
	struct token_turn turn;

	if (!token->f || token_begin(token, &turn) != GR_OK)
		return;
	leave(token);
	token_end(&turn, GR_OK);
}

enum status token_ready(struct token *token)
{
	enum status st;

	if (is_connected(token))
		return GR_OK;
	disconnect(token);
	if (clock_boot_ms() < token->again_ms) {
		complain("%s: could not be opened a moment ago; it is tried again in a second",
			 token->where);
		return GR_FAIL;
	}
	st = token_connect(token);
	if (st != GR_OK)
		token->again_ms = clock_boot_ms() + PAUSE_MS;
	return st;
}

void token_close(struct token *token)
{
	if (!token)
		return;
	for (size_t i = 0; i < sizeof token->providers / sizeof token->providers[0]; i++)
		if (token->providers[i])
			OSSL_PROVIDER_unload(token->providers[i]);
	OSSL_LIB_CTX_free(token->keys);
	disconnect(token);
	free(token);
}

bool token_has(const struct token *token, ck_mechanism_type_t mechanism, ck_flags_t use,
	       struct ck_mechanism_info *info)
{
	struct ck_mechanism_info own;
	struct token_turn turn;
	bool has;

	if (token_begin(token, &turn) != GR_OK)
		return false;
	has = token->f->C_GetMechanismInfo(token->slot, mechanism, &own) == CKR_OK &&
	    own.flags & use;
	if (has && info)
		*info = own;
	return token_end(&turn, GR_OK) == GR_OK && has;
}
