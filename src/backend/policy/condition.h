/* SPDX-License-Identifier: Apache-2.0 */
/*
 * condition.h - the Condition of a policy statement: Bool, StringEquals, StringLike, ArnEquals,
 * ArnLike, IpAddress, the Not forms of these, and ForAllValues: and ForAnyValue: before them, on
 * the variables of variable.h.
 */
#ifndef GR_POLICY_CONDITION_H
#define GR_POLICY_CONDITION_H

#include <jansson.h>
#include <stdbool.h>

#include "policy/variable.h"

struct condition;	/* a list; NULL holds always */

/* False, *why set to a static sentence, *list NULL: something in it is not understood. */
bool condition_parse(struct condition **list, const char **why, const json_t *object);
void condition_free(struct condition *list);

/* All of them must hold. A value that uses an absent variable makes its condition fail. */
bool condition_holds(const struct condition *list, const struct policy_who *who);

#endif
