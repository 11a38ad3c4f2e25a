/* SPDX-License-Identifier: Apache-2.0 */
/* nucleus.c - holds the values, where each came from, and who could have written them */
#include "config/greengrass/nucleus.h"
#include "complain.h"
#include "pkcs11/uri.h"
#include "str.h"
#include "trusted_path.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *nucleus_name(enum nucleus_kind kind)
{
	return kind == NUCLEUS_CLASSIC ? "classic" : kind == NUCLEUS_LITE ? "lite" : "none";
}

/*
 * Cuts a pin-value out of a pkcs11: URI and takes it as NUCLEUS_PIN. The URI is used where a path
 * may be: gr-config prints it, and the driver passes it on in the environment.
 */
static enum status part_pin(struct nucleus *nucleus, char *text, const char *source, int64_t stamp)
{
	char pin[256];
	enum status st = uri_is(text) ? uri_cut_pin(text, pin, sizeof pin) : GR_NO;

	if (st == GR_BAD)
		complain("%s: pkcs11 URI: pin-value is badly encoded or too long", source);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	st = nucleus_take(nucleus, NUCLEUS_PIN, pin, source, stamp);
	OPENSSL_cleanse(pin, sizeof pin);
	return st;
}

enum status nucleus_take(struct nucleus *nucleus, enum nucleus_item item, const char *value,
			 const char *source, int64_t stamp)
{
	if (value[0] == '\0' || nucleus->value[item])
		return GR_OK;
	nucleus->value[item] = strdup(value);
	nucleus->source[item] = strdup(source);
	if (!nucleus->value[item] || !nucleus->source[item]) {
		complain("%s: out of memory", source);
		return GR_FAIL;
	}
	if (item == NUCLEUS_PIN)
		nucleus->pin_stamp = stamp;
	return part_pin(nucleus, nucleus->value[item], source, stamp);
}

/*
 * Returns the user other than root who could have written the file: its owner, or the owner of its
 * folder, who can replace it. (uid_t)-1: neither, so it is writable for a group or for all.
 */
static uid_t writer_of(const char *path)
{
	char folder[PATH_MAX + 64];
	struct stat own;

	if (stat(path, &own) == 0 && own.st_uid != 0)
		return own.st_uid;
	str_format(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
	return stat(folder, &own) == 0 && own.st_uid != 0 ? own.st_uid : (uid_t)-1;
}

void nucleus_note_file(struct nucleus *nucleus, const char *path)
{
	char real[PATH_MAX];

	if (nucleus->foreign || trusted_path_check(real, NULL, path, NULL) != GR_BAD)
		return;
	nucleus->foreign = true;
	nucleus->writer = writer_of(path);
}

void nucleus_release(struct nucleus *nucleus)
{
	char *pin = nucleus->value[NUCLEUS_PIN];

	if (pin)
		OPENSSL_cleanse(pin, strlen(pin));
	for (enum nucleus_item i = 0; i < NUCLEUS_COUNT; i++) {
		free(nucleus->value[i]);
		free(nucleus->source[i]);
	}
	*nucleus = (struct nucleus){ 0 };
}
