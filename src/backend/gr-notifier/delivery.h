/* SPDX-License-Identifier: Apache-2.0 */
/* delivery.h - one notification and the program of its channel. */
#ifndef GR_NOTIFIER_DELIVERY_H
#define GR_NOTIFIER_DELIVERY_H

/*
 * Reads one question (base/notifier_protocol.h) from the socket fd, does it, and answers. channels
 * is the folder notify.d.
 */
void delivery_serve(int fd, const char *channels);

#endif
