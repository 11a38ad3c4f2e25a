/* SPDX-License-Identifier: Apache-2.0 */
/* audit_keys.c - one key that is certified for two things */
#include "registry/audit_keys.h"
#include "complain.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum status audit_keys_add(struct audit_keys *k, const char *spki, int64_t row)
{
	size_t size = k->size ? 2 * k->size : 1024;
	unsigned char hash[32] = { 0 };
	struct audit_key *more;

	if (k->count == k->size) {
		if (!(more = realloc(k->seen, size * sizeof *more))) {
			complain("audit: out of memory");
			return GR_FAIL;
		}
		k->seen = more;
		k->size = size;
	}
	/*
	 * A row written by hand may have anything there; then it is compared with its own like
	 * alone.
	 */
	if (str_unhex(hash, sizeof hash, spki) < 16)
		str_copy((char *)hash, sizeof hash, spki);
	memcpy(k->seen[k->count].head, hash, sizeof k->seen->head);
	k->seen[k->count++].row = row;
	return GR_OK;
}

static int compare(const void *a, const void *b)
{
	const struct audit_key *x = a, *y = b;

	for (int i = 0; i < 2; i++)
		if (x->head[i] != y->head[i])
			return x->head[i] < y->head[i] ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

struct holder {
	char certificate[65], thing[129];
};

static enum status read_holder(struct holder *h, struct db *db, int64_t certificate)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT c.id, p.thing FROM certificate c JOIN principal p ON "
				  "p.certificate = c.id WHERE c.rowid = ?",
				  "i", certificate);

	*h = (struct holder){ 0 };	/* detached or deleted since it was seen */
	if (st == GR_OK) {
		str_copy(h->certificate, sizeof h->certificate, db_text(row, 0));
		str_copy(h->thing, sizeof h->thing, db_text(row, 1));
		db_done(row);
	}
	return st == GR_FAIL ? st : GR_OK;
}

static enum status report(const struct audit *a, const struct holder *h,
			  const struct holder *other)
{
	char detail[256];
	const struct audit_finding finding = { AUDIT_SHARED, h->thing, h->certificate, detail };

	str_format(detail, sizeof detail, "has the key of certificate %s of thing %s",
		   other->certificate, other->thing);
	return a->found(a->arg, &finding);
}

/*
 * Certificates of one key: each that is another thing's than the first one's, and then the first.
 */
static enum status check_run(const struct audit *a, struct db *db, const struct audit_key *run,
			     size_t count)
{
	struct holder first, other = { 0 }, h;
	enum status st = read_holder(&first, db, run[0].row);

	for (size_t i = 1; st == GR_OK && i < count; i++) {
		if ((st = read_holder(&h, db, run[i].row)) != GR_OK ||
		    strcmp(h.thing, first.thing) == 0)
			continue;
		other = h;
		st = report(a, &h, &first);
	}
	return st == GR_OK && other.thing[0] ? report(a, &first, &other) : st;
}

enum status audit_keys_check(struct audit_keys *k, const struct audit *a, struct db *db)
{
	enum status st = GR_OK;

	if (k->count > 0)
		qsort(k->seen, k->count, sizeof *k->seen, compare);
	for (size_t i = 0, n; st == GR_OK && i < k->count; i += n) {
		for (n = 1; i + n < k->count &&
		     memcmp(k->seen[i].head, k->seen[i + n].head, sizeof k->seen->head) == 0;
		     n++)
			;
		if (n > 1)
			st = check_run(a, db, k->seen + i, n);
	}
	return st;
}

void audit_keys_release(struct audit_keys *k)
{
	free(k->seen);
	*k = (struct audit_keys){ 0 };
}
