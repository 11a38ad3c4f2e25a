/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_event.c - one line of the ledger about what a command did */
#include "gr-registry/ledger_event.h"
#include "issuer/signer.h"

enum status ledger_event_record(const struct home *home, json_t *event)
{
	struct signer signer = { 0 };
	enum status st = signer_open(&signer, home);

	if (st == GR_OK)
		st = signer_note(&signer, event);
	else
		json_decref(event);
	if (st == GR_OK)
		st = signer_sync(&signer);
	signer_close(&signer);
	return st;
}
