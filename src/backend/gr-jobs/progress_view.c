/* SPDX-License-Identifier: Apache-2.0 */
/* progress_view.c - gr-jobs watch on a terminal */
#include "gr-jobs/progress_view.h"
#include "printable.h"
#include "registry/execution_list.h"
#include "str.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR = 24, RATE_MS = 10000, SAMPLE_MS = 200, WIDTH_MIN = 40, WIDTH_DEFAULT = 80 };

void progress_view_init(struct progress_view *s, const char *job)
{
	*s = (struct progress_view){ .job = job };
}

static int width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return WIDTH_DEFAULT;
	return size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col;
}

/* Characters of UTF-8 are not cut in two. */
static int fit(const char *text, int columns)
{
	int len = 0;

	while (text[len] && (columns > 0 || ((unsigned char)text[len] & 0xc0) == 0x80))
		columns -= ((unsigned char)text[len++] & 0xc0) != 0x80;
	return len;
}

static void draw_line(struct progress_view *s, const char *text)
{
	fprintf(stderr, "\r\033[K%.*s\n", fit(text, width() - 1), text);
	s->lines++;
}

/* Where we were: at the beginning of what was drawn last. */
static void go_back(struct progress_view *s)
{
	if (s->lines > 0)
		fprintf(stderr, "\033[%dA", s->lines);
	s->lines = 0;
}

void progress_view_clear(struct progress_view *s)
{
	int lines = s->lines;

	go_back(s);
	for (int i = 0; i < lines; i++)
		fputs("\r\033[K\n", stderr);
	if (lines > 0)
		fprintf(stderr, "\033[%dA", lines);
	fputs("\r\033[K", stderr);
	fflush(stderr);
}

static void sample(struct progress_view *s, int64_t ended, int64_t now)
{
	size_t last = (s->first + s->count - 1) % PROGRESS_VIEW_SAMPLES;

	if (s->count > 0 && now - s->samples[last].at < SAMPLE_MS)
		return;
	while (s->count > 0 &&
	       (s->count == PROGRESS_VIEW_SAMPLES || now - s->samples[s->first].at > RATE_MS)) {
		s->first = (s->first + 1) % PROGRESS_VIEW_SAMPLES;
		s->count--;
	}
	last = (s->first + s->count++) % PROGRESS_VIEW_SAMPLES;
	s->samples[last].at = now;
	s->samples[last].ended = ended;
}

/* Executions that end in a second; 0: nothing moves, or it is too early to tell. */
static double rate(const struct progress_view *s, int64_t ended, int64_t now)
{
	int64_t since = s->count > 0 ? now - s->samples[s->first].at : 0;

	return since > 0 ? (double)(ended - s->samples[s->first].ended) * 1000 / (double)since : 0;
}

static void format_eta(char text[static 48], double seconds)
{
	int64_t left = (int64_t)(seconds + 0.5);

	if (left >= 3600)
		str_format(text, 48, "%lld h %lld min", (long long)(left / 3600),
			   (long long)(left % 3600 / 60));
	else if (left >= 60)
		str_format(text, 48, "%lld min %lld s", (long long)(left / 60),
			   (long long)(left % 60));
	else
		str_format(text, 48, "%lld s", (long long)left);
}

static void draw_bar(struct progress_view *s, const struct rollout *r, const struct counters *t,
		     int64_t now)
{
	int64_t all = counters_total(t) + r->waiting, ended = counters_total(t) - counters_open(t);
	int filled = all > 0 ? (int)(ended * BAR / all) : BAR;
	char line[512], bar[BAR + 1], eta[48] = "-";
	double speed;

	sample(s, ended, now);
	speed = rate(s, ended, now);
	if (speed > 0)
		format_eta(eta, (double)(all - ended) / speed);
	memset(bar, '#', (size_t)filled);
	memset(bar + filled, '.', (size_t)(BAR - filled));
	bar[BAR] = '\0';
	str_format(line, sizeof line, "%s [%s] %lld/%lld  %.1f/s  ETA %s", s->job, bar,
		   (long long)ended, (long long)all, speed, eta);
	draw_line(s, line);
}

static void draw_counts(struct progress_view *s, const struct rollout *r, const struct counters *t)
{
	char line[512] = " ";
	size_t len = 1;

	if (r->waiting)
		len += (size_t)snprintf(line + len, sizeof line - len, " %lld waiting",
					(long long)r->waiting);
	for (enum execution_status st = 0; st < EXECUTION_STATUS_COUNT; st++)
		if (t->count[st])
			len += (size_t)snprintf(line + len, sizeof line - len, "%s %lld %s",
						len > 1 ? "," : "", (long long)t->count[st],
						execution_status_name(st));
	draw_line(s, line);
}

static enum status take_failure(void *arg, const struct execution_failure *f)
{
	struct progress_view *s = arg;
	char *line = s->failures[s->failure_count++];

	snprintf(line, sizeof s->failures[0], "  %s %s  %s", f->status, f->thing, f->reason);
	printable_clean(line);
	return GR_OK;
}

/* Only when there are new ones, so that watching costs the registry nothing. */
static enum status read_failures(struct progress_view *s, struct db *db, const struct counters *t)
{
	int64_t seen = t->ever[EXECUTION_FAILED] + t->ever[EXECUTION_TIMED_OUT] +
	    t->ever[EXECUTION_REJECTED];

	if (seen == s->failures_seen)
		return GR_OK;
	s->failures_seen = seen;
	s->failure_count = 0;
	return execution_list_failures(db, s->job, PROGRESS_VIEW_FAILURES, take_failure, s);
}

enum status progress_view_draw(struct progress_view *s, struct db *db, const struct rollout *r,
			       const struct counters *t, int64_t now)
{
	enum status st = read_failures(s, db, t);

	go_back(s);
	draw_bar(s, r, t, now);
	draw_counts(s, r, t);
	for (int i = 0; i < s->failure_count; i++)
		draw_line(s, s->failures[i]);
	fflush(stderr);
	return st;
}
