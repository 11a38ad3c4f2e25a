/* SPDX-License-Identifier: Apache-2.0 */
/* handler_main.c - one handler as a program, for debugging and replay */
#include "rotation/handler_main.h"
#include "clock.h"
#include "complain.h"
#include "file.h"
#include "issuer/signer.h"
#include "json.h"
#include "out.h"
#include "registry/home.h"
#include "registry/registry.h"
#include "registry/settings.h"
#include "rotation/final_status.h"
#include "str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EVENT_MAX = 262144 };

const struct arg_option handler_main_options[] = { HOME_OPTION, { 0 } };

static enum status read_event(struct event *e, json_t **whole, enum topic_kind kind)
{
	char *text = NULL;
	size_t len = 0;
	enum status st = file_read(&text, &len, "-", EVENT_MAX);

	if (st != GR_OK)
		return st;
	*whole = json_object_parse(text, len);
	free(text);
	e->topic = *whole ? json_text(*whole, "topic") : NULL;
	e->principal = *whole ? json_text(*whole, "principal") : NULL;
	e->client = *whole ? json_text(*whole, "clientId") : NULL;
	e->body = *whole ? json_object_get(*whole, "payload") : NULL;
	json_drop_null(e->body);
	if (e->topic && e->principal && str_is_certificate_id(e->principal) && e->client &&
	    json_is_object(e->body) && topic_parse(&e->request, e->topic) &&
	    e->request.kind == kind)
		return GR_OK;
	complain("standard input: not an event {\"topic\",\"principal\",\"clientId\",\"payload\"} "
		 "with the topic of our request");
	return GR_BAD;
}

static enum status print_answer(const struct event *e)
{
	json_t *o = json_pack("{s:s, s:O}", "topic", e->answer_topic, "payload", e->answer);
	char *text = o ? json_compact(o) : NULL;

	json_decref(o);
	if (!text) {
		complain("no answer could be printed");
		return GR_FAIL;
	}
	puts(text);
	free(text);
	return GR_OK;
}

static enum status run(struct event *e, enum status (*handler)(struct event *))
{
	enum status st;

	if ((st = db_begin(e->db)) != GR_OK)
		return st;
	st = handler(e);
	if (st == GR_OK)
		st = signer_sync(e->signer);
	if (st == GR_OK)
		st = db_commit(e->db);
	if (st == GR_OK)
		st = print_answer(e);
	db_rollback(e->db);
	return st;
}

static bool was_refused(const struct event *e)
{
	size_t len = strlen(e->answer_topic);

	return len > 9 && strcmp(e->answer_topic + len - 9, "/rejected") == 0;
}

/* Opens what the handler needs besides the event, and runs it. */
static enum status answer(struct event *e, struct signer *signer,
			  const struct handler_main *single, const char *dir)
{
	struct settings settings;
	struct home home;
	enum status st;

	if ((st = home_find(&home, dir)) != GR_OK)
		return st;
	if ((st = home_enter(&home)) != GR_OK)
		return st;
	if ((st = signer_open(signer, &home)) != GR_OK)
		return st;
	if ((st = signer_can_issue(signer)) != GR_OK)
		return st;
	if ((st = registry_open(&e->db, home.registry, DB_OPEN)) != GR_OK)
		return st;
	if ((st = settings_read(&settings, e->db)) != GR_OK)
		return st;
	e->minute_ms = settings.minute_ms;
	e->signer = signer;
	e->authorities = home.ca;
	return run(e, single->handler);
}

int handler_main_main(const struct handler_main *single, int argc, char *argv[])
{
	struct event e = {
		.now = clock_real_ms(), .hold = true, .final_status = final_status_count
	};
	struct signer signer = { 0 };
	const char *dir = NULL;
	json_t *whole = NULL;
	enum status st, written;
	int ch;

	umask(077);
	while ((ch = arg_next(&single->spec, argc, argv)) != -1)
		dir = optarg;
	if (argc != optind)
		arg_usage(&single->spec);
	if ((st = read_event(&e, &whole, single->kind)) == GR_OK)
		st = answer(&e, &signer, single, dir);
	if (st == GR_OK && was_refused(&e))
		st = GR_NO;
	event_release(&e);
	json_decref(whole);
	signer_close(&signer);
	db_close(e.db);
	written = out_close();
	/* a refusal is an answer too */
	return (st == GR_OK || st == GR_NO) && written != GR_OK ? written : st;
}
