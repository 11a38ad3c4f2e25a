/* SPDX-License-Identifier: Apache-2.0 */
/* job_request.c - what is asked for when a job or a job template is made or changed */
#include "registry/job_request.h"
#include "complain.h"
#include "json.h"
#include "printable.h"
#include "registry/job_config.h"
#include "registry/settings.h"
#include "str.h"

#include <string.h>

/* AWS IoT Jobs uses these words where a job id would stand in a topic. */
static bool is_reserved(const char *id)
{
	static const char *const words[] = { "get", "start-next", "notify", "notify-next" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(id, words[i]) == 0)
			return true;
	return false;
}

static bool is_object(const char *text)
{
	json_t *object = text[0] && strlen(text) <= JOB_DOCUMENT_MAX
	    ? json_object_parse(text, strlen(text))
	    : NULL;

	json_decref(object);
	return object != NULL;
}

enum status job_request_check_texts(const char *what, const char *id, const char *document,
				    const char *description)
{
	if (!str_is_job(id) || is_reserved(id))
		complain("%s: not a %s id: 1 to 64 letters, digits, '_', '-'; not get, "
			 "start-next, notify, notify-next (InvalidRequest)",
			 id, what);
	else if (document && !is_object(document))
		complain("%s %s: the document is not a JSON object of at most %d bytes "
			 "(InvalidRequest)",
			 what, id, JOB_DOCUMENT_MAX);
	else if (strlen(description) > JOB_DESCRIPTION_MAX || !printable_is_text(description))
		complain("%s %s: the description is not UTF-8 without control characters, of at "
			 "most %d bytes (InvalidRequest)",
			 what, id, JOB_DESCRIPTION_MAX);
	else
		return GR_OK;
	return GR_BAD;
}

enum status job_request_check_config(struct db *db, const char *what, const char *id,
				     const json_t *blocks, int64_t now)
{
	char why[CONFIG_WHY_MAX];
	struct job_config config;
	struct settings limits;
	enum status st = settings_read(&limits, db);

	if (st != GR_OK)
		return st;
	if (job_config_read(&config, blocks, why) &&
	    job_config_check(&config, limits.ceiling, limits.minute_ms, now, why))
		return GR_OK;
	complain("%s %s: %s (InvalidRequest)", what, id, why);
	return GR_BAD;
}

json_t *job_request_blocks(const struct job_request *q, const json_t *under)
{
	json_t *blocks = job_config_merge(under, q->config);

	if (blocks && q->timeout_minutes)
		json_object_set_new(blocks, "timeoutConfig",
				    json_pack("{s:I}", "inProgressTimeoutInMinutes",
					      (json_int_t)q->timeout_minutes));
	if (!blocks)
		complain("job %s: out of memory", q->id);
	return blocks;
}
