/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-ask: a policy question from the command line, for backend/policy.bats.
 *
 * policy-ask problem FILE                       prints why FILE is not supported, exit 1; 0: it is
 * policy-ask ACTION NAME [key=value ...] FILE... exit 0: allowed, 1: not; keys: client thing
 * certificate address cn
 */
#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 8, DOCUMENT_MAX = 65536 };

static const char *const actions[POLICY_ACTION_COUNT] = {
	[POLICY_CONNECT] = "Connect",
	[POLICY_PUBLISH] = "Publish",
	[POLICY_RETAIN_PUBLISH] = "RetainPublish",
	[POLICY_SUBSCRIBE] = "Subscribe",
	[POLICY_RECEIVE] = "Receive",
};

static void slurp(char *to, const char *path)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(to, 1, DOCUMENT_MAX - 1, f) : 0;

	if (!f || fclose(f) != 0)
		exit(100);
	to[n] = '\0';
}

static int problem(const char *path)
{
	static char document[DOCUMENT_MAX];
	const char *why;

	slurp(document, path);
	why = policy_problem(document);
	if (why)
		puts(why);
	return why != NULL;
}

static void know(struct policy_who *who, const char *word)
{
	const struct {
		const char *key;
		const char **to;
	} keys[] = { { "client=", &who->client },
		     { "thing=", &who->thing },
		     { "certificate=", &who->certificate },
		     { "address=", &who->address },
		     { "cn=", &who->common_name } };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strncmp(word, keys[i].key, strlen(keys[i].key)) == 0) {
			*keys[i].to = word + strlen(keys[i].key);
			return;
		}
	exit(100);
}

int main(int argc, char *argv[])
{
	static char document[DOCUMENT_MAX];
	struct policy *policies[FILES_MAX];
	struct policy_who who = { 0 };
	enum policy_action action = 0;
	size_t count = 0;
	bool allowed;

	if (argc < 3)
		return 100;
	if (strcmp(argv[1], "problem") == 0)
		return problem(argv[2]);
	while (action < POLICY_ACTION_COUNT && strcmp(actions[action], argv[1]) != 0)
		action++;
	if (action == POLICY_ACTION_COUNT)
		return 100;
	for (int i = 3; i < argc; i++) {
		if (strchr(argv[i], '=')) {
			know(&who, argv[i]);
			continue;
		}
		slurp(document, argv[i]);
		if (count == FILES_MAX || !(policies[count++] = policy_parse(document)))
			return 100;
	}
	allowed = policy_decide(policies, count, action, argv[2], &who) == POLICY_ALLOWED;
	while (count > 0)
		policy_release(policies[--count]);
	return !allowed;
}
