/* SPDX-License-Identifier: Apache-2.0 */
/* execution_operand.c - the execution that a command line names */
#include "gr-jobs/execution_operand.h"
#include "complain.h"

enum status execution_operand_need(struct execution *x, const struct command *v,
				   uint32_t number)
{
	enum status st = execution_find(x, v->db, v->operands[1], v->operands[0], number);

	if (st == GR_NO)
		complain("job %s, thing %s: no such execution (ResourceNotFound)", v->operands[0],
			 v->operands[1]);
	return st;
}
