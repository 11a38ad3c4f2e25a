/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device_context.h - configuration, lock, store and journal, for programs that work on the
 * credentials: opened in this order and closed in reverse.
 */
#ifndef GR_ROTATION_DEVICE_CONTEXT_H
#define GR_ROTATION_DEVICE_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "arg.h"
#include "config/conf.h"
#include "rotation/journal.h"
#include "rotation/lock.h"
#include "status.h"
#include "store/store.h"

struct device_context {
	struct conf conf;
	struct lock lock;
	struct store store;
	struct journal journal;	/* cleared when there is none */
	uint32_t generation;	/* of -g; 0: not given */
	bool opened;		/* the store is open */
};

#define DEVICE_CONTEXT_CLOSED { .lock.fd = -1, .store = STORE_CLOSED }

enum device_context_flags {
	/* take the lock, or act for the holder whose descriptor we inherited */
	DEVICE_CONTEXT_LOCK = 1,
	DEVICE_CONTEXT_STORE = 2,		/* a store must be there */
	DEVICE_CONTEXT_DAMAGED = 4	/* go on with a cleared journal when it is damaged */
};

#define DEVICE_CONTEXT_GENERATION \
	{ 'g', "generation", "N", "the generation to work on (default: the journal's)" }

/*
 * Handles all options of spec: those of conf.h, and -g. context begins as DEVICE_CONTEXT_CLOSED.
 */
enum status device_context_options(struct device_context *context, const struct arg_spec *spec,
				   int argc, char *argv[]);
/* Handles one of these options. */
enum status device_context_option(struct device_context *context, int ch, const char *value);

/*
 * Loads the configuration, takes the lock, opens the store and reads the journal. GR_NO, one line:
 * the journal is damaged. GR_BAD, GR_FAIL: as conf_load, lock_take, store_open, journal_read. Call
 * device_context_close in any case.
 */
enum status device_context_open(struct device_context *context, unsigned flags);
/* Closes all and standard output; returns st, or what went wrong with the output. */
int device_context_close(struct device_context *context, enum status st);
/*
 * Runs a command that takes options and no operands: takes the options, opens with flags, calls
 * work and closes. Returns what device_context_close returns.
 */
int device_context_run(const struct arg_spec *spec, int argc, char *argv[], unsigned flags,
		       enum status (*work)(struct device_context *context));

/*
 * Gives the generation of -g, or else the one that the journal has under key. GR_BAD, one line:
 * there is none.
 */
enum status device_context_generation(uint32_t *generation, const struct device_context *context,
				      enum journal_key key);
/*
 * Notes in the journal, in memory, that the runtime must be restarted for this generation, if
 * there is a restart hook. The programs call no hook: rotate.sh does, once the hook is ready or
 * has waited long enough.
 */
enum status device_context_owe_restart(struct device_context *context, uint32_t generation);

#endif
