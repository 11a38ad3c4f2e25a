/* SPDX-License-Identifier: Apache-2.0 */
/* connect_options.h - as whom, to which broker and with which pair a session is opened. */
#ifndef GR_SESSION_CONNECT_OPTIONS_H
#define GR_SESSION_CONNECT_OPTIONS_H

#include <stdint.h>

#include "config/conf.h"
#include "session/tls.h"
#include "status.h"

struct connect_options {
	char thing[129];
	char client[136]; /* T, T#gr or T#probe (gr-protocol(7)) */
	char key[4096], certificate[4096];
	char id[65];		/* certificateId of the certificate */
	struct tls_setup setup; /* points into this struct and into the configuration */
};

/*
 * Fills in options for the configured device: the client id, T on a plain device and T#gr beside a
 * nucleus, and the pair of a generation (0: the one that is live now). The struct must not move
 * while setup is in use, and conf must outlive it. GR_BAD: something needed is not configured, or
 * no such pair. GR_FAIL: the CA file cannot be read.
 */
enum status connect_options_load(struct connect_options *options, const struct conf *conf,
				 uint32_t generation);
/* Does the same with a pair named by its locations (credential.h). */
enum status connect_options_load_files(struct connect_options *options, const struct conf *conf,
				       const char *key, const char *certificate);
/* Makes the client id T#probe, which ends no other session. */
void connect_options_as_probe(struct connect_options *options);
/* Makes the client id T, which ends the session that the thing has. */
void connect_options_as_thing(struct connect_options *options);

#endif
