/* SPDX-License-Identifier: Apache-2.0 */
/* yaml - effectiveConfig.yaml of a Greengrass nucleus */
#include "config/greengrass/yaml.h"
#include "lib/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tree tree = { 0 };

	if (yaml_read(&tree, fuzz_file(data, size)) == GR_OK)
		tree_nucleus(&tree);
	else
		FUZZ_HOLDS(!tree.root.child);
	tree_release(&tree);
	return 0;
}
