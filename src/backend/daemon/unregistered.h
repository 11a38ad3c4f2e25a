/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unregistered.h - a certificate that is not registered tried to connect: an alarm, or, while an
 * operator allows it, it is taken in.
 */
#ifndef GR_DAEMON_UNREGISTERED_H
#define GR_DAEMON_UNREGISTERED_H

#include "daemon/daemon.h"

/*
 * Both run inside the caller's transaction; GR_FAIL: one line has been written. refused: the
 * broker said no. take_in: it said nothing, and pem is the certificate; the device tries again,
 * and by then it is registered, if it was issued by us for the thing that client names.
 */
enum status unregistered_refused(struct daemon *d, const char *certificate, int64_t now);
enum status unregistered_take_in(struct daemon *d, const char *certificate, const char *client,
				 const char *pem, int64_t now);

#endif
