/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_event.h - one line of the ledger about what a command did. */
#ifndef GR_REGISTRY_LEDGER_EVENT_H
#define GR_REGISTRY_LEDGER_EVENT_H

#include <jansson.h>

#include "registry/home.h"

/*
 * Adds the line and syncs it; call it before the transaction commits, since a registry that is put
 * back from an older copy knows of it by the ledger alone. Takes over event. On any status but
 * GR_OK one line has been written.
 */
enum status ledger_event_record(const struct home *home, json_t *event);

#endif
