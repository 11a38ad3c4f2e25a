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

struct condition;	/* a list of conditions; the empty list, NULL, always holds */

/*
 * Parses a Condition into *list. False: the broker does not know some part of it; *why is then a
 * static sentence, and *list is NULL.
 */
bool condition_parse(struct condition **list, const char **why, const json_t *object);
void condition_free(struct condition *list);

/*
 * Do all conditions of the list hold? A condition whose value uses an absent variable does not.
 */
bool condition_holds(const struct condition *list, const struct policy_who *who);

#endif
