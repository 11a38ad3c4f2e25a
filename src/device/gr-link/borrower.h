/* SPDX-License-Identifier: Apache-2.0 */
/* borrower.h - one program that borrows the session: its requests and what it is sent. */
#ifndef GR_BORROWER_H
#define GR_BORROWER_H

#include "lender.h"

void borrower_init(struct borrower *b, int fd, long pid);
/* Closes and empties the place. */
void borrower_drop(struct borrower *b);

/* What to poll for: a borrower with an open errand is not read. */
struct pollfd borrower_pollfd(const struct borrower *b);
/* Moves bytes and starts what they ask for. GR_FAIL, one line: the connection to the broker is gone. */
enum status borrower_serve(struct borrower *b, struct lender *lender, short revents);
/* Ends an open errand with DONE or, when why is not NULL, FAILED. */
void borrower_answer(struct borrower *b, enum status st, const char *why);
/* Passes the message on if it matches one of the filters; a borrower that lets too much pile up is dropped. */
void borrower_pass(struct borrower *b, const struct lender *lender, const struct message *message);

#endif
