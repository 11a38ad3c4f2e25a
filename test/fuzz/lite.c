/* SPDX-License-Identifier: Apache-2.0 */
/* lite - config.db of Greengrass nucleus lite, a database as bytes */
#include "config/greengrass/lite.h"
#include "lib/fuzz.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nucleus nucleus = { 0 };

	fuzz_write("config.db", data, size);
	snprintf(nucleus.root, sizeof nucleus.root, "%s", fuzz_folder());
	lite_read(&nucleus);
	nucleus_release(&nucleus);
	return 0;
}
