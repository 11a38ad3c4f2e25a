/* SPDX-License-Identifier: Apache-2.0 */
/* classic.c - reads the classic nucleus's transaction log, its snapshot and its default files */
#include "config/greengrass/classic.h"
#include "complain.h"
#include "config/greengrass/transaction_log.h"
#include "config/greengrass/tree.h"
#include "config/greengrass/yaml.h"
#include "str.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_SERVICE "aws.greengrass.Nucleus"
#define PROVIDER "aws.greengrass.crypto.Pkcs11Provider"

/* What one file says of the nucleus's configuration: the transaction log or the snapshot. */
struct record {
	struct tree tree;
	char path[PATH_MAX + 64];
	bool there;	/* the file was read */
};

enum { LOG, SNAPSHOT, RECORDS };

/* NULL between other names stands for the name of the nucleus's service. */
static const char *const keys[NUCLEUS_COUNT][TREE_DEPTH] = {
	[NUCLEUS_THING_NAME]            = { "system", "thingName" },
	[NUCLEUS_PRIVATE_KEY_PATH]      = { "system", "privateKeyPath" },
	[NUCLEUS_CERTIFICATE_FILE_PATH] = { "system", "certificateFilePath" },
	[NUCLEUS_ROOT_CA_PATH]          = { "system", "rootCaPath" },
	[NUCLEUS_IOT_DATA_ENDPOINT]     = { "services", NULL, "configuration", "iotDataEndpoint" },
	[NUCLEUS_IOT_DATA_PORT]         = { "services", NULL, "configuration", "mqtt", "port" },
	[NUCLEUS_PKCS11_MODULE]         = { "services", PROVIDER, "configuration", "library" },
	[NUCLEUS_PKCS11_SLOT]           = { "services", PROVIDER, "configuration", "slot" },
	[NUCLEUS_PIN]                   = { "services", PROVIDER, "configuration", "userPin" },
};

static const char *const default_name[NUCLEUS_COUNT] = {
	[NUCLEUS_PRIVATE_KEY_PATH]      = "privKey.key",
	[NUCLEUS_CERTIFICATE_FILE_PATH] = "thingCert.crt",
	[NUCLEUS_ROOT_CA_PATH]          = "rootCA.pem",
};

static void name_file(struct record *record, const struct nucleus *nucleus, const char *name)
{
	/* fits: root is a PATH_MAX */
	str_format(record->path, sizeof record->path, "%s/config/%s", nucleus->root, name);
}

/*
 * Reads the first file that is a transaction log, in the nucleus's own order
 * (KernelLifecycle.java, initConfigAndTlog). GR_NO: there is none; log->path is then the main log,
 * and *bad the first line in it that is not a line of a log, or 0 if there is no main log.
 */
static enum status read_log(struct record *log, unsigned long *bad, const struct nucleus *nucleus)
{
	/*
	 * A running nucleus renames config.tlog to config.tlog.old for a moment. It may do so
	 * after the first name was tried, so that name is tried again after the second.
	 */
	static const char *const mains[] = { "config.tlog.old", "config.tlog", "config.tlog.old" };
	static const char *const backups[] = { "config.tlog~", "bootstrap.tlog",
					       "bootstrap.tlog~" };
	char first[sizeof log->path];
	unsigned long ignored;
	enum status st = GR_NO;

	*bad = 0;
	for (size_t i = 0; i < 3 && st == GR_NO && *bad == 0; i++) {
		name_file(log, nucleus, mains[i]);
		st = transaction_log_read(&log->tree, bad, log->path);
	}
	strcpy(first, log->path);
	for (size_t i = 0; i < 3 && st == GR_NO; i++) {
		name_file(log, nucleus, backups[i]);
		st = transaction_log_read(&log->tree, &ignored, log->path);
	}
	if (st == GR_NO)
		strcpy(log->path, first);
	log->there = st == GR_OK;
	return st;
}

static enum status read_snapshot(struct record *snapshot, const struct nucleus *nucleus)
{
	enum status st;

	name_file(snapshot, nucleus, "effectiveConfig.yaml");
	st = yaml_read(&snapshot->tree, snapshot->path);
	snapshot->there = st == GR_OK;
	return st == GR_NO ? GR_OK : st;
}

static const char *nucleus_service(const struct record records[static RECORDS])
{
	const char *name = tree_nucleus(&records[LOG].tree);

	if (!name)
		name = tree_nucleus(&records[SNAPSHOT].tree);
	return name ? name : DEFAULT_SERVICE;
}

static struct tree_node *node_of(const struct record *record, enum nucleus_item item,
				 const char *service)
{
	const char *path[TREE_DEPTH];
	size_t depth = 0;

	for (; depth < TREE_DEPTH && (keys[item][depth] || depth == 1); depth++)
		path[depth] = keys[item][depth] ? keys[item][depth] : service;
	return tree_find(&record->tree.root, path, depth);
}

/*
 * Replaces ~root/ and ~config/ as the nucleus does (NucleusPaths.java, deTilde). to is "" where
 * text begins with neither, or the path is too long.
 */
