/* SPDX-License-Identifier: Apache-2.0 */
/* journal - the record of a rotation; after an "s" what follows is one whose checksum fits */
#include "rotation/journal.h"
#include "lib/fuzz.h"
#include "str.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

static void write_summed(const uint8_t *data, size_t size)
{
	unsigned char md[SHA256_DIGEST_LENGTH];
	char *text = malloc(size + 4 + 64 + 2);

	FUZZ_HOLDS(text);
	memcpy(text, data, size);
	SHA256(data, size, md);
	memcpy(text + size, "sum=", 4);
	str_hex(text + size + 4, md, sizeof md);
	text[size + 4 + 64] = '\n';
	fuzz_write("rotation", text, size + 4 + 64 + 1);
	free(text);
}

static void check(struct journal *journal)
{
	static const char *const phases[] = { "idle", "trial" };

	for (enum journal_key k = 0; k < JOURNAL_COUNT; k++) {
		FUZZ_HOLDS(strlen(journal->value[k]) <= JOURNAL_VALUE_MAX &&
			   !strchr(journal->value[k], '\n'));
		FUZZ_HOLDS(journal_find(journal_name(k)) == k);
		journal_number(journal, k);
	}
	for (size_t i = 0; i < 2; i++)
		FUZZ_HOLDS(journal_set(journal, JOURNAL_PHASE, phases[i]) == GR_OK &&
			   journal_is(journal, phases[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct store store = STORE_CLOSED;
	struct journal journal;

	if (store.dir < 0) {
		str_copy(store.path, sizeof store.path, fuzz_folder());
		store.dir = open(store.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (size > 0 && data[0] == 's')
		write_summed(data + 1, size - 1);
	else
		fuzz_write("rotation", data, size);
	if (journal_read(&journal, &store) == GR_OK)
		check(&journal);
	return 0;
}
