/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - a target without libFuzzer: each file named is one input */
#include "lib/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

enum { INPUT_MAX = 1 << 20 };

int main(int argc, char *argv[])
{
	uint8_t *data = malloc(INPUT_MAX), *block;

	FUZZ_HOLDS(data);
	for (int i = 1; i < argc; i++) {
		FILE *in = fopen(argv[i], "re");
		size_t size;

		if (!in) {
			perror(argv[i]);
			return 111;
		}
		size = fread(data, 1, INPUT_MAX, in);
		fclose(in);
		block = fuzz_block(data, size);
		LLVMFuzzerTestOneInput(block, size);
		free(block);
	}
	free(data);
	return 0;
}
