/* SPDX-License-Identifier: Apache-2.0 */
/*
 * requests.h - the requests to gr-signer and their answers. No request is trusted, whoever sent
 * it: what it asks for is checked here against the issuing profile.
 */
#ifndef GR_SIGNER_REQUESTS_H
#define GR_SIGNER_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/wire.h"
#include "gr-signer/crl_request.h"
#include "gr-signer/ledger.h"
#include "issuer/issuer.h"
#include "registry/home.h"

struct requests {
	const struct home *home;
	struct issuer issuer;
	bool open;		/* issuer has been opened */
	bool behind;		/* the clock was behind the ledger when it was looked at last */
	bool logs;		/* also write the reason of each refusal to standard error */
	struct ledger ledger;
};

/* Opens nothing yet: issuer and ledger are opened by the first request that needs them. */
void requests_open(struct requests *requests, const struct home *home, bool logs);
void requests_close(struct requests *requests);
/*
 * Replaces the request in wire by its answer. crl is that of the peer that asks; now is in seconds
 * since the epoch.
 */
void requests_answer(struct requests *requests, struct crl_request *crl, struct wire *wire,
		     int64_t now);

#endif
