/* lender.h - the session of gr-link, lent to the programs behind a Unix socket. */
#ifndef GR_LENDER_H
#define GR_LENDER_H

#include "frame.h"
#include "mqtt.h"

enum { LENDER_BORROWERS = 16, LENDER_FILTERS = 16 /* a borrower */, LENDER_SUBSCRIPTIONS = 32 };

/* One filter that the broker was asked for: kept, and shared by all who want it. */
struct subscription {
	char filter[TOPIC_MAX];	/* "" in an empty place */
	int mid;		/* the SUBSCRIBE that is not answered yet, or 0 */
};

/* What a borrower's request waits for; it has one at a time. */
enum errand { ERRAND_NONE, ERRAND_PUBLISH, ERRAND_SUBSCRIBE };
struct borrower {
	int fd;			/* -1: an empty place */
	struct frame_buffer in, out;
	char filter[LENDER_FILTERS][TOPIC_MAX];
	size_t filters;
	enum errand errand;
	int mid;		/* of the publish */
	const struct subscription *subscription;
};

struct lender {
	struct mqtt *mqtt;
	struct inbox *inbox;	/* the session's */
	int listener;
	struct subscription subscription[LENDER_SUBSCRIPTIONS];
	struct borrower borrower[LENDER_BORROWERS];
};

void lender_init(struct lender *lender, struct mqtt *mqtt, struct inbox *inbox, int listener);
/* Lends until standard input ends: GR_OK. GR_FAIL, one line: the connection is gone. */
enum status lender_run(struct lender *lender);
void lender_release(struct lender *lender);	/* closes the borrowers' sockets */

#endif
