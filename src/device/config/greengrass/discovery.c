/* SPDX-License-Identifier: Apache-2.0 */
/* discovery.c - tries each place where a nucleus may be, with the readers of both kinds */
#include "config/greengrass/discovery.h"
#include "complain.h"
#include "config/greengrass/classic.h"
#include "config/greengrass/lite.h"
#include "config/greengrass/places.h"
#include "file.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNIT_MAX = 1 << 16 };

/*
 * Reads the nucleus in root, of one of these kinds. GR_NO, silent: no configuration there names a
 * thing or a private key; *seen is then true if there is a configuration at all.
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
 * Finds the nucleus of which this process is a component: the nucleus starts components in
 * ROOT/work/NAME. False: this is not a component, so the working directory says nothing.
 */
static bool root_of_component(char root[static PATH_MAX])
{
	const char *work, *socket = getenv(PLACES_SOCKET);
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
 * Finds the root that the systemd unit names:
 * ExecStart=/bin/sh -c "ROOT/alts/current/distro/bin/loader >> ..." (greengrass.service.template)
 * GR_NO: there is no unit, or it names no root.
 */
static enum status root_of_unit(char root[static PATH_MAX])
{
	enum status st;
	char *text, *line, *end;
	size_t len;

	if ((st = file_read(&text, &len, PLACES_UNIT, UNIT_MAX)) != GR_OK)
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
		st = look(nucleus, &ignored, kinds, PLACES_CLASSIC);
	if (st == GR_NO)
		st = look(nucleus, &ignored, kinds, PLACES_LITE);
	return st == GR_NO ? GR_OK : st;
}

enum status discovery_nucleus(struct nucleus *nucleus, unsigned kinds, const char *root)
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
