/*
 * ours.pml - our handlers: src/backend/handlers/, jobs/update.c, registry/rotation.c and reconcile.c.
 *
 * Each runs in one transaction, so each is one step here. The answer is in verdict_, status_ and survivor_.
 */
typedef rotation {
	byte old;		/* the certificate that create came over; 0: there is no such row */
	bool committed;		/* commit was granted */
	mtype survivor;		/* 0: undecided */
	bool retired		/* the other one was */
};
rotation rotations[4];		/* by job, from 1 */

hidden mtype verdict_, status_, survivor_;

#define row(j)		(rotations[j].old != 0)
#define open(j)		(row(j) && rotations[j].survivor == 0)
#define has_part(j, c)	(c == rotations[j].old || c == OF_JOB(j))
#define winner(j)	(rotations[j].survivor == NEW -> OF_JOB(j) : rotations[j].old)
#define loser(j)	(rotations[j].survivor == NEW -> rotations[j].old : OF_JOB(j))
#define due(j)		(rotations[j].survivor != 0 && !rotations[j].retired && IN(winner(j), taken))

/*
 * While a rotation is rolled back the runtime may run on NEW still: then the restart that brings it back is owed. Where the
 * journal was lost, a word from before that may come when the device has begun anew, and an operator may settle for the pair
 * that is not in use: (e) is not claimed then.
 */
inline retire(j, c)
{
	printf("backend: certificate %d is retired\n", c);
	taken = WITHOUT(taken, c);
	claim(a_no_lock_out, held & taken);
	claim(e_none_in_use_retired, losses < LOSSES || settled || (c != live && (c != runs_on || (rotations[j].survivor == OLD && restart_for != 0))))
}

inline reconcile()
{
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS && due(i) -> p = loser(i); rotations[i].retired = true; retire(i, p); i++
	:: i <= JOBS && !due(i) -> i++
	od
}

inline decide(j, s)
{
	rotations[j].survivor = s;
	printf("backend: survivor of job %d: %e\n", j, s)
}

/* A create for another execution: the device has moved on, and what it came over is what it lives on. */
inline settle_others(j, c)
{
#ifdef NO_SETTLING
	skip
#else
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS && i != j && open(i) && c == OF_JOB(i) -> decide(i, NEW); i++
	:: i <= JOBS && i != j && open(i) && c == rotations[i].old -> decide(i, OLD); i++
	:: i <= JOBS && !(i != j && open(i) && has_part(i, c)) -> i++
	od
#endif
}

/* Leaves in p a certificate besides c that no rotation explains; 0: none */
#define explains(j, a, c)	(row(j) && !rotations[j].retired && has_part(j, a) && has_part(j, c))
#define explained(a, c)	(explains(1, a, c) || explains(2, a, c) || explains(3, a, c))
inline find_unexplained(c)
{
	p = JOBS + 1;
	do
	:: p == 0 || (IN(p, taken) && p != c && !explained(p, c)) -> break
	:: else -> p--
	od
}

inline create(c, j)
{
	verdict_ = NO;
	if
	:: is(j, IN_PROGRESS) && !row(j) ->
		find_unexplained(c);
		if
		:: p == 0 ->
			settle_others(j, c);
			taken = WITH(taken, OF_JOB(j));
			rotations[j].old = c;
			verdict_ = YES;
			printf("backend: certificate %d for job %d\n", OF_JOB(j), j)
		:: else
		fi
#ifndef CREATE_ONCE
	:: is(j, IN_PROGRESS) && open(j) -> verdict_ = YES	/* the same key, the same certificate */
#endif
	:: else
	fi
}

#ifdef NO_PROOF
#define runtime_uses(c)	true
#else
#define runtime_uses(c)	(runs_on == c)
#endif
#ifdef COMMIT_ONCE
#define may_grant(j)	(!rotations[j].committed)
#else
#define may_grant(j)	true
#endif

inline licence(c, j)
{
	verdict_ = NO;
	if
	:: is(j, IN_PROGRESS) && row(j) && c == OF_JOB(j) && rotations[j].survivor != OLD && may_grant(j) ->
		if
		:: runtime_uses(c) -> rotations[j].committed = true; verdict_ = YES
		:: else -> verdict_ = RETRY
		fi
	:: else
	fi
}

/* What the word would decide; 0: it may not be said. */
#define licensed(j)	(rotations[j].committed || rotations[j].survivor == NEW)
inline weigh(c, j, word)
{
	if
	:: word == FAILED && has_part(j, c) -> survivor_ = OLD
	:: word == SUCCEEDED && c == OF_JOB(j) && licensed(j) -> survivor_ = NEW
	:: else -> survivor_ = 0
	fi
}

/* Counts also when the execution has ended or is gone. YES: it is what the record says now. */
inline count_word(c, j, word)
{
	weigh(c, j, word);
	if
	:: !row(j) -> verdict_ = (word == FAILED || !pending(j) -> YES : NO)
	:: row(j) && rotations[j].survivor != 0 && word == FAILED && !has_part(j, c) -> verdict_ = YES
#ifdef NO_LATE_WORD
	:: open(j) && !pending(j) -> verdict_ = NO
	:: open(j) && pending(j) && survivor_ != 0 -> decide(j, survivor_); verdict_ = YES
#else
	:: open(j) && survivor_ != 0 -> decide(j, survivor_); verdict_ = YES
#endif
	:: open(j) && survivor_ == 0 -> verdict_ = NO
	:: else -> verdict_ = (rotations[j].survivor == survivor_ -> YES : NO)
	fi;
	survivor_ = rotations[j].survivor
}

inline final_word(c, j, word)
{
	count_word(c, j, word);
	status_ = execution[j];
	if
	:: pending(j) && verdict_ == YES -> execution[j] = word; printf("service: job %d is %e\n", j, word)
	:: else -> verdict_ = NO
	fi
}

/*
 * What an event decided is carried out in its own transaction, so that there are never three certificates. Where a part of
 * that may fail and be done later (DEFER), one that has lost its rotation may be a third for the moment.
 */
#ifdef DEFER
inline finish()
{
	if
	:: reconcile()
	:: may_fail && (due(1) || due(2) || due(3)) -> spend("fault: the reconciler fails for now\n")
	fi;
	p = taken;
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS && due(i) -> p = WITHOUT(p, loser(i)); i++
	:: i <= JOBS && !due(i) -> i++
	od;
	claim(d_one_certificate, COUNT(p) <= 2)
}
#define CHORES	:: atomic { due(1) || due(2) || due(3) -> reconcile() }
#else
inline finish()
{
	reconcile();
	claim(d_one_certificate, COUNT(taken) <= 2)
}
#define CHORES
#endif

/* A connection decides nothing. */
inline session_started(c)
{
#ifdef CONNECTION_DECIDES
	if
	:: c > 1 && open(c - 1) -> decide(c - 1, NEW); reconcile()
	:: else
	fi
#else
	skip
#endif
}

/* No time-out, cancel or deletion decides. */
inline execution_ended(j, s)
{
#ifdef TIME_OUT_DECIDES
	if
	:: open(j) -> decide(j, OLD); reconcile()
	:: else
	fi
#else
	skip
#endif
}

/* create and commit may be repeated at any time, and commit itself looks what the runtime uses. */
#define may_repeat(verb)	true
#define runtime_proven(n)	true

#define decided_for_old(j)	(rotations[j].survivor == OLD)	/* get tells */

/* A create is answered in the step that it is handled in. */
#define is_working	false
#define give_up_waiting()	skip
