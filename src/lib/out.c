/* SPDX-License-Identifier: Apache-2.0 */
/* out.c - the checked end of standard output */
#include "out.h"
#include "complain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum status out_close(void)
{
	int bad = ferror(stdout);

	if (fclose(stdout) != 0 || bad) {
		complain("standard output: %s", strerror(errno));
		return GR_FAIL;
	}
	return GR_OK;
}
