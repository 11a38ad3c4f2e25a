/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claims.pml - the properties. Each is a flag that must stay true; the verifier prints the name of
 * the one that does not.
 *
 * They are checked where something could break them (a pair is destroyed, a certificate is
 * retired, a rotation is given up) and, by judge.pml, when all is quiet.
 */

/* (a) At each moment the device holds a pair that the backend takes, and in the end it lives on it. */
bool a_no_lock_out = true;
/* (b) OLD is destroyed only after NEW has carried a session. */
bool b_old_outlives_first_use = true;
/* (c) Every rotation ends: when all is quiet the device is idle and no job is pending. Cycles are looked for by themselves. */
bool c_rotations_end = true;
/* (d) Never more than two certificates on the thing; in the end one. */
bool d_one_certificate = true;
/* (e) No certificate is retired while the device or its runtime lives on it. */
bool e_none_in_use_retired = true;
/* (f) No rotation is given up for nothing: the deadline has passed, the execution has ended, or NEW is dead. */
bool f_not_for_nothing = true;

#define claim(name, condition) \
	if \
	:: (condition) \
	:: else -> name = false; assert(name) \
	fi

/* The reference may take a certificate or its record away at any time (W12, W24): (e) and (f) are not claimed with it. */
#ifdef REFERENCE
#define has_reason	true
#else
#ifdef DATES
#define was_too_late	(rotations[job].survivor == OLD)	/* SUCCEEDED was: NEW was dead, and may be alive again */
#else
#define was_too_late	false
#endif
#define has_reason	(restored || was_too_late || overdue || lost || settled || execution[job] != IN_PROGRESS || (new_certificate && !IN(new, welcome)))
#endif
