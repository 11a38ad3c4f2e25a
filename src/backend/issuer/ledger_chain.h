/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_chain.h - the lines of a ledger are a chain: each carries the SHA-256 of the line before
 * it, over its bytes without the newline, as its last member "previous".
 *
 * The first line of a file carries the hash of the last line of the file that it continues, or
 * LEDGER_CHAIN_START where there is none. A line that does not end with a brace is what a cut left
 * of one: it is no part of the chain. Lines of versions that wrote no hash carry none; they belong
 * to the line before them in their file.
 */
#ifndef GR_ISSUER_LEDGER_CHAIN_H
#define GR_ISSUER_LEDGER_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "status.h"

enum { LEDGER_HASH = 65 };	/* lower-case hex, with its NUL */
#define LEDGER_CHAIN_START "0000000000000000000000000000000000000000000000000000000000000000"
/* what a line becomes longer by */
enum { LEDGER_CHAIN_LINK = sizeof ",\"previous\":\"" LEDGER_CHAIN_START "\"" - 1 };

/* These take a line without its newline. */
bool ledger_chain_is_whole(const char *line, size_t len);
/* Reads the hash that the line carries. False: it carries none. */
bool ledger_chain_previous(char hex[static LEDGER_HASH], const char *line, size_t len);
/* GR_FAIL, one line: no memory. */
enum status ledger_chain_hash(char hex[static LEDGER_HASH], const char *line, size_t len);
/* Returns the line's time, ms since the epoch; 0: it has none. */
int64_t ledger_chain_time(const char *line, size_t len);

/* The last whole line in the first bytes of a file. */
struct ledger_tail {
	char hash[LEDGER_HASH];	/* LEDGER_CHAIN_START: there is none */
	off_t end;		/* the offset behind its brace; 0: there is none */
	int64_t at;		/* its time */
};
/* GR_FAIL, one line: it cannot be read; path names it there. */
enum status ledger_chain_tail(struct ledger_tail *tail, int fd, off_t size, const char *path);

/*
 * Reads a file line by line with bounded memory: calls each for every line, without its newline,
 * until that returns another status than GR_OK. The last line counts also without a newline.
 * GR_FAIL, one line: it cannot be read.
 */
struct ledger_line {
	const char *text;
	size_t len;
	off_t end;		/* behind its newline */
	bool complete;		/* it has one */
	int64_t number;		/* 1 for the first line */
};
enum status ledger_chain_each(const char *path, off_t from,
			      enum status (*each)(void *arg, const struct ledger_line *line),
			      void *arg);
/*
 * Tells whether a file has the line with this hash; _knows: that, or one that continues it. GR_NO,
 * silent: no.
 */
enum status ledger_chain_has(const char *path, const char *hash);
enum status ledger_chain_knows(const char *path, const char *hash);

#endif
