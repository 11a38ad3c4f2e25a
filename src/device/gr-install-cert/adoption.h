/* SPDX-License-Identifier: Apache-2.0 */
/* adoption.h - makes plain files a generation, and puts our links in their places. */
#ifndef GR_INSTALL_CERT_ADOPTION_H
#define GR_INSTALL_CERT_ADOPTION_H

#include <stdint.h>

#include "store/store.h"

/*
 * Adopts the pair at the configured paths if it is not adopted yet; *live gets the generation in
 * use. A kill between any two steps leaves a working pair at the configured paths, and another
 * call completes it. GR_BAD, one line, nothing touched: what is at the paths cannot be adopted.
 */
enum status adoption_run(uint32_t *live, struct store *store);
/*
 * Tells whether an adoption was cut short: the pair at the configured paths is still plain files,
 * but has its generation already. GR_NO: no.
 */
enum status adoption_is_torn(const struct store *store);

#endif
