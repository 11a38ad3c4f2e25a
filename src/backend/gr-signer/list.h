/* SPDX-License-Identifier: Apache-2.0 */
/* list.h - a CRL, made from what a peer of gr-signer sends entry by entry. See office.h. */
#ifndef GR_LIST_CRL_H
#define GR_LIST_CRL_H

#include "gr-signer/office.h"

enum status list_begin(struct office_crl *crl, const struct home *home, struct wire *wire);
enum status list_add(struct office_crl *crl, struct wire *wire);
/* The next piece, in the place of the question; the first question signs. */
enum status list_piece(struct office_crl *crl, struct wire *wire);

#endif
