/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shim.c - a PKCS#11 module for tests: forwards to a real one, keeps count of all calls of all
 * processes, and is bad at a chosen one.
 *
 * SHIM_MODULE names the real module, SHIM_DIR a folder. There, calls gets a record of 64 bytes for
 * each call (number, name, result, program), and rules says what is to go wrong, one a line:
 *	kill N		call N is not made: it takes its whole process group down
 *	after N		the same, once call N was made
 *	fail N RV	call N answers RV and is not made
 *	deny NAME RV	every call of that name
 *	only N NAME RV	the N-th call of that name
 *	hang NAME	a call of that name never answers
 *	lack MECHANISM	the token has no such mechanism
 *	flags MASK	C_GetTokenInfo adds them
 */
#define _GNU_SOURCE
#define CRYPTOKI_GNU 1
#include <p11-kit-1/p11-kit/pkcs11.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORD = 64, RULES = 32 };

struct rule {
	char what[16], name[40];
	unsigned long number, value;
};

/* A module has nowhere else to keep them. */
static struct ck_function_list *real, own;
static struct rule rules[RULES];
static size_t rule_count;

static void path_of(char to[static 4096], const char *name)
{
	snprintf(to, 4096, "%s/%s", getenv("SHIM_DIR"), name);
}

static void read_rules(void)
{
	char path[4096], line[256];
	FILE *f;

	rule_count = 0;
	path_of(path, "rules");
	if (!(f = fopen(path, "re")))
		return;
	while (rule_count < RULES && fgets(line, sizeof line, f)) {
		struct rule *r = &rules[rule_count];

		memset(r, 0, sizeof *r);
		if (sscanf(line, "fail %lu %lx", &r->number, &r->value) == 2)
			strcpy(r->what, "fail");
		else if (sscanf(line, "only %lu %39s %lx", &r->number, r->name, &r->value) == 3)
			strcpy(r->what, "only");
		else if (sscanf(line, "deny %39s %lx", r->name, &r->value) == 2)
			strcpy(r->what, "deny");
		else if (sscanf(line, "hang %39s", r->name) == 1)
			strcpy(r->what, "hang");
		else if (sscanf(line, "lack %lx", &r->value) == 1)
			strcpy(r->what, "lack");
		else if (sscanf(line, "flags %lx", &r->value) == 1)
			strcpy(r->what, "flags");
		else if (sscanf(line, "%15s %lu", r->what, &r->number) != 2)
			continue;
		rule_count++;
	}
	fclose(f);
}

static const struct rule *rule_for(const char *what, unsigned long value)
{
	for (size_t i = 0; i < rule_count; i++)
		if (strcmp(rules[i].what, what) == 0 && rules[i].value == value)
			return &rules[i];
	return NULL;
}

struct call {
	const char *name;
	unsigned long number;
	off_t at;
	int fd;
};

static void write_record(const struct call *call, const char *result)
{
	char text[RECORD + 1];

	snprintf(text, sizeof text, "%6lu %-22.22s %-10.10s %-21.21s", call->number, call->name,
		 result, program_invocation_short_name);
	text[RECORD - 1] = '\n';
	if (pwrite(call->fd, text, RECORD, call->at) != RECORD)
		abort();
}

/* How many calls of that name there were, this one included. */
static unsigned long count_name(const struct call *call)
{
	char text[RECORD], name[23];
	unsigned long n = 1;

	for (off_t at = 0; at < call->at; at += RECORD)
		if (pread(call->fd, text, RECORD, at) == RECORD) {
			text[RECORD - 1] = '\0';
			n += sscanf(text, "%*u %22s", name) == 1 && strcmp(name, call->name) == 0;
		}
	return n;
}

static void begin(struct call *call, const char *name)
{
	char path[4096];
	struct stat st;

	path_of(path, "calls");
	*call = (struct call){ .name = name };
	call->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (call->fd < 0 || flock(call->fd, LOCK_EX) != 0 || fstat(call->fd, &st) != 0)
		abort();
	call->at = st.st_size;
	call->number = (unsigned long)(st.st_size / RECORD) + 1;
	write_record(call, "?");
}

/* True: the call is not to be made, and answers *rv. */
/* The rules may change while a program that lives long has the module. */
static bool interfere(const struct call *call, ck_rv_t *rv)
{
	read_rules();
	for (size_t i = 0; i < rule_count; i++) {
		const struct rule *r = &rules[i];
		bool mine = strcmp(r->name, call->name) == 0;

		if (strcmp(r->what, "kill") == 0 && r->number == call->number)
			kill(0, SIGKILL);
		if (strcmp(r->what, "hang") == 0 && mine)
			for (;;)
				pause();
		if ((strcmp(r->what, "fail") == 0 && r->number == call->number) ||
		    (strcmp(r->what, "deny") == 0 && mine) ||
		    (strcmp(r->what, "only") == 0 && mine && r->number == count_name(call))) {
			*rv = r->value;
			return true;
		}
	}
	return false;
}

static ck_rv_t end(struct call *call, ck_rv_t rv)
{
	char text[16];

	snprintf(text, sizeof text, "0x%lx", rv);
	write_record(call, text);
	for (size_t i = 0; i < rule_count; i++)
		if (strcmp(rules[i].what, "after") == 0 && rules[i].number == call->number)
			kill(0, SIGKILL);
	close(call->fd);
	return rv;
}

