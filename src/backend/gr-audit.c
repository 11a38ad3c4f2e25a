/* SPDX-License-Identifier: Apache-2.0 */
/* gr-audit: which certificates need a rotation, or a look */
#include "base/progress.h"
#include "base/table.h"
#include "complain.h"
#include "gr-audit/remediation.h"
#include "registry/audit.h"
#include "registry/command.h"
#include "registry/job_template.h"
#include "secret.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY_MS = 86400000, DAYS_DEFAULT = 30, DAYS_MAX = 36500 };

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 'd', "days", "N",
	  "expiring: within so many days (default 30, or a third of its validity if that is "
	  "shorter)" },
	{ 'a', "age", "N", "old: registered more than so many days ago (default: not checked)" },
	{ 'c', "check", "CHECK", "make only this check; may be given several times" },
	{ 'r', "rotate", NULL, "make a job for the things whose faults a rotation corrects" },
	{ 'm', "template", "TEMPLATE", "job template for --rotate (default " JOB_TEMPLATE_ROTATION
	  " if there is one; '': none)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-audit", "[-H DIR] [-j] [-d N] [-a N] [-c CHECK ...] [-r [-m TEMPLATE]]",
	"Check every ACTIVE certificate and list what is wrong: check, thing, "
	"certificateId, detail. Exit status 1 if anything is.", options
};
static const struct table_column columns[] = {
	{ "CHECK", "check", TABLE_TEXT }, { "THING", "thingName", TABLE_TEXT },
	{ "CERTIFICATE", "certificateId", TABLE_TEXT }, { "DETAIL", "detail", TABLE_TEXT }, { 0 }
};

struct review {
	struct audit audit;
	struct table list;
	struct progress progress;
	int64_t count[AUDIT_CHECKS], all;
	struct remediation remediation;
	bool rotate;
};

static const char *some(const char *text)
{
	return text[0] ? text : NULL;
}

static enum status take_finding(void *arg, const struct audit_finding *f)
{
	const struct table_value row[] = { { .text = audit_name(f->check) },
					   { .text = some(f->thing) },
					   { .text = some(f->certificate) },
					   { .text = f->detail } };
	struct review *r = arg;

	if (r->list.person)
		progress_end(&r->progress);	/* the two may share a screen */
	table_row(&r->list, row);
	r->count[f->check]++;
	r->all++;
	return r->rotate && audit_is_mended_by_rotation(f->check) && f->thing[0]
	    ? remediation_add(&r->remediation, f->thing)
	    : GR_OK;
}

static void take_step(void *arg, int64_t certificates)
{
	progress_show(&((struct review *)arg)->progress, certificates);
}

/* For a person, below the table. */
static void print_sum(const struct review *r, int64_t certificates)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "%" PRId64 " certificate(s) looked at", certificates);
	for (enum audit_check c = 0; c < AUDIT_CHECKS; c++)
		if (r->count[c])
			fprintf(stderr, ", %" PRId64 " %s", r->count[c], audit_name(c));
	fputs(r->all ? "\n" : ", nothing found\n", stderr);
}

static enum status look(struct review *r, struct command *v, int64_t *certificates)
{
	int64_t size = 0;
	enum status st = audit_size(&size, v->db);

	if (st != GR_OK)
		return st;
	r->audit.now = v->now;
	r->audit.found = take_finding;
	r->audit.looked_at = take_step;
	r->audit.arg = r;
	if (v->json)
		fputs("{\"findings\":", stdout);
	table_start(&r->list, columns, v->json);
	r->list.part = true;
	progress_start(&r->progress, "certificates", size);
	st = audit_run(certificates, &r->audit, v->db);
	progress_end(&r->progress);
	table_end(&r->list);
	return st;
}

/* What became of the findings; standard output has the findings alone, for cut and awk. */
static void print_remediation(const struct remediation *r)
{
	if (r->job[0])
		complain("job %s: rotates %" PRId64 " thing(s)", r->job, r->reached);
	else
		complain("no job: nothing was found that one would mend and that no open job is "
			 "for already");
}

static void print_json_end(const struct remediation *r, int64_t certificates)
{
	printf(",\"certificates\":%" PRId64, certificates);
	if (r->job[0])
		printf(",\"job\":{\"jobId\":\"%s\",\"things\":%" PRId64 "}", r->job, r->reached);
	puts("}");
}

static enum status review(struct review *r, struct command *v)
{
	int64_t certificates = 0;
	enum status st = look(r, v, &certificates);

	if (st == GR_OK && r->rotate)
		st = remediation_order(&r->remediation, v->db, v->now);
	if (v->json)
		print_json_end(&r->remediation, certificates);
	if (st != GR_OK)
		return st == GR_NO ? GR_BAD : st;	/* 1 would say that all went well */
	fflush(stdout);
	print_sum(r, certificates);
	if (r->rotate && !v->json)
		print_remediation(&r->remediation);
	return r->all ? GR_NO : GR_OK;
}

static enum status take_check(unsigned *checks, const char *name)
{
	enum audit_check check = audit_find(name);

	if (check == AUDIT_CHECKS) {
		complain("--check: %s: no such check; expired, expiring, old, weak, shared-key, "
			 "not-attached or two-certificates",
			 name);
		return GR_BAD;
	}
	*checks |= 1u << check;
	return GR_OK;
}

int main(int argc, char *argv[])
{
	struct review r = { .audit = { .age_ms = INT64_MAX } };
	struct command v = { 0 };
	uint32_t days = 0, age = 0;
	enum status st = GR_OK;
	int ch;

	secret_guard();
	umask(077);
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'd': st = arg_range(&days, "--days", optarg, 1, DAYS_MAX); break;
		case 'a': st = arg_range(&age, "--age", optarg, 1, DAYS_MAX); break;
		case 'c': st = take_check(&r.audit.checks, optarg); break;
		case 'r': r.rotate = true; break;
		case 'm': r.remediation.template = optarg; break;
		default: command_option(&v, ch);
		}
	if (st != GR_OK)
		return st;
	if (r.remediation.template && !r.rotate)
		arg_usage(&spec);
	r.audit.expiring_ms = (int64_t)(days ? days : DAYS_DEFAULT) * DAY_MS;
	r.audit.a_third = !days;
	if (age)
		r.audit.age_ms = (int64_t)age * DAY_MS;
	if (!r.audit.checks)
		r.audit.checks = (1u << AUDIT_CHECKS) - 1;
	if ((st = command_open(&v, &spec, argc, argv, 0, 0)) == GR_OK)
		st = review(&r, &v);
	remediation_release(&r.remediation);
	return command_close(&v, st);
}
