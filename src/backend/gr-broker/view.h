/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.h - the registry as the broker sees it: read only, over a connection of its own.
 *
 * GR_FAIL from any function: the database cannot be read now; view_reason says why. After an
 * error that waiting does not mend the view is closed, and view_open may be tried again.
 */
#ifndef GR_VIEW_H
#define GR_VIEW_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "status.h"

enum { VIEW_BATCH = 256 };

struct view;

struct view_certificate {
	bool known, revoked;
	char status[16];	/* "" when it is not known */
	char thing[129];	/* "" when it is attached to none */
};

/* NULL: out of memory. Opens nothing yet. */
struct view *view_new(const char *path);
void view_free(struct view *view);	/* takes NULL */

enum status view_open(struct view *view);
bool view_is_open(const struct view *view);
const char *view_reason(const struct view *view);

enum status view_certificate(struct view *view, struct view_certificate *certificate, const char *id);
/* The certificate itself, NULL if it is not there; X509_free. */
enum status view_x509(struct view *view, X509 **x509, const char *id);
/* Calls each for every policy of the certificate until it answers anything but GR_OK, which is then returned. */
enum status view_policies(struct view *view, const char *id,
			  enum status (*each)(void *arg, const char *name, const char *document), void *arg);

struct view_news {
	char departed[VIEW_BATCH][65];	/* certificates that may have become unusable */
	size_t count;
};
/*
 * What others changed since the view was opened or last polled; view_epoch moves with the policies.
 * A file that was replaced closes the view.
 */
enum status view_poll(struct view *view, struct view_news *news);
/* Grows whenever the answers of view_policies may have changed. */
unsigned long view_epoch(const struct view *view);

#endif
