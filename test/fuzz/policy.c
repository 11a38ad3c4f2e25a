/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy - DOCUMENT NUL NAME NUL CLIENT NUL ADDRESS NUL COMMON NAME: a policy, asked every action
 */
#include "policy/policy.h"
#include "lib/fuzz.h"

#include <stdlib.h>

static void ask(struct policy *policy, const char *name, const struct policy_who *who)
{
	struct policy *const policies[] = { policy, policy };

	for (enum policy_action a = 0; a < POLICY_ACTION_COUNT; a++)
		FUZZ_HOLDS(policy_decide(policies, 1, a, name, who) ==
			   policy_decide(policies, 2, a, name, who));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_parts parts = { data, size };
	char *document = fuzz_part(&parts), *name = fuzz_part(&parts), *client = fuzz_part(&parts);
	char *address = fuzz_part(&parts), *common_name = fuzz_part(&parts);
	const struct policy_who who = {
		client, "t", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
		address[0] ? address : NULL, common_name[0] ? common_name : NULL
	};
	struct policy *policy = policy_parse(document);

	policy_problem(document);
	FUZZ_HOLDS(policy);
	ask(policy, name, &who);
	policy_release(policy);
	free(document);
	free(name);
	free(client);
	free(address);
	free(common_name);
	return 0;
}