static void expand(char to[static PATH_MAX], const struct nucleus *nucleus, const char *text)
{
	bool fits;

	if (strncmp(text, "~root/", 6) == 0)
		fits = str_format(to, PATH_MAX, "%s/%s", nucleus->root, text + 6);
	else if (strncmp(text, "~config/", 8) == 0)
		fits = str_format(to, PATH_MAX, "%s/config/%s", nucleus->root, text + 8);
	else
		fits = false;
	if (!fits)
		str_copy(to, PATH_MAX, "");
}

static enum status take_node(struct nucleus *nucleus, enum nucleus_item item,
			     const struct record *record, const struct tree_node *node)
{
	char source[sizeof record->path + 32], path[PATH_MAX];

	str_format(source, sizeof source, "%s:%lu", record->path, node->line);
	expand(path, nucleus, node->text);
	return nucleus_take(nucleus, item, path[0] ? path : node->text, source, node->modtime);
}

/*
 * Takes the item from the log, else from the snapshot. *gone: the log says that it was removed;
 * the older snapshot is then not asked, because it may still have the removed value.
 */
static enum status take_item(struct nucleus *nucleus, enum nucleus_item item,
			     const struct record records[static RECORDS], bool *gone)
{
	const char *service = nucleus_service(records);

	for (size_t i = 0; i < RECORDS; i++) {
		const struct tree_node *node = node_of(&records[i], item, service);

		if (node && node->text && node->text[0] != '\0')
			return take_node(nucleus, item, &records[i], node);
		*gone = node && node->state == TREE_REMOVED;
		if (*gone)
			break;
	}
	return GR_OK;
}

static enum status take_default(struct nucleus *nucleus, enum nucleus_item item)
{
	char path[PATH_MAX + 64];

	str_format(path, sizeof path, "%s/%s", nucleus->root, default_name[item]);
	return access(path, F_OK) == 0
	    ? nucleus_take(nucleus, item, path, "the installer's file name", 0)
	    : GR_OK;
}

/*
 * Takes the installer's default files for what is not configured. The key and the certificate are
 * taken only together: where one of them is configured, the default for the other would not be its
 * match.
 */
static enum status take_defaults(struct nucleus *nucleus, const bool gone[static NUCLEUS_COUNT])
{
	const enum nucleus_item key = NUCLEUS_PRIVATE_KEY_PATH,
				certificate = NUCLEUS_CERTIFICATE_FILE_PATH,
				ca = NUCLEUS_ROOT_CA_PATH;
	enum status st = GR_OK;

	if (!nucleus->value[key] && !nucleus->value[certificate] && !gone[key] &&
	    !gone[certificate] && (st = take_default(nucleus, key)) == GR_OK)
		st = take_default(nucleus, certificate);
	if (st == GR_OK && !nucleus->value[ca] && !gone[ca])
		st = take_default(nucleus, ca);
	return st;
}

static enum status take_all(struct nucleus *nucleus, const struct record records[static RECORDS])
{
	bool gone[NUCLEUS_COUNT] = { false };
	enum status st = GR_OK;

	for (enum nucleus_item i = 0; i < NUCLEUS_COUNT && st == GR_OK; i++)
		st = take_item(nucleus, i, records, &gone[i]);
	return st == GR_OK ? take_defaults(nucleus, gone) : st;
}

/* Does the log alone say all that is needed, so that the older snapshot need not be read? */
static bool is_complete(const struct record *log)
{
	const char *service = tree_nucleus(&log->tree);

	for (enum nucleus_item i = 0; i < NUCLEUS_IOT_DATA_PORT; i++) {
		const struct tree_node *node = node_of(log, i,
						       service ? service : DEFAULT_SERVICE);

		if (!node ||
		    (node->state != TREE_REMOVED && (!node->text || node->text[0] == '\0')))
			return false;
	}
	return log->there;
}

/* Is there a config folder? Without it, files with the default names do not make a nucleus. */
static bool has_folder(const struct nucleus *nucleus)
{
	char path[PATH_MAX + 64];

	str_format(path, sizeof path, "%s/config", nucleus->root);
	return access(path, F_OK) == 0;
}

/* Reads the log and, if that is not enough, the snapshot. GR_NO, silent: no classic nucleus. */
static enum status read_records(struct record records[static RECORDS],
				const struct nucleus *nucleus)
{
	struct record *log = &records[LOG], *snapshot = &records[SNAPSHOT];
	unsigned long bad;
	enum status st;

	if ((st = read_log(log, &bad, nucleus)) != GR_OK && st != GR_NO)
		return st;
	if (!is_complete(log) && (st = read_snapshot(snapshot, nucleus)) != GR_OK)
		return st;
	if (log->there || snapshot->there)
		return GR_OK;
	if (bad == 0)
		return has_folder(nucleus) ? GR_OK : GR_NO;
	complain("%s:%lu: not a line of a transaction log, and there is no backup of it",
		 log->path, bad);
	return GR_BAD;
}

enum status classic_read(struct nucleus *nucleus)
{
	struct record records[RECORDS] = { 0 };
	enum status st;

	if ((st = read_records(records, nucleus)) == GR_OK) {
		for (size_t i = 0; i < RECORDS; i++)
			if (records[i].there)
				nucleus_note_file(nucleus, records[i].path);
		st = take_all(nucleus, records);
	}
	for (size_t i = 0; i < RECORDS; i++)
		tree_release(&records[i].tree);
	return st;
}
