/* SPDX-License-Identifier: Apache-2.0 */
/* login.h - who we say we are, to whom, and with which pair: what a session is opened with. */
#ifndef GR_SESSION_LOGIN_H
#define GR_SESSION_LOGIN_H

#include <stdint.h>

#include "config/conf.h"
#include "session/tls.h"
#include "status.h"

struct login {
	char thing[129];
	char client[136];	/* T, T#gr or T#probe (gr-protocol(7)) */
	char key[4096], certificate[4096];
	char id[65];		/* certificateId of the certificate */
	struct tls_setup setup;	/* points into this struct and into the configuration */
};

/*
 * The session's own client id, T on a plain device and T#gr beside a nucleus, and the pair of a
 * generation (0: the one that is live now, resolved once). Stays where it is while setup is in
 * use; conf outlives it. GR_BAD: something needed is not configured, or no such pair. GR_FAIL: the
 * CA file cannot be read.
 */
enum status login_load(struct login *login, const struct conf *conf, uint32_t generation);
/* The same with a pair named by its locations (credential.h). */
enum status login_load_files(struct login *login, const struct conf *conf, const char *key,
			     const char *certificate);
/* Makes it T#probe, which evicts nobody. */
void login_as_probe(struct login *login);
/* Makes it T, which evicts the session that the thing has. */
void login_as_thing(struct login *login);

#endif
