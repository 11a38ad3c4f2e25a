/* SPDX-License-Identifier: Apache-2.0 */
/* response.c - the answer that brings a device its certificate */
#include "rotation/response.h"
#include "chain.h"
#include "issuer/authority.h"

#include <stdio.h>
#include <stdlib.h>

/* what Greengrass nucleus lite takes; what is larger it never sees */
enum { PACKET_MAX = 5000 };

/*
 * What stands between the certificate and the root, which whoever trusts it has already. Nothing
 * below a root.
 */
static enum status add_chain(json_t *body, const struct event *e, const char *authority)
{
	STACK_OF(X509) *chain;
	enum status st = authority_certificates(&chain, e->authorities, authority);
	char *pem = NULL;

	if (st != GR_OK)
		return GR_FAIL;
	if (sk_X509_num(chain) > 1 &&
	    (st = chain_pem(&pem, chain, sk_X509_num(chain) - 1)) == GR_OK)
		st = json_object_set_new(body, "certificateChain", json_string(pem)) == 0
		    ? GR_OK
		    : GR_FAIL;
	free(pem);
	chain_free(chain);
	return st;
}

/*
 * Without the chain that it asked for, the device would go on in the belief that nobody needs it.
 */
enum status response_answer(json_t **answer, char why[static RESPONSE_WHY], struct event *e,
			    const struct execution *x, const struct response *g)
{
	json_t *body = json_pack("{s:s, s:s, s:I, s:s}", "certificatePem", g->pem, "jobId", x->job,
				 "executionNumber", (json_int_t)x->number, "certificateId",
				 g->certificate);
	enum status st = GR_OK;
	size_t size;

	if (body && json_is_true(json_object_get(e->body, "certificateChain")) &&
	    (st = add_chain(body, e, g->authority)) == GR_OK &&
	    (size = event_packet_size(e, body)) > PACKET_MAX) {
		snprintf(why, RESPONSE_WHY,
			 "with the certificateChain the answer would be a packet of %zu bytes, "
			 "and devices take %d: "
			 "ask without it, or have the authority use EC keys",
			 size, PACKET_MAX);
		st = GR_NO;
	}
	if (st == GR_OK)
		*answer = body;	/* NULL, out of memory: event_accept says so */
	else
		json_decref(body);
	return st;
}
