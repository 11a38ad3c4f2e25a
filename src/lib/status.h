/* SPDX-License-Identifier: Apache-2.0 */
/* status.h: exit statuses, and the return type of every module function that can fail */
#ifndef GR_STATUS_H
#define GR_STATUS_H

enum status {
	GR_OK   = 0,	/* done, or "yes" */
	/* a definite no: false or nothing there (silent), refused by the other side (one line) */
	GR_NO   = 1,
	GR_BAD  = 100,	/* usage, input, config: the same call will fail again */
	GR_FAIL = 111	/* disk, network, token: the same call may work later */
};

#endif
