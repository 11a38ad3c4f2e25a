/* SPDX-License-Identifier: Apache-2.0 */
/* out.h - standard output carries a result; a result that could not be written is a failure. */
#ifndef GR_OUT_H
#define GR_OUT_H

#include "status.h"

/* Flushes and closes standard output. GR_FAIL, one line: not all of it was written. */
enum status out_close(void);

#endif
