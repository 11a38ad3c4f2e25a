/* SPDX-License-Identifier: Apache-2.0 */
/* policies.c - policies of a certificate */
#include "broker/policies.h"

#include <stdlib.h>
#include <string.h>

/*
 * A slot holds the last document whose name has its hash. It is never stale, because the text is
 * compared as well.
 */
enum { SLOTS = 256 };

struct policies_cache {
	struct slot {
		char *document;
		struct policy *policy;
	} slot[SLOTS];
};

struct policies_cache *policies_cache_new(void)
{
	return calloc(1, sizeof(struct policies_cache));
}

static void slot_release(struct slot *slot)
{
	free(slot->document);
	policy_release(slot->policy);
	*slot = (struct slot){ 0 };
}

void policies_cache_free(struct policies_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		slot_release(&cache->slot[i]);
	free(cache);
}

static size_t slot_of(const char *name)
{
	unsigned hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash % SLOTS;
}

/* The caller holds the policy and releases it. NULL: out of memory. */
static struct policy *cache_take(struct policies_cache *cache, const char *name,
				 const char *document)
{
	struct slot *slot = &cache->slot[slot_of(name)];
	struct policy *policy;
	char *copy;

	if (slot->document && strcmp(slot->document, document) == 0)
		return policy_keep(slot->policy);
	policy = policy_parse(document);
	copy = policy ? strdup(document) : NULL;
	if (!copy)
		return policy;
	slot_release(slot);
	*slot = (struct slot){ copy, policy };
	return policy_keep(policy);
}

struct loading {
	struct policies *policies;
	struct policies_cache *cache;
};

static enum status add(void *arg, const char *name, const char *document)
{
	struct loading *loading = arg;
	struct policies *p = loading->policies;
	struct policy **more = realloc(p->policy, (p->count + 1) * sizeof *more);

	if (!more)
		return GR_FAIL;
	p->policy = more;
	p->policy[p->count] = cache_take(loading->cache, name, document);
	if (!p->policy[p->count])
		return GR_FAIL;
	p->count++;
	return GR_OK;
}

enum status policies_load(struct policies *policies, struct policies_cache *cache,
			  struct registry_reader *reader, const char *certificate)
{
	struct loading loading = { policies, cache };
	enum status st = registry_reader_policies(reader, certificate, add, &loading);

	if (st != GR_OK)
		policies_release(policies);
	return st;
}

void policies_release(struct policies *policies)
{
	for (size_t i = 0; i < policies->count; i++)
		policy_release(policies->policy[i]);
	free(policies->policy);
	*policies = (struct policies){ 0 };
}
