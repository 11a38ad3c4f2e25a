/* SPDX-License-Identifier: Apache-2.0 */
/* backlog.c - bounds the requests that wait for gr-backendd */
#include "broker/backlog.h"
#include "broker/mosquitto_api.h"
#include "broker/publish.h"
#include "clock.h"
#include "str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KILOBYTE = 1024 };

bool backlog_open(struct backlog *backlog)
{
	*backlog = (struct backlog){ .run = (uint64_t)clock_real_ms(),
				     .shares = token_buckets_new(0, BACKLOG_SHARE / KILOBYTE) };
	return backlog->shares != NULL;
}

void backlog_close(struct backlog *backlog)
{
	token_buckets_free(backlog->shares);
}

bool backlog_take_share(struct backlog *backlog, const char *thing, size_t size, int64_t now)
{
	return token_buckets_take(backlog->shares, thing,
			    (uint32_t)((size + BACKLOG_OVERHEAD + KILOBYTE - 1) / KILOBYTE), now);
}

const char *backlog_take(struct backlog *backlog, size_t size)
{
	if (!backlog->subscribed)
		return "gr-backendd has not subscribed yet";
	if (backlog->sent - backlog->handled + size > BACKLOG_MAX)
		return "too much waits for gr-backendd already";
	backlog->sent += size + BACKLOG_OVERHEAD;
	return NULL;
}

void backlog_mark(struct backlog *backlog, bool now)
{
	char mark[64];

	if (!now && backlog->sent - backlog->marked < BACKLOG_STEP)
		return;
	snprintf(mark, sizeof mark, "%" PRIu64 " %" PRIu64, backlog->run, backlog->sent);
	/* If it fails, it is tried again in the next turn. */
	if (publish_copy(NULL, "in/gr/mark", strlen(mark), mark, 1, false) == MOSQ_ERR_SUCCESS)
		backlog->marked = backlog->sent;
}

void backlog_confirm(struct backlog *backlog, const char *mark, size_t len)
{
	uint64_t run, handled;
	char text[64];

	if (!str_format(text, sizeof text, "%.*s", len < sizeof text ? (int)len : 0,
			len ? mark : "") ||
	    sscanf(text, "%" SCNu64 " %" SCNu64, &run, &handled) != 2)
		return;
	if (run != backlog->run || handled <= backlog->handled || handled > backlog->sent)
		return;
	backlog->handled = handled;
	token_buckets_fill(backlog->shares);
}
