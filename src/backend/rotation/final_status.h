/* SPDX-License-Identifier: Apache-2.0 */
/*
 * final_status.h - the final status of a device, SUCCEEDED, FAILED or REJECTED, and what it means
 * for the certificates.
 *
 * Functions work inside the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_ROTATION_FINAL_STATUS_H
#define GR_ROTATION_FINAL_STATUS_H

#include "registry/event.h"

/*
 * Counts a final status, and writes the survivor where that decides it. It counts also when the
 * execution has ended or is gone. This is what event.final_status is set to.
 */
enum status final_status_count(struct event_final_status *f, struct event *e);

/*
 * Handles the start of a session of exactly thing over certificate; if it shows that a device went
 * back to OLD, the survivor is OLD. began_earlier: the broker only reports it again.
 */
enum status final_status_session(struct db *db, struct signer *signer, const char *thing,
				 const char *certificate, bool began_earlier, int64_t now);

#endif
