/* SPDX-License-Identifier: Apache-2.0 */
/* notifier.c - where gr-notifier is found */
#include "base/notifier.h"

const struct peer_kind notifier_kind = { "gr-notifier", "notify.sock" };
