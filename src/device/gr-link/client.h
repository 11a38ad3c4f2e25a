/* SPDX-License-Identifier: Apache-2.0 */
/* client.h - one program that borrows the session: its requests and what it is sent. */
#ifndef GR_LINK_CLIENT_H
#define GR_LINK_CLIENT_H

#include "gr-link/agent.h"

void client_init(struct client *b, int fd, long pid);
/* Closes and empties the place. */
void client_drop(struct client *b);

/* What to poll for: a borrower with an open errand is not read. */
struct pollfd client_pollfd(const struct client *b);
/*
 * Moves bytes and starts what they ask for. GR_FAIL, one line: the connection to the broker is
 * gone.
 */
enum status client_serve(struct client *b, struct agent *lender, short revents);
/* Ends an open errand with DONE or, when why is not NULL, FAILED. */
void client_answer(struct client *b, enum status st, const char *why);
/*
 * Passes the message on if it matches one of the filters; a borrower that lets too much pile up is
 * dropped.
 */
void client_pass(struct client *b, const struct agent *lender, const struct message *message);

#endif
