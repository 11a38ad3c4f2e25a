/*
 * own.pml - what is retired when the device is ours, and has said so.
 *
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
#define explained(a, c)	(explains(1, a, c) || explains(2, a, c) || explains(3, a, c))
inline find_unexplained(c)
{
	p = JOBS + 1;
	do
	:: p == 0 || (IN(p, taken) && p != c && !explained(p, c)) -> break
	:: else -> p--
	od
}

#define count_word(c, j, word)	count_own_word(c, j, word)

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
