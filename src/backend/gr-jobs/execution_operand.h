/* SPDX-License-Identifier: Apache-2.0 */
/* execution_operand.h - commands on one execution: JOB THING, and which one with --number. */
#ifndef GR_JOBS_EXECUTION_OPERAND_H
#define GR_JOBS_EXECUTION_OPERAND_H

#include "registry/command.h"
#include "registry/execution.h"

#define EXECUTION_OPERAND_NUMBER \
	{ 'n', "number", "N", "the execution with this number (default the latest)" }
/* The execution that the operands name; number 0: the latest. GR_NO, one line: there is none. */
enum status execution_operand_need(struct execution *x, const struct command *v,
				   uint32_t number);

#endif
