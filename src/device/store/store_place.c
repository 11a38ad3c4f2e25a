/* SPDX-License-Identifier: Apache-2.0 */
/* store_place.c - store.h: the seats of key and certificate, and where .gr lies */
#include "complain.h"
#include "config/settings.h"
#include "pkcs11/uri.h"
#include "store/store.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

/* What our link in a seat says: it is relative only beside .gr. */
static bool name_link(struct configured_path *seat, const struct store *store, const char *file)
{
	if (seat->token)
		return true;
	if (strcmp(seat->home, store->place.home) == 0)
		return str_format(seat->link, sizeof seat->link, ".gr/%s/live/%s",
				  store->place.name, file);
	return str_format(seat->link, sizeof seat->link, "%s/live/%s", store->path, file);
}

static enum status name_links(struct store *store)
{
	const struct configured_path *key = &store->key, *certificate = &store->certificate,
				     *place = &store->place;

	if (!key->token && !certificate->token && strcmp(key->home, certificate->home) == 0 &&
	    strcmp(key->name, certificate->name) == 0) {
		complain("%s: one file for both key and certificate; give each its own",
			 key->path);
		return GR_BAD;
	}
	if (str_format(store->path, sizeof store->path, "%s/.gr/%s", place->home, place->name) &&
	    name_link(&store->key, store, STORE_KEY_FILE) &&
	    name_link(&store->certificate, store, STORE_CERTIFICATE_FILE))
		return GR_OK;
	complain("%s: the path is too long", place->path);
	return GR_BAD;
}

static enum status open_seat(struct configured_path *seat, const struct conf *conf,
			     enum conf_key key)
{
	enum status st = conf_need(conf, key);

	if (st == GR_OK && uri_is(conf_text(conf, key)))
		st = settings_path(conf, key);
	return st == GR_OK ? configured_path_open(seat, conf_text(conf, key)) : st;
}

/* Beside the key, else beside the certificate, else with our state. */
static enum status choose_place(struct store *store)
{
	const struct configured_path *seat = store->key.token ? &store->certificate : &store->key;
	char own[sizeof store->conf->state + 8];
	enum status st;

	if (store->certificate.token && !store->key.token) {
		complain(
		    "%s: a certificate in a token goes with a key in it; privateKeyPath is a file",
		    store->certificate.path);
		return GR_BAD;
	}
	if (seat->token) {
		if ((st = settings_state(store->conf)) != GR_OK)
			return st;
		str_format(own, sizeof own, "%s/token", store->conf->state);
		st = configured_path_open(&store->place, own);
		store->place.path = store->conf->state;
		return st;
	}
	store->place = *seat;
	if ((store->place.dir = fcntl(seat->dir, F_DUPFD_CLOEXEC, 0)) >= 0)
		return GR_OK;
	complain("%s: %s", seat->path, strerror(errno));
	return GR_FAIL;
}

enum status store_place(struct store *store)
{
	enum status st;

	if ((st = open_seat(&store->key, store->conf, CONF_PRIVATE_KEY_PATH)) != GR_OK ||
	    (st = open_seat(&store->certificate, store->conf, CONF_CERTIFICATE_FILE_PATH)) !=
		GR_OK ||
	    (st = choose_place(store)) != GR_OK)
		return st;
	return name_links(store);
}
