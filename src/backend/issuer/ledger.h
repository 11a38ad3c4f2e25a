/*
 * ledger.h - the append-only file of every certificate issued and every survivor decided, kept apart
 * from the database, so that a restored old database never locks out devices that rotated since.
 *
 * One JSON object a line. A line may tell of something whose transaction was lost afterwards; what
 * was answered to a device always has its line, synced.
 */
#ifndef GR_LEDGER_H
#define GR_LEDGER_H

#include <jansson.h>
#include <stdbool.h>

#include "status.h"

struct ledger {
	int fd;
	bool dirty;
	bool failed;	/* a line could not be written; for the caller to clear */
	char path[4096];
};

/* GR_FAIL, one line: cannot be opened for appending. */
enum status ledger_open(struct ledger *ledger, const char *path);
void ledger_close(struct ledger *ledger);
/* Takes over line. Written at once, durable after ledger_sync. */
enum status ledger_append(struct ledger *ledger, json_t *line);
/* Before the transaction commits and any answer leaves. */
enum status ledger_sync(struct ledger *ledger);

#endif
