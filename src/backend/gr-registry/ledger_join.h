/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_join.h - proves that no lines are missing behind the end of a backup's ledger. */
#ifndef GR_REGISTRY_LEDGER_JOIN_H
#define GR_REGISTRY_LEDGER_JOIN_H

#include <stddef.h>

#include "status.h"

enum { LEDGER_JOIN_FILES = 32 };

/*
 * Follows the chain (issuer/ledger_chain.h) through files, the oldest first: each line that a line
 * continues must be in its file, an earlier one or the backup's ledger; the last line of the
 * backup's ledger must be among them; and every file must continue it, or be part of it. Memory is
 * bounded. GR_BAD, one line: lines are missing, and which. GR_FAIL, one line: a file cannot be
 * read.
 */
enum status ledger_join_check(const char *backup, const char *const *files, size_t count);

#endif
