/* SPDX-License-Identifier: Apache-2.0 */
/* template.c - job templates */
#include "gr-jobs/commands.h"
#include "gr-jobs/job_options.h"
#include "gr-jobs/rows.h"
#include "printable.h"
#include "registry/arn.h"
#include "registry/job_template.h"

#include <stdio.h>
#include <unistd.h>

static const struct arg_option options[] = {
	COMMAND_OPTIONS, JOB_OPTIONS_DOCUMENT, JOB_OPTIONS_OPTIONS, { 0 }
};

static enum status create(struct command *v, struct job_options *o)
{
	struct job_request q;
	enum status st = job_options_request(&q, o, JOB_OPTIONS_TEMPLATE,
					     v->count > 0 ? v->operands[0] : NULL);

	if (st != GR_OK || (st = db_begin(v->db)) != GR_OK ||
	    (st = template_create(v->db, &q, v->now)) != GR_OK || (st = db_commit(v->db)) != GR_OK)
		return st;
	if (v->json)
		return print_json(json_pack("{s:s+, s:s}", "jobTemplateArn",
					    ARN_PREFIX "jobtemplate/", q.id, "jobTemplateId",
					    q.id));
	return GR_OK;
}

int command_create_template(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-jobs create-template", "[-H DIR] [-j] -D TEXT [-d FILE] [-T MINUTES] [-r N] [-g GROWTH] [-a ABORT] [-R RETRIES] [-i FILE] [TEMPLATE]",
		"Keep a document and how to roll it out under a name.", options
	};
	struct job_options o = { 0 };
	struct command v = { 0 };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = command_option(&v, ch) ? GR_OK : job_options_option(&o, ch);
	if (st == GR_OK && argc == optind && !o.input)
		arg_usage(&spec);
	if (st == GR_OK && (st = command_open(&v, &spec, argc, argv, 0, 1)) == GR_OK)
		st = create(&v, &o);
	job_options_release(&o);
	return command_close(&v, st);
}

static json_t *template_json(const struct job_template *t)
{
	json_t *o = json_pack("{s:s, s:s+, s:s, s:s, s:I}", "jobTemplateId", t->id,
			      "jobTemplateArn", ARN_PREFIX "jobtemplate/", t->id, "description",
			      t->description, "document", t->document, "createdAt",
			      (json_int_t)(t->created / 1000));

	if (o)
		json_object_update(o, t->config);
	return o;
}

static enum status describe(struct command *v)
{
	struct job_template t = { 0 };
	const char *block;
	json_t *value;
	enum status st = template_need(&t, v->db, v->operands[0]);

	if (st != GR_OK)
		return st;
	if (v->json) {
		st = print_json(template_json(&t));
	} else {
		printf("job template %s\ndocument: ", t.id);
		printable_write(stdout, t.document, "\t\n");
		putchar('\n');
		printable_line("description: %s", t.description);
		json_object_foreach(t.config, block, value) {
			printf("%s: ", block);
			st = print_json(json_incref(value));
		}
	}
	template_release(&t);
	return st;
}

int command_describe_template(int argc, char *argv[])
{
	static const struct arg_spec spec = { "gr-jobs describe-template",
					      "[-H DIR] [-j] TEMPLATE", "Show a job template.",
					      command_options };

	return command_read(&spec, argc, argv, 1, 1, describe);
}

static enum status list(struct command *v)
{
	static const int widths[] = { 32, 20, 0 };
	struct rows rows;
	sqlite3_stmt *row;
	enum status st = db_query(&row, v->db,
				  "SELECT id, created, description FROM job_template ORDER BY id",
				  "");

	rows_begin(&rows, v, widths);
	for (; st == GR_OK; st = db_next(v->db, &row)) {
		char created[32];
		const char *const cells[] = { db_text(row, 0), created, db_text(row, 2), NULL };

		command_time(created, db_int(row, 1));
		if (v->json)
			rows_json(&rows,
				  json_pack("{s:s, s:I, s:s}", "jobTemplateId", cells[0],
					    "createdAt", (json_int_t)(db_int(row, 1) / 1000),
					    "description", cells[2]));
		else
			rows_text(&rows, cells);
	}
	rows_end(&rows);
	if (v->json)
		putchar('\n');
	return st == GR_NO ? GR_OK : st;
}

int command_list_templates(int argc, char *argv[])
{
	static const struct arg_spec spec = { "gr-jobs list-templates", "[-H DIR] [-j]",
					      "List job templates: id, created, description.",
					      command_options };

	return command_read(&spec, argc, argv, 0, 0, list);
}

static enum status delete(struct command *v)
{
	return template_delete(v->db, v->operands[0]);
}

int command_delete_template(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-jobs delete-template", "[-H DIR] TEMPLATE",
		"Delete a job template; jobs made from it stay as they are.", command_options
	};

	return command_change(&spec, argc, argv, 1, 1, delete);
}
