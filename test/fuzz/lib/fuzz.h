/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz.h - what the targets share: parts of an input, and places for those parsers that
 * want a file.
 *
 * Each text is a block of its own, just as long as it is, so that a byte read behind it is found.
 * Memory that runs out ends the process.
 */
#ifndef GR_FUZZ_H
#define GR_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold. Unlike assert it is never compiled out. */
#define FUZZ_HOLDS(condition) \
	do { \
		if (!(condition)) \
			__builtin_trap(); \
	} while (0)

/* An input whose parts end with a NUL each. */
struct fuzz_parts {
	const uint8_t *at;
	size_t left;
};
/* The next part as a text, "" after the last; free it. */
char *fuzz_part(struct fuzz_parts *parts);
/* All that is left, with a NUL behind it; free it. */
char *fuzz_rest(size_t *len, struct fuzz_parts *parts);
/* A block with these bytes and no other; free it. */
void *fuzz_block(const void *data, size_t size);

/* PEM of this name: the input itself when it begins like one, else its bytes as DER. Free it. */
char *fuzz_pem(size_t *len, const char *name, const uint8_t *data, size_t size);

/* A folder of this process in TMPDIR, which takes it away; made once. */
const char *fuzz_folder(void);
/* A file in memory with this content, the same each time; its path. */
const char *fuzz_file(const void *data, size_t size);
/* name in fuzz_folder with this content. */
void fuzz_write(const char *name, const void *data, size_t size);

#endif
