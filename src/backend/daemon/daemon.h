/* SPDX-License-Identifier: Apache-2.0 */
/* daemon.h - the state of gr-backendd while it runs: one process, one event loop. */
#ifndef GR_DAEMON_DAEMON_H
#define GR_DAEMON_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/broker_connection.h"
#include "daemon/channels.h"
#include "daemon/metrics_file.h"
#include "issuer/signer.h"
#include "registry/db.h"
#include "registry/integrity.h"
#include "registry/settings.h"
#include "registry/stall.h"
#include "registry/wall_clock.h"

struct last_issued;
struct log_repeats;
struct window_counter;

struct daemon {
	struct db *db;
	struct signer signer;
	const char *authorities;	/* the directory of their certificates */
	struct broker_connection broker;
	struct channels channels;
	struct metrics_file metrics;
	struct log_repeats *log;		/* lines written to standard error lately */
	struct window_counter *requests;	/* Jobs requests by thing; NULL: no limit */
	struct window_counter *closed;	/* closed connections by certificate */
	struct last_issued *last_issued;
	struct settings settings;
	int64_t quarantine_ms, own_job_ms;
	/* how long a rotation may stay QUEUED while its thing is connected; 0: for ever */
	int64_t begin_ms;
	struct stall stall;
	int64_t next_housekeeping;	/* clock_boot_ms */
	enum wall_clock_state clock;	/* at the last look */
	int64_t clock_offset;		/* real minus boot time at the last look */
	int64_t version;		/* db_version at the last look */
	int64_t restore_mark;		/* restore_mark_read at the last look */
	struct integrity integrity;	/* the check of the registry's file */
	bool met_damage;		/* the broker met some, which is to be looked into */
	int64_t next_check;		/* clock_boot_ms: when it is due */
	bool outdated;			/* a newer program has upgraded the registry */
	bool reconcile;			/* something was decided: run the reconciler now */
	/* this batch ended the certificate of a connection that still waits for its answer */
	bool answer_before_retiring;
	/* no certificate is retired before the broker has confirmed this outbox row */
	int64_t retire_after_row;
};

#endif
