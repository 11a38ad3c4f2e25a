/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps.pml - with STEPS, prints each durable step of a device of ours and each change of custody
 * as it is made, one line each, without the numbers of pairs and jobs. ./steps runs it, and
 * ./replay looks up in its output what real rotations did. README.md tells what the columns are.
 */
#ifdef STEPS
#define role(p) \
	((p) == 0 -> '-' : ((p) == old -> 'o' : ((p) == new -> 'n' : ((p) == other -> 'x' : '?'))))
#define bit(x)	((x) -> '1' : '0')
hidden mtype told;	/* printm takes a variable only */
#define tell_situation(second) \
	printf(" live=%c mark=%c certificate=%c final=%c back=%c other=%c\n", role(live), \
		bit(IN(live, committed)), bit(new_certificate), bit(final), bit(gone_back), role(second))
#define tell_enter(next) \
	if \
	:: next != idle -> told = next; printf("step enter "); printm(phase); printf(" "); printm(told); tell_situation(other) \
	:: else \
	fi
#define tell_close(second) \
	printf("step enter "); printm(phase); printf(" idle"); tell_situation(second)
#define tell_put(key)	printf("step put "); printm(phase); printf(key)
#define tell_pair(what, n) \
	printf(what); printm(phase); printf(" %c live=%c mark=%c\n", role(n), role(live), bit(IN(live, committed)))
#define tell_switch(n)	printf("step switch "); printm(phase); printf(" %c %c\n", role(live), role(n))
hidden byte swept;
#define tell_sweep() \
	swept = 1; \
	do \
	:: swept > JOBS + 1 -> break \
	:: swept <= JOBS + 1 && IN(swept, held) && swept != live && swept != other -> tell_pair("step destroy ", swept); swept++ \
	:: swept <= JOBS + 1 && !(IN(swept, held) && swept != live && swept != other) -> swept++ \
	od
#define survivor_of(j)	(!row(j) -> '-' : (rotations[j].survivor == 0 -> '_' : (rotations[j].survivor == NEW -> 'n' : 'o')))
#define tell_issue(j)	printf("step issue "); printm(execution[j]); printf("\n")
#define tell_grant(j)	printf("step grant "); printm(execution[j]); printf(" survivor=%c\n", survivor_of(j))
#define tell_decide(j, s) \
	printf("step decide survivor=%c to=%c committed=%c\n", survivor_of(j), (s == NEW -> 'n' : 'o'), bit(rotations[j].committed))
#define tell_retire(j, c) \
	if \
	:: j != 0 -> printf("step retire survivor=%c %c\n", survivor_of(j), (c == OF_JOB(j) -> 'n' : 'o')) \
	:: else \
	fi
#define tell_execution(j, s) \
	told = s; printf("step execution "); printm(execution[j]); printf(" "); printm(told); \
	printf(" survivor=%c committed=%c\n", survivor_of(j), bit(row(j) && rotations[j].committed))
#else
#define tell_enter(next)	skip
#define tell_close(second)	skip
#define tell_put(key)	skip
#define tell_pair(what, n)	skip
#define tell_switch(n)	skip
#define tell_sweep()	skip
#define tell_issue(j)	skip
#define tell_grant(j)	skip
#define tell_decide(j, s)	skip
#define tell_retire(j, c)	skip
#define tell_execution(j, s)	skip
#endif
