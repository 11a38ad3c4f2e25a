/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transitions.pml - prints what custody.pml and ours.pml answer in each condition, one line each,
 * without faults. ./transitions runs it; the rules in C must answer the same. README.md tells what
 * the columns are.
 */
#include "bounds.pml"
#include "claims.pml"
#undef claim
#define claim(name, condition)	skip	/* a condition by itself need not be one that can be reached */
#include "steps.pml"
#include "pairs.pml"
#include "network.pml"
#include "jobs.pml"
#define runs_on	live
#define overdue	false
#include "custody.pml"
#include "ours.pml"

/* Rotation 1 has the certificates 1 (OLD) and 2 (NEW); 3 has no part in it. */
#define over_is(c)	((c) == 1 -> 'o' : ((c) == 2 -> 'n' : 'x'))
#define digit(x)	((x) -> '1' : '0')
#define survivor_is(s)	((s) == OLD -> 'o' : ((s) == NEW -> 'n' : '_'))
#define NOT_OURS	digit(!is_own(1))

byte c, s, rows, granted, pends, uses, n, m;
bool failed;
mtype was;

/* Sets whether NEW alone is outside of its dates (DATES), and prints it as the last fact. */
#ifdef DATES
#define date_new()	undated = BIT(2)
#define date_all()	undated = 0
#define print_dates()	printf("1")
#define is_possible	(rows == 1 && m == 1)	/* and OLD is usable */
#else
#define date_new()	skip
#define date_all()	skip
#define print_dates()	skip
#define is_possible	(m == 1 || (s != 0 && c != s))
#endif

/* Sets rotation 1 to a condition: whether it exists, and its survivor. */
inline set_up(old_one, which)
{
	rotations[1].old = old_one;
	rotations[1].survivor = (which == 1 -> OLD : (which == 2 -> NEW : 0));
	rotations[1].committed = false;
	rotations[1].doubted = false;
	rotations[1].retired = false;
	taken = BIT(1) | BIT(2) | BIT(3);
	date_all();
	kept = 0;
	leaving = 0;
	was = rotations[1].survivor
}

/* Prints what a final status does; m: the survivor, if there is one, is usable. */
inline print_final(word)
{
	set_up(rows, s);
	date_new();
	rotations[1].committed = granted;
	taken = (m == 1 -> taken : WITHOUT(taken, winner(1)));
	execution[1] = (pends == 1 -> IN_PROGRESS : TIMED_OUT);
	failed = (s != 0 && !is_usable(1));
	count_word(c, 1, word);
	printf("final %c%c%c%c%c%c1%c%c%c", digit(rows), survivor_is(was), digit(word == SUCCEEDED), over_is(c),
		digit(is_own_word), NOT_OURS, digit(granted), digit(pends), digit(failed));
	print_dates();
	if
	:: verdict_ == NO && rotations[1].survivor == was -> printf(" refused\n")
	:: verdict_ == NO && rotations[1].survivor != was -> printf(" refused,%e\n", rotations[1].survivor)
	:: verdict_ == YES && rotations[1].doubted -> printf(" doubt\n")
	:: verdict_ == YES && rotations[1].survivor != was -> printf(" %e\n", rotations[1].survivor)
	:: else -> printf(" accepted\n")
	fi
}

/* Prints what commit answers. */
inline print_commit()
{
	set_up(rows, s);
	execution[1] = IN_PROGRESS;
	live = (uses == 1 -> 2 : 1);
	licence(c, 1);
	printf("commit %c%c0%c%c ", digit(rows), over_is(c), survivor_is(was), digit(uses));
	if
	:: verdict_ == YES -> printf("allowed\n")
	:: verdict_ == RETRY -> printf("again\n")
	:: else -> printf("refused\n")
	fi
}

/*
 * Prints what create for another job settles and retains. The other certificate was seen or not
 * (n), and is usable or not (m). A create over 3 comes over a retained certificate.
 */
inline print_settlement()
{
	set_up(1, 0);
	kept = (c == 3 -> BIT(3) : 0);
	uses = (c == 2 -> 1 : 2);	/* the other one */
	taken = (m == 1 -> taken : WITHOUT(taken, uses));
#ifndef ALL_OURS
	seen = BIT(1) | BIT(2) | BIT(3);
	seen = (n == 1 -> seen : WITHOUT(seen, uses));
#endif
	settle_others(2, c);
	printf("settlement %c%c%c%c%c %e\n", over_is(c), digit(c == 3), NOT_OURS, digit(n), digit(m), rotations[1].survivor);
	printf("retained %c%c%c%c%c %c\n", over_is(c), digit(c == 3), NOT_OURS, digit(n), digit(m), digit(IN(uses, kept)))
}

/* Prints what create for another job makes of a rotation that is decided. */
inline print_turn()
{
	set_up(1, s);
	settle_others(2, c);
	printf("turn %c%c%c ", over_is(c), survivor_is(was), NOT_OURS);
	if
	:: rotations[1].survivor != was -> printf("%e\n", rotations[1].survivor)
	:: else -> printf("same\n")
	fi
}

/*
 * Prints whether n is released when the thing is seen over 2, which rotation 1 issued over 1
 * (rows), or no rotation.
 */
inline print_sight()
{
#ifndef ALL_OURS
	set_up(rows, 0);
	kept = BIT(n);
	seen = BIT(1) | BIT(3);
	see(2);
	printf("sight %c%c%c %c\n", digit(n == 2), digit(rows), digit(rows && n == 1), digit(IN(n, leaving)));
#endif
	skip
}

/* Prints whether the loser of a decided rotation is retired; m: its survivor is usable. */
inline print_retirement()
{
	set_up(1, s);
	taken = (m == 1 -> taken : WITHOUT(taken, winner(1)));
	printf("retirement 000%c00 %c\n", digit(m), digit(due(1)));
	rotations[1].retired = true;	/* it is retained */
	printf("retirement 110%c00 %c\n", digit(m), digit(due(1)))
}

/* Prints all lines. */
active proctype table()
{
	atomic {
#ifdef ADOPTED
		replaced = true;
#endif
		for (rows : 0 .. 1) { for (s : 0 .. 2) { for (c : 1 .. 3) {
			for (granted : 0 .. 1) { for (pends : 0 .. 1) { for (m : 0 .. 1) {
				if
				:: (rows == 1 || s == 0) && is_possible -> print_final(SUCCEEDED); print_final(FAILED)
				:: else
				fi
			} } }
			for (uses : 0 .. 1) {
				if
				:: rows == 1 || s == 0 -> print_commit()
				:: else
				fi
			}
		} } }
		for (c : 1 .. 3) { for (n : 0 .. 1) { for (m : 0 .. 1) { print_settlement() } } }
		for (s : 1 .. 2) { for (c : 1 .. 3) { print_turn() } }
		for (rows : 0 .. 1) { for (n : 1 .. 3) { print_sight() } }
		for (s : 1 .. 2) { for (m : 0 .. 1) { print_retirement() } }
	}
}
