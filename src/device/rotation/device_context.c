/* SPDX-License-Identifier: Apache-2.0 */
/* device_context.c - configuration, lock, store and journal together */
#include "rotation/device_context.h"
#include "complain.h"
#include "config/gr_config.h"
#include "out.h"
#include "rotation/owed_restart.h"

#include <getopt.h>

enum status device_context_option(struct device_context *context, int ch, const char *value)
{
	enum status st;

	if (ch != 'g')
		return conf_option(&context->conf, ch, value);
	if ((st = arg_u32(&context->generation, "-g", value)) != GR_OK)
		return st;
	if (context->generation > 0 && context->generation < 100000000)
		return GR_OK;
	complain("-g: %s: not a generation; they go from 1 to 99999999", value);
	return GR_BAD;
}

enum status device_context_options(struct device_context *context, const struct arg_spec *spec,
				   int argc, char *argv[])
{
	enum status st;
	int ch;

	while ((ch = arg_next(spec, argc, argv)) != -1)
		if ((st = device_context_option(context, ch, optarg)) != GR_OK)
			return st;
	return GR_OK;
}

enum status device_context_open(struct device_context *context, unsigned flags)
{
	enum status st;

	if ((st = gr_config_load(&context->conf)) != GR_OK)
		return st;
	/* The lock first: it lies in our own directory, and the store then changes who we are. */
	if (flags & DEVICE_CONTEXT_LOCK) {
		st = lock_take(&context->lock, &context->conf);
		if (st != GR_OK)
			return st;
	}
	context->opened = true;
	if ((st = store_open(&context->store, &context->conf)) != GR_OK)
		return st;
	if (flags & DEVICE_CONTEXT_STORE && (st = store_need(&context->store)) != GR_OK)
		return st;
	st = journal_read(&context->journal, &context->store);
	if (st == GR_NO && (!context->journal.damaged || flags & DEVICE_CONTEXT_DAMAGED))
		return GR_OK;
	return st;
}

int device_context_close(struct device_context *context, enum status st)
{
	enum status out = out_close();

	if (context->opened)
		store_close(&context->store);
	lock_release(&context->lock);
	conf_release(&context->conf);
	return out != GR_OK && (st == GR_OK || st == GR_NO) ? out : st;
}

int device_context_run(const struct arg_spec *spec, int argc, char *argv[], unsigned flags,
		       enum status (*work)(struct device_context *context))
{
	struct device_context context = DEVICE_CONTEXT_CLOSED;
	enum status st;

	st = device_context_options(&context, spec, argc, argv);
	if (st == GR_OK && argc > optind)
		arg_usage(spec);
	if (st == GR_OK)
		st = device_context_open(&context, flags);
	if (st == GR_OK)
		st = work(&context);
	return device_context_close(&context, st);
}

enum status device_context_generation(uint32_t *generation, const struct device_context *context,
				      enum journal_key key)
{
	uint64_t n = context->generation;

	if (n == 0)
		n = journal_number(&context->journal, key);

	if (n > 0 && n < 100000000) {
		*generation = (uint32_t)n;
		return GR_OK;
	}
	complain("which generation? The journal has no %s; give -g N", journal_name(key));
	return GR_BAD;
}

enum status device_context_owe_restart(struct device_context *context, uint32_t generation)
{
	if (conf_text(&context->conf, CONF_RESTART_HOOK)[0] == '\0')
		return GR_OK;
	return owed_restart_note(&context->journal, generation);
}
