/* SPDX-License-Identifier: Apache-2.0 */
/* revocation.c - revokes certificates, and numbers CRLs */
#include "registry/revocation.h"
#include "cert.h"
#include "complain.h"

#include <string.h>

int revocation_reason(const char *name)
{
	static const struct { const char *name; int number; } reasons[] = {
		{ "unspecified", 0 }, { "keyCompromise", 1 }, { "affiliationChanged", 3 },
		{ "superseded", 4 },
		{ "cessationOfOperation", 5 }, { "privilegeWithdrawn", 9 }
	};

	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (strcmp(reasons[i].name, name) == 0)
			return reasons[i].number;
	return -1;
}

static enum status read_serial(char **serial, const char *pem, const char *certificate)
{
	struct cert cert;
	BIGNUM *number;

	if (cert_from_pem(&cert, pem, strlen(pem), certificate) != GR_OK)
		return GR_FAIL;
	number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert.x509), NULL);
	*serial = number ? BN_bn2hex(number) : NULL;
	BN_free(number);
	cert_release(&cert);
	if (*serial)
		return GR_OK;
	complain("%s: its serial number cannot be read: %s", certificate, complain_openssl());
	return GR_FAIL;
}

enum status revocation_add(struct db *db, const char *certificate, const char *reason, int64_t now)
{
	char *serial = NULL;
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT pem FROM certificate WHERE id = ?", "s",
				  certificate);

	if (st == GR_NO)
		complain("%s: no such certificate", certificate);
	if (st != GR_OK)
		return st;
	st = read_serial(&serial, db_text(row, 0), certificate);
	db_done(row);
	if (st == GR_OK)
		st = db_run(
		    db,
		    "INSERT INTO revoked (certificate, thing, serial, authority, reason, "
		    "not_after, revoked)"
		    " SELECT c.id, coalesce(p.thing, ''), ?2, c.authority, ?3, c.not_after, ?4"
		    " FROM certificate c LEFT JOIN principal p ON p.certificate = c.id WHERE c.id "
		    "= ?1 ON CONFLICT DO NOTHING",
		    "sssi", certificate, serial, reason, now);
	OPENSSL_free(serial);
	return st == GR_OK ? db_run(db, "UPDATE certificate SET status = 'REVOKED' WHERE id = ?",
				    "s", certificate)
			   : st;
}

enum status revocation_crl_number(int64_t *number, struct db *db, const char *authority,
				  int64_t now)
{
	enum status st =
	    db_run(db,
		   "INSERT INTO crl (authority, number) VALUES (?1, ?2)"
		   " ON CONFLICT (authority) DO UPDATE SET number = max(number + 1, ?2)",
		   "si", authority, now / 1000);

	return st == GR_OK
	    ? db_number(number, db, "SELECT number FROM crl WHERE authority = ?", "s", authority)
	    : st;
}

enum status revocation_each(struct db *db, const char *authority, int64_t since,
			    enum status (*each)(void *obj, const struct revocation *revocation),
			    void *obj)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT serial, revoked, reason FROM revoked WHERE authority = ? AND not_after >= ?",
	    "si", authority, since);

	while (st == GR_OK) {
		const struct revocation r = { db_text(row, 0), db_int(row, 1),
					      revocation_reason(db_text(row, 2)) };

		if ((st = each(obj, &r)) == GR_OK)
			st = db_next(db, &row);
	}
	db_done(row);
	return st == GR_NO ? GR_OK : st;
}
