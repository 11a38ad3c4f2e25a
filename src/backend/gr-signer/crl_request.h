/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crl_request.h - a CRL, made from what a peer of gr-signer sends entry by entry. See requests.h.
 */
#ifndef GR_SIGNER_CRL_REQUEST_H
#define GR_SIGNER_CRL_REQUEST_H

#include "gr-signer/requests.h"

enum status crl_request_begin(struct requests_crl *crl, const struct home *home,
			      struct wire *wire);
enum status crl_request_add(struct requests_crl *crl, struct wire *wire);
/* The next piece, in the place of the question; the first question signs. */
enum status crl_request_piece(struct requests_crl *crl, struct wire *wire);

#endif
