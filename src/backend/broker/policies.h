/* SPDX-License-Identifier: Apache-2.0 */
/* policies.h - the parsed policies of a certificate; documents that many share are parsed once. */
#ifndef GR_BROKER_POLICIES_H
#define GR_BROKER_POLICIES_H

#include "policy/policy.h"
#include "registry/registry_reader.h"

struct policies {
	struct policy **policy;
	size_t count;
};
struct policies_cache;

/* Makes an empty cache. NULL: out of memory. */
struct policies_cache *policies_cache_new(void);
void policies_cache_free(struct policies_cache *cache);	/* takes NULL */

/* Fills *policies, which is empty. GR_FAIL: database or memory; *policies stays empty. */
enum status policies_load(struct policies *policies, struct policies_cache *cache,
			  struct registry_reader *reader, const char *certificate);
void policies_release(struct policies *policies);

#endif
