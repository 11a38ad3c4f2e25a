/*
 * kept.pml - what is kept for a device that is not ours, because it may go back to it.
 *
 * It says FAILED (or REJECTED, which is the same here) both before it goes back and when it cannot. And it may have a backup
 * of an older pair when it begins the next rotation, and go back to that one.
 */
byte kept;	/* certificates that a later create has left behind */
byte leaving;	/* those of them that nobody can go back to any more, until they are retired */
byte seen;	/* certificates that the thing was on: a session of exactly its name was reported, or a create came */

hidden byte succeeded_;

/*
 * Which rotation was made by a device that is ours, and which words say that they are of one. It takes both: a device whose
 * software was replaced ends a rotation that it did not begin (adopted.pml).
 */
#if defined(FOREIGN) || defined(UNMARKED)
#define is_own_word	false
#else
#define is_own_word	true
#endif
#ifdef ADOPTED
bool replaced;
#define is_own(j)	(is_own_word != (replaced && (j) == 1))
#else
#define is_own(j)	is_own_word
#endif
#ifdef BY_WORD
#define says_own(j)	is_own_word
#elif defined(BY_ROTATION)
#define says_own(j)	is_own(j)
#else
#define says_own(j)	(is_own_word && is_own(j))
#endif

inline retire(c)
{
	printf("backend: certificate %d is retired\n", c);
	taken = WITHOUT(taken, c);
	kept = WITHOUT(kept, c);
	leaving = WITHOUT(leaving, c);
	seen = WITHOUT(seen, c);
	claim(a_no_lock_out, held & taken);
#if defined(FOREIGN) && !defined(LOCK_OUT_ALONE)
	claim(e_none_in_use_retired, c != live)
#elif !defined(FOREIGN)
	claim(e_none_in_use_retired, losses < LOSSES || settled || (c != live && (c != runs_on || restart_for != 0)))
#endif
}

inline reconcile()
{
	i = 1;
	do
	:: i > JOBS + 1 -> break
	:: i <= JOBS && due(i) -> p = loser(i); rotations[i].retired = true; retire(p); i++
	:: i <= JOBS + 1 && !(i <= JOBS && due(i)) && IN(i, leaving) -> retire(i); i++
	:: i <= JOBS + 1 && !(i <= JOBS && due(i)) && !IN(i, leaving) -> i++
	od
}

/* What a decision has left to the reconciler. */
#define lost_by(j)	(due(j) -> BIT(loser(j)) : 0)
#define losers		(lost_by(1) | lost_by(2) | lost_by(3) | lost_by(4) | lost_by(5))

/* Those of the set that are kept are kept no longer. */
inline release(set)
{
	leaving = leaving | (kept & (set));
	kept = kept & ~(set)
}

/* The thing is on c: from there it can go back to what c was issued over alone. */
inline see(c)
{
	seen = WITH(seen, c);
#ifndef KEEPS_FOR_EVER
	if
#ifdef RELEASES_AT_ONCE
	:: true -> release(~BIT(c))
#else
	:: c > 1 && row(c - 1) -> release(WITHOUT(~BIT(c), rotations[c - 1].old))
#endif
	:: else
	fi
#endif
}

/*
 * A create for another execution: the device has moved on, and what it came over is what it lives on. Over a kept one: it has
 * gone back to that, and never had NEW of the rotation that it went back from. Whatever else the thing has is kept if the thing
 * was ever seen over it, and that the create came over it is enough: the report of a session may be lost.
 */
inline settle_others(j, c)
{
#ifdef REPORTS_ALONE
	skip;
#elif defined(RELEASES_BY_REPORT)
	seen = WITH(seen, c);
#else
	see(c);
#endif
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS && i != j && open(i) ->
		decide(i, (c == OF_JOB(i) -> NEW : OLD));
		rotations[i].retired = !is_own(i); rotations[i].doubted = false;
		i++
	:: i <= JOBS && !(i != j && open(i)) -> i++
	od;
	kept = WITHOUT(kept | (taken & ~(leaving | losers)), c);
#ifdef KEEPS_NONE
	release(kept)
#else
	release(~seen)
#endif
}

/* Leaves in p a certificate besides c that no rotation explains; 0: none */
#ifdef REFUSES_KEPT
#define may_return(c)	false
#else
#define may_return(c)	IN(c, kept)
#endif
#define explained(a, c)	(may_return(c) || IN(a, kept | leaving | losers) || explains(1, a, c) || explains(2, a, c) || explains(3, a, c) || explains(4, a, c) || explains(5, a, c))
inline find_unexplained(c)
{
	p = JOBS + 1;
	do
	:: p == 0 || (IN(p, taken) && p != c && !explained(p, c)) -> break
	:: else -> p--
	od;
	claim(c_rotations_end, p == 0)
}

/*
 * FAILED of a rotation that is undecided: over NEW it decides nothing by itself, nor does it over a pair that the device has gone
 * back to and that has no part. The execution ends in any case, or the device would say it again at each start.
 */
#ifdef FAILED_DECIDES
#define is_vague(c, j, word)	(word == FAILED && open(j) && !says_own(j) && !has_part(j, c))
#else
#define is_vague(c, j, word)	(word == FAILED && open(j) && !says_own(j) && c != rotations[j].old)
#endif

/* A rotation that SUCCEEDED leaves one certificate. */
inline count_word(c, j, word)
{
	succeeded_ = open(j);
	if
	:: is_vague(c, j, word) ->
		rotations[j].doubted = rotations[j].doubted || c == OF_JOB(j);
		verdict_ = YES; survivor_ = 0
	:: else -> count_own_word(c, j, word)
	fi;
	rotations[j].doubted = rotations[j].doubted && open(j);
	succeeded_ = (succeeded_ == 1 && rotations[j].survivor == NEW);
	if
#ifndef KEEPS_AFTER_SUCCESS
	:: succeeded_ == 1 -> release(kept)
#endif
	:: else
	fi
}

#ifdef ANY_SESSION
#define is_doubted(j)	true
#else
#define is_doubted(j)	rotations[j].doubted
#endif
inline session_started(c)
{
	see(c);
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS && open(i) && is_doubted(i) && c == rotations[i].old ->
		decide(i, OLD); rotations[i].doubted = false; i++
	:: else -> i++
	od;
#ifdef FOREIGN
	skip	/* handled as a message, which finishes it */
#else
	finish()
#endif
}

#ifdef FOREIGN
/* What is over and bears on nothing any more is forgotten, so that the states do not count the jobs that are past. */
inline forget_past()
{
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS && row(i) && !pending(i) && rotations[i].retired && !IN(OF_JOB(i), taken) ->
		rotations[i].old = 0; rotations[i].committed = false; rotations[i].survivor = 0; rotations[i].retired = false; i++
	:: else -> i++
	od
}
#else
#define forget_past()	skip
#endif

inline finish()
{
	if
	:: reconcile()
#ifdef DEFER
	:: leaving != 0 || due(1) || due(2) || due(3) || due(4) || due(5)
#endif
	fi;
	p = taken & ~(leaving | losers);
	claim(d_one_certificate, COUNT(p) <= (succeeded_ == 1 -> 1 : 3));
	succeeded_ = 0;
	forget_past()
}
#ifdef DEFER
#define CHORES	:: atomic { leaving != 0 || due(1) || due(2) || due(3) || due(4) || due(5) -> reconcile(); forget_past() }
#else
#define CHORES
#endif
