/* SPDX-License-Identifier: Apache-2.0 */
/* notifier_protocol.c - the program and the socket of gr-notifier */
#include "base/notifier_protocol.h"

const struct helper_process_kind notifier_kind = { "gr-notifier", "notify.sock" };
