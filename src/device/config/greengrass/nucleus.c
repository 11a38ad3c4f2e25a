/* SPDX-License-Identifier: Apache-2.0 */
/* nucleus.c - where a Greengrass nucleus is */
#include "config/greengrass/nucleus.h"
#include "complain.h"
#include "config/greengrass/classic.h"
#include "config/greengrass/lite.h"
#include "file.h"
#include "pkcs11/uri.h"
#include "str.h"
#include "trust.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNIT "/etc/systemd/system/greengrass.service"

enum { UNIT_MAX = 1 << 16 };

const char *nucleus_name(enum nucleus_kind kind)
{
	return kind == NUCLEUS_CLASSIC ? "classic" : kind == NUCLEUS_LITE ? "lite" : "none";
}

/*
 * A PIN must not go where a path goes: gr-config prints that, and the driver hands it on in the
 * environment.
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

/* Who could have written it: its owner, or that of its folder, who can put another one there. */
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

	if (nucleus->foreign || trust_path(real, NULL, path, NULL) != GR_BAD)
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

/*
 * GR_NO, silent: none of these kinds in root that knows who it is; *seen: but there are files of
 * one.
 */
static enum status look(struct nucleus *nucleus, bool *seen, unsigned kinds, const char *root)
{
	static const struct {
		enum nucleus_kind kind;
		enum status (*read)(struct nucleus *nucleus);
	} readers[] = { { NUCLEUS_CLASSIC, classic_read }, { NUCLEUS_LITE, lite_read } };

	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
		enum status st;

		if (!(kinds & readers[i].kind))
			continue;
		nucleus_release(nucleus);
		if (!str_copy(nucleus->root, sizeof nucleus->root, root)) {
			complain("%s: the path is too long", root);
			return GR_BAD;
		}
		if ((st = readers[i].read(nucleus)) != GR_OK && st != GR_NO)
			return st;
		*seen |= st == GR_OK;
		nucleus->kind = readers[i].kind;
		if (st == GR_OK &&
		    (nucleus->value[NUCLEUS_THING_NAME] ||
		     nucleus->value[NUCLEUS_PRIVATE_KEY_PATH]))
			return GR_OK;
	}
	nucleus_release(nucleus);
	return GR_NO;
}

/*
 * A component starts in ROOT/work/NAME. Elsewhere the folder that somebody happens to stand in
 * says nothing.
 */
static bool root_of_component(char root[static PATH_MAX])
{
	const char *work, *socket = getenv("AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT");
	char *slash;

	if (!socket || !getcwd(root, PATH_MAX) || !(slash = strrchr(root, '/')))
		return false;
	*slash = '\0';
	if (!(work = strrchr(root, '/')) || work == root || strcmp(work, "/work") != 0)
		return false;
	root[work - root] = '\0';
	return true;
}

/*
 * ExecStart=/bin/sh -c "ROOT/alts/current/distro/bin/loader >> ..." (greengrass.service.template)
 */
static enum status root_of_unit(char root[static PATH_MAX])
{
	enum status st;
	char *text, *line, *end;
	size_t len;

	if ((st = file_read(&text, &len, UNIT, UNIT_MAX)) != GR_OK)
		return st;
	st = GR_NO;
	if ((line = strstr(text, "\nExecStart=")) &&
	    (end = strstr(line, "/alts/current/distro/bin/loader"))) {
		*end = '\0';
		while (end > line && !strchr("\n =\"'", end[-1]))
			end--;
		if (*end == '/' && str_copy(root, PATH_MAX, end))
			st = GR_OK;
	}
	free(text);
	return st;
}

static enum status look_around(struct nucleus *nucleus, unsigned kinds)
{
	char root[PATH_MAX];
	enum status st = GR_NO;
	bool ignored = false;

	if (root_of_component(root))
		st = look(nucleus, &ignored, kinds, root);
	if (st == GR_NO && (st = root_of_unit(root)) == GR_OK)
		st = look(nucleus, &ignored, kinds, root);
	if (st == GR_NO)
		st = look(nucleus, &ignored, kinds, "/greengrass/v2");
	if (st == GR_NO)
		st = look(nucleus, &ignored, kinds, "/var/lib/greengrass");
	return st == GR_NO ? GR_OK : st;
}

enum status nucleus_find(struct nucleus *nucleus, unsigned kinds, const char *root)
{
	bool seen = false;
	enum status st;

	*nucleus = (struct nucleus){ 0 };
	if (!root)
		return look_around(nucleus, kinds);
	if ((st = look(nucleus, &seen, kinds, root)) != GR_NO)
		return st;
	if (seen)
		return GR_OK;
	complain("%s: no configuration of a Greengrass nucleus; config/config.tlog or config.db "
		 "would be one",
		 root);
	return GR_BAD;
}