#define FORWARD(name, parameters, arguments) \
static ck_rv_t shim_##name parameters \
{ \
	struct call call; \
	ck_rv_t rv; \
\
	begin(&call, "C_" #name); \
	flock(call.fd, LOCK_UN); \
	if (!interfere(&call, &rv)) \
		rv = real->C_##name arguments; \
	return end(&call, rv); \
}

typedef ck_session_handle_t session;
typedef ck_object_handle_t object;
typedef struct ck_attribute *template;

FORWARD(Finalize, (void *reserved), (reserved))
FORWARD(GetSlotList, (unsigned char present, ck_slot_id_t *list, unsigned long *count),
	(present, list, count))
FORWARD(OpenSession,
	(ck_slot_id_t slot, ck_flags_t flags, void *application, ck_notify_t notify, session *s),
	(slot, flags, application, notify, s))
FORWARD(CloseSession, (session s), (s))
FORWARD(Login, (session s, ck_user_type_t user, unsigned char *pin, unsigned long len),
	(s, user, pin, len))
FORWARD(GetAttributeValue, (session s, object o, template t, unsigned long n), (s, o, t, n))
FORWARD(SetAttributeValue, (session s, object o, template t, unsigned long n), (s, o, t, n))
FORWARD(FindObjectsInit, (session s, template t, unsigned long n), (s, t, n))
FORWARD(FindObjects, (session s, object *o, unsigned long max, unsigned long *n), (s, o, max, n))
FORWARD(FindObjectsFinal, (session s), (s))
FORWARD(CreateObject, (session s, template t, unsigned long n, object *o), (s, t, n, o))
FORWARD(CopyObject, (session s, object o, template t, unsigned long n, object *copy),
	(s, o, t, n, copy))
FORWARD(DestroyObject, (session s, object o), (s, o))
FORWARD(GenerateKeyPair,
	(session s, struct ck_mechanism *m, template a, unsigned long an, template b,
	 unsigned long bn, object *public, object *private),
	(s, m, a, an, b, bn, public, private))
FORWARD(Sign,
	(session s, unsigned char *data, unsigned long len, unsigned char *sig,
	 unsigned long *sig_len),
	(s, data, len, sig, sig_len))

static ck_rv_t shim_Initialize(void *args)
{
	struct call call;
	ck_rv_t rv;

	begin(&call, "C_Initialize");
	flock(call.fd, LOCK_UN);
	if (!interfere(&call, &rv))
		rv = real->C_Initialize(args);
	return end(&call, rv);
}

static ck_rv_t shim_GetTokenInfo(ck_slot_id_t slot, struct ck_token_info *info)
{
	struct call call;
	ck_rv_t rv;

	begin(&call, "C_GetTokenInfo");
	flock(call.fd, LOCK_UN);
	if (!interfere(&call, &rv) && (rv = real->C_GetTokenInfo(slot, info)) == CKR_OK)
		for (size_t i = 0; i < rule_count; i++)
			if (strcmp(rules[i].what, "flags") == 0)
				info->flags |= rules[i].value;
	return end(&call, rv);
}

static ck_rv_t shim_GetMechanismInfo(ck_slot_id_t slot, ck_mechanism_type_t type,
				     struct ck_mechanism_info *info)
{
	struct call call;
	ck_rv_t rv;

	begin(&call, "C_GetMechanismInfo");
	flock(call.fd, LOCK_UN);
	if (!interfere(&call, &rv))
		rv = rule_for("lack", type) ? CKR_MECHANISM_INVALID
					    : real->C_GetMechanismInfo(slot, type, info);
	return end(&call, rv);
}

static ck_rv_t shim_SignInit(session s, struct ck_mechanism *m, object key)
{
	struct call call;
	ck_rv_t rv;

	begin(&call, "C_SignInit");
	flock(call.fd, LOCK_UN);
	if (!interfere(&call, &rv))
		rv = rule_for("lack", m->mechanism) ? CKR_MECHANISM_INVALID
						    : real->C_SignInit(s, m, key);
	return end(&call, rv);
}

ck_rv_t C_GetFunctionList(struct ck_function_list **list);

ck_rv_t C_GetFunctionList(struct ck_function_list **list)
{
	void *library = dlopen(getenv("SHIM_MODULE"), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	ck_rv_t (*get_list)(struct ck_function_list **to);
	void *symbol = library ? dlsym(library, "C_GetFunctionList") : NULL;

	if (!symbol || !getenv("SHIM_DIR"))
		return CKR_GENERAL_ERROR;
	memcpy(&get_list, &symbol, sizeof get_list);
	if (get_list(&real) != CKR_OK)
		return CKR_GENERAL_ERROR;
	own = *real;	/* what is not listed here goes straight to the real one */
#define TAKE(name) own.C_##name = shim_##name
	TAKE(Initialize), TAKE(Finalize), TAKE(GetSlotList), TAKE(GetTokenInfo),
	    TAKE(GetMechanismInfo);
	TAKE(OpenSession), TAKE(CloseSession), TAKE(Login), TAKE(GetAttributeValue),
	    TAKE(SetAttributeValue);
	TAKE(FindObjectsInit), TAKE(FindObjects), TAKE(FindObjectsFinal), TAKE(CreateObject),
	    TAKE(CopyObject);
	TAKE(DestroyObject), TAKE(GenerateKeyPair), TAKE(SignInit), TAKE(Sign);
	*list = &own;
	return CKR_OK;
}
