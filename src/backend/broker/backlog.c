/* SPDX-License-Identifier: Apache-2.0 */
/* backlog.c - how much waits for gr-backendd, and how much may */
#include "broker/backlog.h"
#include "broker/api.h"
#include "broker/copy.h"
#include "clock.h"
#include "str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KILOBYTE = 1024 };

bool backlog_open(struct backlog *backlog)
{
	*backlog = (struct backlog){ .life = (uint64_t)clock_real_ms(),
				     .shares = buckets_new(0, BACKLOG_SHARE / KILOBYTE) };
	return backlog->shares != NULL;
}

void backlog_close(struct backlog *backlog)
{
	buckets_free(backlog->shares);
}

bool backlog_shares(struct backlog *backlog, const char *thing, size_t size, int64_t now)
{
	return buckets_take(backlog->shares, thing,
			    (uint32_t)((size + BACKLOG_OVERHEAD + KILOBYTE - 1) / KILOBYTE), now);
}

const char *backlog_refuses(struct backlog *backlog, size_t size)
{
	if (!backlog->heard)
		return "gr-backendd has not subscribed yet";
	if (backlog->sent - backlog->handled + size > BACKLOG_MAX)
		return "as much waits for gr-backendd as may";
	backlog->sent += size + BACKLOG_OVERHEAD;
	return NULL;
}

void backlog_mark(struct backlog *backlog, bool now)
{
	char mark[64];

	if (!now && backlog->sent - backlog->marked < BACKLOG_STEP)
		return;
	snprintf(mark, sizeof mark, "%" PRIu64 " %" PRIu64, backlog->life, backlog->sent);
	/* Should it fail, the next one is tried in the next turn. */
	if (copy_publish(NULL, "in/gr/mark", strlen(mark), mark, 1, false) == MOSQ_ERR_SUCCESS)
		backlog->marked = backlog->sent;
}

void backlog_settle(struct backlog *backlog, const char *mark, size_t len)
{
	uint64_t life, handled;
	char text[64];

	if (!str_format(text, sizeof text, "%.*s", len < sizeof text ? (int)len : 0,
			len ? mark : "") ||
	    sscanf(text, "%" SCNu64 " %" SCNu64, &life, &handled) != 2)
		return;
	if (life != backlog->life || handled <= backlog->handled || handled > backlog->sent)
		return;
	backlog->handled = handled;
	buckets_fill(backlog->shares);
}
