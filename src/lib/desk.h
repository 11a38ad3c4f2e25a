/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desk.h - what a program that works on the credentials has before it: configuration, lock, store and journal,
 * opened in this order and closed in the other.
 */
#ifndef GR_DESK_H
#define GR_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "arg.h"
#include "conf.h"
#include "journal.h"
#include "lock.h"
#include "status.h"
#include "store.h"

struct desk {
	struct conf conf;
	struct lock lock;
	struct store store;
	struct journal journal;	/* cleared when there is none */
	uint32_t generation;	/* of -g; 0: not given */
	bool opened;		/* the store is open */
};

#define DESK_CLOSED { .lock.fd = -1, .store = STORE_CLOSED }

enum desk_flags {
	DESK_LOCK = 1,		/* take the lock, or act for the holder who lent it */
	DESK_STORE = 2,		/* a store must be there */
	DESK_DAMAGED = 4	/* go on with a cleared journal when it is damaged */
};

#define DESK_GENERATION \
	{ 'g', "generation", "N", "the generation to work on (default: the journal's)" }

/* A DESK_CLOSED desk. Takes all options of spec, which are those of conf.h and -g. */
enum status desk_options(struct desk *desk, const struct arg_spec *spec, int argc, char *argv[]);
/* One of them. */
enum status desk_option(struct desk *desk, int ch, const char *value);

/* As conf_load, lock_take, store_open, journal_read say; GR_NO, one line: the journal is damaged. desk_close in any case. */
enum status desk_open(struct desk *desk, unsigned flags);
/* Closes all and standard output; returns st, or what went wrong with the output. */
int desk_close(struct desk *desk, enum status st);

/* -g, or else what the journal has under key. GR_BAD, one line: neither. */
enum status desk_generation(uint32_t *generation, const struct desk *desk, enum journal_key key);

#endif
