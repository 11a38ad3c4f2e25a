/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - where a device keeps its credentials: generations, and one link that says which is
 * live.
 *
 *	<dir of privateKeyPath>/.gr/<basename>/		format, rotation (the journal),
 *							live -> N, back -> N
 *	<dir of privateKeyPath>/.gr/<basename>/N/	private.key, certificate.pem,
 *							committed (a mark)
 *
 * Where the key is in a token (privateKeyPath is a pkcs11: URI), .gr lies beside the certificate,
 * as .gr/<its basename>, and where that is in the token as well, in $GR_STATE, as .gr/token. A
 * private.key may be a reference to a key in a token in any of them (key_reference.h).
 *
 * While a store is open, root works as the owner of the directory (owner.h). Names below it are
 * never followed as links. On any status but GR_OK one line has been written, unless a function
 * says otherwise.
 */
#ifndef GR_STORE_STORE_H
#define GR_STORE_STORE_H

#include <limits.h>
#include <stdint.h>
#include <sys/stat.h>

#include "config/conf.h"
#include "owner.h"
#include "status.h"
#include "store/configured_path.h"
#include "store/key_backend.h"

#define STORE_KEY_FILE "private.key"
#define STORE_CERTIFICATE_FILE "certificate.pem"

struct store {
	const struct conf *conf;
	struct owner was;		/* who we were before the store was opened */
	struct configured_path key, certificate;
	/* whose .gr it is: key, certificate, or "token" in $GR_STATE; its dir is a copy */
	struct configured_path place;
	const struct key_backend *keys;	/* by privateKeyPath */
	struct key_backend_state *state;
	int dir;			/* .gr/<basename>; -1: nothing was adopted yet */
	char path[PATH_MAX];		/* of that directory; stays after store_close */
};

/* Closed. */
#define STORE_CLOSED { .key.dir = -1, .certificate.dir = -1, .place.dir = -1, .dir = -1 }

/*
 * Opens the store of the configured pair; store->dir stays -1 where nothing was adopted yet.
 * store_close it in any case. GR_BAD: not configured, a foreign .gr, a newer format, one path for
 * both.
 */
enum status store_open(struct store *store, const struct conf *conf);
void store_close(struct store *store);

/* Checks that the store exists. GR_BAD: nothing was adopted yet. */
enum status store_need(const struct store *store);
/*
 * Makes the directories and the format mark, where missing. Whoever can read the file that key
 * describes can still do so afterwards.
 */
enum status store_create(struct store *store, const struct stat *key);

/*
 * Reads which generation the link name ("live", "back") points to. GR_NO, silent: there is no such
 * link. GR_BAD: it does not point to a generation.
 */
enum status store_link(uint32_t *generation, const struct store *store, const char *name);
/* Checks that live, where it exists, is a link. GR_BAD: it is a file or a directory. */
enum status store_check_live(const struct store *store);
/* Makes the link name point to generation, durably. */
enum status store_point(const struct store *store, const char *name, uint32_t generation);
/* Removes the link name, durably; GR_OK also where there is none. */
enum status store_unlink(const struct store *store, const char *name);
enum status store_sync(const struct store *store);

/*
 * Gives the paths of a pair, which stay right for as long as the pair exists. Generation 0 is the
 * pair in use: the one that live points to now, or without a store the configured paths. GR_BAD:
 * no such generation.
 */
enum status store_pair_paths(char key[static PATH_MAX], char cert[static PATH_MAX],
			     const struct conf *conf, unsigned generation);

#endif
