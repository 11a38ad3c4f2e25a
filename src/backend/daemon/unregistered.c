/* SPDX-License-Identifier: Apache-2.0 */
/* unregistered.c - a certificate that is not registered tried to connect */
#include "daemon/unregistered.h"
#include "complain.h"
#include "registry/adopting.h"
#include "registry/alarm.h"
#include "rotation/adoption.h"
#include "str.h"

#include <string.h>

static enum status warn(struct daemon *d, const char *thing, const char *certificate,
			const char *why, int64_t now)
{
	return alarm_raise(d->db, "unknown-certificate", thing, certificate, why, now);
}

enum status unregistered_refused(struct daemon *d, const char *certificate, int64_t now)
{
	return warn(d, "", certificate, "a certificate that is not registered tried to connect",
		    now);
}

static enum status adopt(struct daemon *d, const struct cert *cert, const char *thing,
			 int64_t now)
{
	enum status st = adoption_belongs(d->db, cert, thing);

	return st == GR_OK ? adoption_make(d->db, &d->signer, cert, thing, now) : st;
}

/* The line that tells why it is not taken in is the alarm's text; any other is logged. */
static enum status decide(struct daemon *d, const struct cert *cert, const char *thing,
			  int64_t now)
{
	char why[COMPLAIN_MAX] = "";
	enum status st;

	complain_capture(why, sizeof why);
	st = adopt(d, cert, thing, now);
	complain_capture(NULL, 0);
	if (st == GR_NO)
		return warn(d, str_is_thing(thing) ? thing : "", cert->id, why, now);
	if (st == GR_OK)
		complain("%s: certificate %s, which was not registered, is taken in", thing,
			 cert->id);
	else
		complain("%s", why);
	return st;
}

enum status unregistered_take_in(struct daemon *d, const char *certificate, const char *client,
				 const char *pem, int64_t now)
{
	struct cert cert = { 0 };
	char thing[129];
	enum status st = adopting_lasts(d->db);

	if (st != GR_OK)
		return st == GR_NO ? unregistered_refused(d, certificate, now) : st;
	st = cert_from_pem(&cert, pem, strlen(pem), client);
	if (st != GR_OK)
		return st;
	if (str_format(thing, sizeof thing, "%.*s", (int)strcspn(client, "#"), client))
		st = decide(d, &cert, thing, now);
	cert_release(&cert);
	return st;
}
