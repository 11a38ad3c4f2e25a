/* SPDX-License-Identifier: Apache-2.0 */
/* adoption.h - plain files become a generation, and our links take their places. */
#ifndef GR_INSTALL_CERT_ADOPTION_H
#define GR_INSTALL_CERT_ADOPTION_H

#include <stdint.h>

#include "store/store.h"

/*
 * *live gets the generation in use. A kill between any two steps leaves a working pair at the
 * configured paths, and another call completes it. GR_BAD, one line, nothing touched: what lies
 * there cannot be adopted.
 */
enum status adoption_run(uint32_t *live, struct store *store);
/* Was an adoption cut short: has the pair in plain sight its generation already? GR_NO: no. */
enum status adoption_is_torn(const struct store *store);

#endif
