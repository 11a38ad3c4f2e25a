/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_chain.c - the chain of a ledger's lines */
#define _GNU_SOURCE	/* memmem, memrchr */
#include "issuer/ledger_chain.h"
#include "complain.h"
#include "str.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WINDOW = 65536, LINE_MAX_SIZE = 1 << 20, HEX = LEDGER_HASH - 1 };

static enum status fail(const char *path)
{
	complain("%s: %s", path, strerror(errno));
	return GR_FAIL;
}

bool ledger_chain_is_whole(const char *line, size_t len)
{
	return len > 1 && line[0] == '{' && line[len - 1] == '}';
}

bool ledger_chain_previous(char hex[static LEDGER_HASH], const char *line, size_t len)
{
	static const char member[] = ",\"previous\":\"";
	const char *at = line + len - LEDGER_CHAIN_LINK - 1;

	if (len <= LEDGER_CHAIN_LINK + 1 || memcmp(line + len - 2, "\"}", 2) != 0 ||
	    memcmp(at, member, sizeof member - 1) != 0)
		return false;
	str_format(hex, LEDGER_HASH, "%.*s", HEX, at + sizeof member - 1);
	return str_is_certificate_id(hex); /* the same form */
}

enum status ledger_chain_hash(char hex[static LEDGER_HASH], const char *line, size_t len)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(line, len, md, &n, EVP_sha256(), NULL) != 1) {
		complain("ledger: a line cannot be hashed: %s", complain_openssl());
		return GR_FAIL;
	}
	str_hex(hex, md, n);
	return GR_OK;
}

int64_t ledger_chain_time(const char *line, size_t len)
{
	static const char member[] = "\"at\":";
	const char *at = memmem(line, len, member, sizeof member - 1), *end = line + len;
	int64_t time = 0;

	if (!at)
		return 0;
	for (at += sizeof member - 1; at < end && *at >= '0' && *at <= '9'; at++) {
		if (time > INT64_MAX / 10 - 1)
			return 0;
		time = 10 * time + (*at - '0');
	}
	return time;
}

/*
 * The last whole line of the window, which begins at offset from. GR_NO: there is none, or it may
 * begin before the window.
 */
static enum status search(struct ledger_tail *tail, const char *window, size_t len, off_t from)
{
	while (len > 0) {
		const char *newline = memrchr(window, '\n', len);
		const char *line = newline ? newline + 1 : window;
		size_t size = (size_t)(window + len - line);

		if (!newline && from > 0)
			return GR_NO;
		if (ledger_chain_is_whole(line, size)) {
			tail->end = from + (off_t)len;
			tail->at = ledger_chain_time(line, size);
			return ledger_chain_hash(tail->hash, line, size);
		}
		len = newline ? (size_t)(newline - window) : 0;
	}
	return GR_NO;
}

/* Reads the last len of the first size bytes, and searches them. */
static enum status search_last(struct ledger_tail *tail, int fd, off_t size, size_t len,
			       const char *path)
{
	off_t from = size - (off_t)len;
	char *window = malloc(len);
	enum status st = GR_FAIL;

	if (!window)
		complain("out of memory");
	else if (pread(fd, window, len, from) != (ssize_t)len)
		st = fail(path);
	else
		st = search(tail, window, len, from);
	free(window);
	return st;
}

enum status ledger_chain_tail(struct ledger_tail *tail, int fd, off_t size, const char *path)
{
	enum status st = GR_NO;
	off_t len = WINDOW;

	*tail = (struct ledger_tail){ .hash = LEDGER_CHAIN_START };
	while (st == GR_NO && size > 0) {
		if (len > size)
			len = size;
		st = search_last(tail, fd, size, (size_t)len, path);
		if (len == size)
			break;
		len *= 2;
	}
	return st == GR_NO ? GR_OK : st;
}

static enum status each_line(FILE *file, char *text, off_t from, const char *path,
			     enum status (*each)(void *, const struct ledger_line *), void *arg)
{
	struct ledger_line line = { .text = text, .end = from };
	enum status st = GR_OK;

	/* A byte that is NUL ends what is seen of a line; ftello tells where it really ends. */
	while (st == GR_OK && fgets(text, LINE_MAX_SIZE, file)) {
		line.len = strlen(text);
		line.end = ftello(file);
		line.number++;
		line.complete = line.len > 0 && text[line.len - 1] == '\n';
		line.len -= line.complete;
		st = each(arg, &line);
	}
	return st == GR_OK && ferror(file) ? fail(path) : st;
}

enum status ledger_chain_each(const char *path, off_t from,
			      enum status (*each)(void *, const struct ledger_line *), void *arg)
{
	FILE *file = fopen(path, "re");
	char *text = malloc(LINE_MAX_SIZE);
	enum status st = GR_FAIL;

	if (!file || !text || fseeko(file, from, SEEK_SET) != 0)
		st = fail(path);
	else
		st = each_line(file, text, from, path, each, arg);
	if (file)
		fclose(file);
	free(text);
	return st;
}

struct sought {
	const char *hash;
	bool continued;		/* a line that continues it is as good */
	bool found;
};

/* GR_NO: it is this one, the others need not be looked at. */
static enum status look_at(void *arg, const struct ledger_line *line)
{
	struct sought *sought = arg;
	char hex[LEDGER_HASH];
	enum status st;

	if (!ledger_chain_is_whole(line->text, line->len))
		return GR_OK;
	if (sought->continued && ledger_chain_previous(hex, line->text, line->len) &&
	    strcmp(hex, sought->hash) == 0)
		sought->found = true;
	st = ledger_chain_hash(hex, line->text, line->len);
	if (st == GR_OK && strcmp(hex, sought->hash) == 0)
		sought->found = true;
	return st == GR_OK && sought->found ? GR_NO : st;
}

static enum status seek(struct sought *sought, const char *path)
{
	enum status st = ledger_chain_each(path, 0, look_at, sought);

	if (st != GR_OK && st != GR_NO)
		return st;
	return sought->found ? GR_OK : GR_NO;
}

enum status ledger_chain_has(const char *path, const char *hash)
{
	return seek(&(struct sought){ .hash = hash }, path);
}

enum status ledger_chain_knows(const char *path, const char *hash)
{
	return seek(&(struct sought){ .hash = hash, .continued = true }, path);
}
