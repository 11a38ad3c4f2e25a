/* SPDX-License-Identifier: Apache-2.0 */
/* template.c - job templates */
#include "base/table.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/job_options.h"
#include "printable.h"
#include "registry/arn.h"
#include "registry/command.h"
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

	if (st == GR_OK)
		st = db_begin(v->db);
	if (st == GR_OK)
		st = job_template_create(v->db, &q, v->now);
	if (st == GR_OK)
		st = db_commit(v->db);
	if (st != GR_OK)
		return st;
	return command_answer(v, json_pack("{s:s+, s:s}", "jobTemplateArn",
					   ARN_PREFIX "jobtemplate/", q.id, "jobTemplateId",
					   q.id));
}

int command_create_template(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-jobs create-template",
		"[-H DIR] [-j] -D TEXT [-d FILE] [-T MINUTES] [-r N] [-g GROWTH] [-a ABORT]"
		" [-R RETRIES] [-i FILE] [TEMPLATE]",
		"Save a job document and its rollout settings under a name.", options
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
	if (st == GR_OK)
		st = command_open(&v, &spec, argc, argv, 0, 1);
	if (st == GR_OK)
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
	enum status st = job_template_need(&t, v->db, v->operands[0]);

	if (st != GR_OK)
		return st;
	if (v->json) {
		st = command_print_json(template_json(&t));
	} else {
		printf("job template %s\ndocument: ", t.id);
		printable_write(stdout, t.document, "\t\n");
		putchar('\n');
		printable_line("description: %s", t.description);
		json_object_foreach(t.config, block, value) {
			printf("%s: ", block);
			st = command_print_json(json_incref(value));
		}
	}
	job_template_release(&t);
	return st;
}

int command_describe_template(int argc, char *argv[])
{
	static const struct arg_spec spec = { "gr-jobs describe-template",
					      "[-H DIR] [-j] TEMPLATE", "Show a job template.",
					      command_options };

	return command_read(&spec, argc, argv, 1, 1, describe);
}

static enum status print(void *arg, const struct job_template_row *t)
{
	struct table *table = arg;
	const struct table_value values[] = { { .text = t->id },
					      { .number = t->created },
					      { .text = t->description } };

	if (table->json)
		table_object(table, json_pack("{s:s, s:I, s:s}", "jobTemplateId", t->id,
					      "createdAt", (json_int_t)(t->created / 1000),
					      "description", t->description));
	else
		table_row(table, values);
	return GR_OK;
}

static enum status list(struct command *v)
{
	static const struct table_column columns[] = { { "TEMPLATE", NULL, TABLE_TEXT },
						       { "CREATED", NULL, TABLE_TIME },
						       { "DESCRIPTION", NULL, TABLE_BLANK },
						       { 0 } };
	struct table table;
	enum status st;

	table_start(&table, columns, v->json);
	st = job_template_list(v->db, print, &table);
	table_end(&table);
	return st;
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
	return job_template_delete(v->db, v->operands[0]);
}

int command_delete_template(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-jobs delete-template", "[-H DIR] TEMPLATE",
		"Delete a job template; jobs made from it stay as they are.", command_options
	};

	return command_change(&spec, argc, argv, 1, 1, delete);
}
