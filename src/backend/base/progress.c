/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - how far a long piece of work is */
#include "base/progress.h"
#include "clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { SHOW_MS = 100 };

void progress_start(struct progress *p, const char *what, int64_t total)
{
	int64_t now = clock_boot_ms();

	*p = (struct progress){ .what = what,
				.total = total,
				.began = now,
				.next = now + SHOW_MS,
				.person = isatty(STDERR_FILENO) == 1 };
}

void progress_show(struct progress *p, int64_t done)
{
	int64_t now, rate;

	p->done = done;
	if (!p->person || (now = clock_boot_ms()) < p->next)
		return;
	p->next = now + SHOW_MS;
	p->shown = true;
	rate = done * 1000 / (now - p->began);
	fprintf(stderr, "\r\033[K%s: %" PRId64, p->what, done);
	if (p->total > 0)
		fprintf(stderr, " of %" PRId64 " (%" PRId64 " %%)", p->total,
			done >= p->total ? 100 : done * 100 / p->total);
	fprintf(stderr, ", %" PRId64 " a second", rate);
	if (p->total > done && rate > 0)
		fprintf(stderr, ", %" PRId64 " s left", (p->total - done) / rate + 1);
	fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
