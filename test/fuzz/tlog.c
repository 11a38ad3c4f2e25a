/* SPDX-License-Identifier: Apache-2.0 */
/* tlog - the transaction log of a Greengrass nucleus */
#include "config/greengrass/transaction_log.h"
#include "lib/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tree tree = { 0 };
	unsigned long bad;

	if (transaction_log_read(&tree, &bad, fuzz_file(data, size)) == GR_OK)
		tree_nucleus(&tree);
	else
		FUZZ_HOLDS(!tree.root.child);
	tree_release(&tree);
	return 0;
}
