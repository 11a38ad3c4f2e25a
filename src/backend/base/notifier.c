/* SPDX-License-Identifier: Apache-2.0 */
/* notifier.c - the program and the socket of gr-notifier */
#include "base/notifier.h"

const struct peer_kind notifier_kind = { "gr-notifier", "notify.sock" };
