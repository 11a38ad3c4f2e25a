/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_file.c - the metrics of the registry, as text for Prometheus */
#include "daemon/metrics_file.h"
#include "clock.h"
#include "complain.h"
#include "file.h"
#include "printable.h"
#include "registry/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_head(void *out, const struct metric *metric)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
		metric->type);
}

/* Labels may come from file names, which may hold any byte. */
static void print_quoted(FILE *out, const char *text)
{
	bool harmless;

	putc('"', out);
	for (size_t n; *text; text += n) {
		n = printable_char(&harmless, text);
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		fwrite(harmless ? text : "?", 1, harmless ? n : 1, out);
	}
	putc('"', out);
}

static void print_value(void *obj, const struct metrics_value *value)
{
	FILE *out = obj;

	fputs(value->metric->name, out);
	if (value->metric->label) {
		fprintf(out, "{%s=", value->metric->label);
		print_quoted(out, value->label);
		putc('}', out);
	}
	fprintf(out, " %" PRId64 "\n", value->number);
}

static const struct metric latencies = { .name = "gr_stage_seconds",
					 .type = "histogram",
					 .help = "How long the stages of rotations took" };

static void print_latency(void *obj, const struct metrics_latency *latency)
{
	const char *name = latencies.name, *stage = latency->stage;
	FILE *out = obj;

	if (latency->le != INT64_MAX) {
		fprintf(out, "%s_bucket{stage=\"%s\",le=\"%g\"} %" PRId64 "\n", name, stage,
			(double)latency->le / 1000, latency->count);
		return;
	}
	fprintf(out, "%s_bucket{stage=\"%s\",le=\"+Inf\"} %" PRId64 "\n", name, stage,
		latency->count);
	fprintf(out, "%s_sum{stage=\"%s\"} %" PRId64 ".%03d\n", name, stage, latency->sum / 1000,
		(int)(latency->sum % 1000));
	fprintf(out, "%s_count{stage=\"%s\"} %" PRId64 "\n", name, stage, latency->count);
}

static enum status print_all(FILE *out, struct db *db, bool connected)
{
	static const struct metric own = {
		.name = "gr_broker_connected",
		.type = "gauge",
		.help = "1 while the daemon has its subscription at the broker"
	};
	enum status st = metrics_each(db, print_head, print_value, out);

	if (st == GR_OK) {
		print_head(out, &latencies);
		st = metrics_each_latency(db, print_latency, out);
	}
	print_head(out, &own);
	fprintf(out, "gr_broker_connected %d\n", connected);
	return st;
}

static enum status write_file(const char *path, struct db *db, bool connected)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	enum status st = out ? print_all(out, db, connected) : GR_FAIL;

	if (!out || fclose(out) != 0) {
		complain("%s: %s", path, strerror(errno));
		st = GR_FAIL;
	}
	if (st == GR_OK)
		st = file_replace(path, text, len, 0644);	/* the collector is another user */
	free(text);
	return st;
}

void metrics_file_run(struct metrics_file *file, struct db *db, bool connected)
{
	int64_t now = clock_boot_ms();

	if (!file->path || now < file->next)
		return;
	file->next = now + file->every_ms;
	(void)write_file(file->path, db, connected);
}
