/* SPDX-License-Identifier: Apache-2.0 */
/*
 * final_status.h - the device's final word: what SUCCEEDED, FAILED and REJECTED mean for the
 * certificates.
 */
#ifndef GR_ROTATION_FINAL_STATUS_H
#define GR_ROTATION_FINAL_STATUS_H

#include "issuer/signer.h"
#include "registry/execution.h"
#include "registry/rotation.h"

struct final_word {
	const char *thing, *job;
	/* execution number, 0: the latest that has a custody record */
	int64_t number;
	const char *principal;		/* certificate it was said over */
	enum execution_status status;
	/* said by a device of ours that has gone back: update's statusDetails */
	bool ours;
	/* the job's document asks for a rotation, so SUCCEEDED without one is refused */
	bool needs_rotation;
};

/*
 * Writes the survivor where this word decides it: SUCCEEDED over NEW, once commit was granted, ->
 * NEW; FAILED or REJECTED over either -> OLD, but over OLD alone unless a device of ours began the
 * rotation and says it. It counts also when the execution has ended or is gone. GR_OK: counted, or
 * no certificate was ever asked for. GR_NO: refused, also because the record says otherwise
 * already; *why is a static sentence.
 * *survivor is what the record says afterwards. Inside the caller's transaction.
 */
enum status final_status_final_word(enum survivor *survivor, const char **why, struct db *db,
				struct signer *signer, const struct final_word *word, int64_t now);

/*
 * A session of exactly thing over certificate has begun: if that is the OLD of a rotation of which
 * a device that is not ours said FAILED over NEW, the device has gone back, so the survivor is
 * OLD. Inside the caller's transaction.
 */
enum status final_status_session(struct db *db, struct signer *signer, const char *thing,
				 const char *certificate, int64_t now);

#endif
