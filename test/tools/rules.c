/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules: asks the rules of a rotation (src/backend/rules) for every combination of their facts.
 * usage: rules NAME: compares with the table of that name, and says which combinations differ
 *        rules model <test/model/transitions.expected: compares with what the model says
 *
 * A table tells what share/doc and the design say, each case in a row of its own: a value a fact,
 * in the order of the columns, "." for any. Exactly one row must speak of each combination.
 */
#include "rules/rules.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 11 };

static const char *const refusals[RULES_REFUSAL_COUNT] = {
	[RULES_ALLOWED] = "allowed",
	[RULES_CLIENT_OF_OTHERS] = "client of others",
	[RULES_CERTIFICATE_UNKNOWN] = "certificate unknown",
	[RULES_CERTIFICATE_REVOKED] = "certificate revoked",
	[RULES_CERTIFICATE_INACTIVE] = "certificate inactive",
	[RULES_CERTIFICATE_UNATTACHED] = "certificate unattached",
	[RULES_EXECUTION_UNKNOWN] = "execution unknown",
	[RULES_EXECUTION_NOT_IN_PROGRESS] = "execution not in progress",
	[RULES_EXECUTION_REPLACED] = "execution replaced",
	[RULES_JOB_NOT_ROTATION] = "job not rotation",
	[RULES_SECOND_KEY] = "second key",
	[RULES_DECIDED] = "decided",
	[RULES_SUBJECT_DIFFERS] = "subject differs",
	[RULES_CSR_UNSOUND] = "csr unsound",
	[RULES_KEY_IN_USE] = "key in use",
	[RULES_KEY_SEEN] = "key seen",
	[RULES_CERTIFICATE_UNEXPLAINED] = "certificate unexplained",
	[RULES_NOTHING_ISSUED] = "nothing issued",
	[RULES_COMMIT_NOT_OVER_NEW] = "commit not over new",
	[RULES_COMMIT_MEANS_ANOTHER] = "commit means another",
	[RULES_DECIDED_FOR_OLD] = "decided for old",
	[RULES_NEW_NOT_IN_USE] = "new not in use",
	[RULES_SAID_WITHOUT_PART] = "said without part",
	[RULES_SUCCEEDED_OVER_OLD] = "succeeded over old",
	[RULES_NOT_COMMITTED] = "not committed",
	[RULES_NEW_OUTSIDE_DATES] = "new outside dates",
	[RULES_DECIDED_OTHERWISE] = "decided otherwise"
};

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

/* The values of a column: "01" no and yes; "xon" no part, OLD, NEW; "_on" open, OLD, NEW. */
static enum rules_part part(char value)
{
	if (value == 'o')
		return RULES_IS_OLD;
	return value == 'n' ? RULES_IS_NEW : RULES_NO_PART;
}

static enum survivor survivor(char value)
{
	if (value == 'o')
		return SURVIVOR_OLD;
	return value == 'n' ? SURVIVOR_NEW : SURVIVOR_NONE;
}

static const char *ask_part(const char *f)
{
	static const char *const names[] = {
		[RULES_NO_PART] = "no part", [RULES_IS_OLD] = "old", [RULES_IS_NEW] = "new"
	};
	const char id[] = { f[0], '\0' };

	return names[rules_part(id, "o", "n")];
}

static const char *ask_asker(const char *f)
{
	const struct rules_asker facts = { .speaks_for_thing = f[0] == '1',
					   .registered = f[1] == '1',
					   .revoked = f[2] == '1',
					   .active = f[3] == '1',
					   .attached = f[4] == '1' };

	return refusals[rules_asker(&facts)];
}

static const char *ask_execution(const char *f)
{
	const struct rules_execution facts = { .exists = f[0] == '1',
					       .in_progress = f[1] == '1',
					       .is_newest = f[2] == '1',
					       .is_rotation = f[3] == '1' };

	return refusals[rules_execution(&facts)];
}

static const char *ask_repeat(const char *f)
{
	const struct rules_repeat facts = { .same_key = f[0] == '1',
					    .same_session = f[1] == '1',
					    .survivor = survivor(f[2]) };

	if (rules_repeat_is_alarm(&facts))
		return rules_repeat(&facts) == RULES_SECOND_KEY ? "second key, alarm" : "alarm";
	return refusals[rules_repeat(&facts)];
}

static const char *ask_create(const char *f)
{
	const struct rules_create facts = { .subject_differs = f[0] == '1',
					    .csr_unsound = f[1] == '1',
					    .key_in_use = f[2] == '1',
					    .key_seen = f[3] == '1',
					    .unexplained = f[4] == '1' };

	return refusals[rules_create(&facts)];
}

/* A refusal is what it is, whatever is found out afterwards. */
static const char *ask_create_early(const char *f)
{
	char known[] = "00000";

	for (int i = 0; i < 5; i++) {
		known[i] = f[i];
		if (strcmp(ask_create(known), "allowed") != 0)
			return yes_no(strcmp(ask_create(known), ask_create(f)) == 0);
	}
	return yes_no(true);
}

static const char *ask_other(const char *f)
{
	const struct rules_other facts = { .retained = f[0] == '1',
					   .lost = f[1] == '1',
					   .shares_rotation = f[2] == '1',
					   .in_open_rotation = f[3] == '1',
					   .principal_retained = f[4] == '1' };

	return yes_no(rules_is_explained(&facts));
}

static const char *ask_commit(const char *f)
{
	const struct rules_commit facts = { .issued = f[0] == '1',
					    .over = part(f[1]),
					    .names_another = f[2] == '1',
					    .survivor = survivor(f[3]),
					    .in_use = f[4] == '1' };

	return refusals[rules_commit(&facts)];
}

static const char *ask_final_status(const char *f)
{
	static const char *const effects[] = { [RULES_NO_EFFECT] = "accepted",
					       [RULES_DOUBT] = "doubt",
					       [RULES_OLD_SURVIVES] = "OLD",
					       [RULES_NEW_SURVIVES] = "NEW" };
	const struct rules_final_status facts = { .issued = f[0] == '1',
						  .survivor = survivor(f[1]),
						  .succeeded = f[2] == '1',
						  .over = part(f[3]),
						  .says_ours = f[4] == '1',
						  .not_ours = f[5] == '1',
						  .usable = f[6] == '1',
						  .committed = f[7] == '1',
						  .needs_rotation = f[8] == '1',
						  .survivor_failed = f[9] == '1',
						  .new_outside_dates = f[10] == '1' };
	enum rules_effect effect = RULES_DOUBT;
	enum rules_refusal refusal = rules_final_status(&effect, &facts);

	if (refusal == RULES_ALLOWED)
		return effects[effect];
	if (refusal == RULES_NEW_OUTSIDE_DATES && effect == RULES_OLD_SURVIVES)
		return "new outside dates, OLD";
	return effect == RULES_NO_EFFECT ? refusals[refusal] : "refused with an effect";
}

static const char *ask_turn(const char *f)
{
	switch (rules_turn(part(f[0]), survivor(f[1]), f[2] == '1')) {
	case SURVIVOR_NONE:
		break;
	case SURVIVOR_OLD:
		return "OLD";
	case SURVIVOR_NEW:
		return "NEW";
	}
	return "as it is";
}

static const char *ask_session(const char *f)
{
	const struct rules_session facts = { .doubted = f[0] == '1',
					     .began_earlier = f[1] == '1' };

	return yes_no(rules_session_decides(&facts));
}

static const char *ask_settlement(const char *f)
{
	const struct rules_settlement facts = { .over = part(f[0]),
						.principal_retained = f[1] == '1',
						.not_ours = f[2] == '1',
						.loser_seen = f[3] == '1',
						.loser_active = f[4] == '1' };
	bool retains = rules_settlement_retains(&facts);

	switch (rules_settlement(&facts)) {
	case SURVIVOR_NONE:
		return retains ? "open, retained" : "open";
	case SURVIVOR_OLD:
		return retains ? "OLD, NEW retained" : "OLD";
	case SURVIVOR_NEW:
		break;
	}
	return retains ? "NEW, OLD retained" : "NEW";
}

static const char *ask_return(const char *f)
{
	return yes_no(rules_return_retains(f[0] == '1', f[1] == '1'));
}

static const char *ask_sight(const char *f)
{
	const struct rules_sight facts = { .is_seen = f[0] == '1',
					   .from_rotation = f[1] == '1',
					   .is_predecessor = f[2] == '1' };

	return yes_no(rules_sight_releases(&facts));
}

static const char *ask_success(const char *f)
{
	return yes_no(rules_success_releases(f[0] == '1'));
}

static const char *verdict_name(enum rules_retirement_verdict verdict)
{
	static const char *const names[] = { [RULES_WAIT] = "wait",
					     [RULES_ALARM] = "alarm",
					     [RULES_LET_GO] = "let go",
					     [RULES_RETIRE] = "retire" };

	return names[verdict];
}

static const char *ask_retirement(const char *f)
{
	const struct rules_retirement facts = { .not_ours = f[0] == '1',
						.loser_retained = f[1] == '1',
						.loser_is_later_old = f[2] == '1',
						.survivor_usable = f[3] == '1',
						.alarm_raised = f[4] == '1',
						.loser_of_another_thing = f[5] == '1' };

	return verdict_name(rules_retirement(&facts));
}

static const char *ask_release(const char *f)
{
	const struct rules_release facts = { .successor_usable = f[0] == '1',
					     .attached = f[1] == '1' };

	return verdict_name(rules_release(&facts));
}

static const char *ask_revocation(const char *f)
{
	return yes_no(rules_retirement_revokes(f[0] == '1', f[1] == '1'));
}

/* The age is less than the quarantine, as long, or longer. */
static const char *ask_quarantine(const char *f)
{
	const struct rules_quarantine facts = { .age = 1000 + (f[0] == '>') - (f[0] == '<'),
						.length = 1000,
						.active = f[1] == '1',
						.attached = f[2] == '1' };

	return yes_no(rules_quarantine_is_over(&facts));
}

static const char *ask_lost(const char *f)
{
	return yes_no(rules_has_lost(part(f[0]), survivor(f[1])));
}

struct row { const char *facts, *verdict; };

static const struct table {
	const char *name;
	const char *columns[COLUMNS];	/* the values of each */
	const char *(*ask)(const char *f);
	struct row rows[24];
} tables[] = {
	{ "part", { "xon" }, ask_part, { { "x", "no part" }, { "o", "old" }, { "n", "new" } } },

	/* speaks for the thing, registered, revoked, ACTIVE, attached to the thing */
	{ "asker", { "01", "01", "01", "01", "01" }, ask_asker, {
		{ "0....", "client of others" },
		{ "10...", "certificate unknown" },
		{ "111..", "certificate revoked" },
		{ "1100.", "certificate inactive" },
		{ "11010", "certificate unattached" },
		{ "11011", "allowed" } } },

	/* exists, IN_PROGRESS, the newest, its job is a rotation */
	{ "execution", { "01", "01", "01", "01" }, ask_execution, {
		{ "0...", "execution unknown" },
		{ "10..", "execution not in progress" },
		{ "110.", "execution replaced" },
		{ "1110", "job not rotation" },
		{ "1111", "allowed" } } },

	/* the same key, the session that has the certificate, survivor */
	{ "repeat", { "01", "01", "_on" }, ask_repeat, {
		{ "00.", "second key, alarm" },
		{ "01.", "second key" },
		{ "1._", "allowed" },
		{ "1.o", "decided" },
		{ "1.n", "decided" } } },

	/* subject differs, CSR unsound, key in use, key seen, another certificate unexplained */
	{ "create", { "01", "01", "01", "01", "01" }, ask_create, {
		{ "00000", "allowed" },
		{ "1....", "subject differs" },
		{ "01...", "csr unsound" },
		{ "001..", "key in use" },
		{ "0001.", "key seen" },
		{ "00001", "certificate unexplained" } } },
	{ "create-early", { "01", "01", "01", "01", "01" }, ask_create_early, {
		{ ".....", "yes" } } },

	/*
	 * retained, lost, shares a rotation with the principal, in an open one, principal
	 * retained
	 */
	{ "other", { "01", "01", "01", "01", "01" }, ask_other, {
		{ "1....", "yes" },
		{ "01...", "yes" },
		{ "001..", "yes" },
		{ "00011", "yes" },
		{ "00010", "no" },
		{ "0000.", "no" } } },

	/* a certificate was issued, over, another one is named, survivor, in use */
	{ "commit", { "01", "xon", "01", "_on", "01" }, ask_commit, {
		{ "0....", "nothing issued" },
		{ "1x...", "commit not over new" },
		{ "1o...", "commit not over new" },
		{ "1n1..", "commit means another" },
		{ "1n0o.", "decided for old" },
		{ "1n0_1", "allowed" },
		{ "1n0n1", "allowed" },
		{ "1n0_0", "new not in use" },
		{ "1n0n0", "new not in use" } } },

	/*
	 * A certificate was issued, survivor, SUCCEEDED, over; said by one of ours, begun by one
	 * that is not, principal usable; committed, needs a rotation; survivor failed, NEW alone
	 * is outside of its dates
	 */
	{ "final-status-without",
	  { "0", "_on", "01", "xon", "01", "01", "01", "01", "01", "01", "01" },
	  ask_final_status, {
		{ "0.1.....1..", "nothing issued" },
		{ "0.1.....0..", "accepted" },
		{ "0.0........", "accepted" } } },
	{ "final-status-open",
	  { "1", "_", "01", "xon", "01", "01", "01", "01", "01", "01", "01" },
	  ask_final_status, {
		{ "1_1x.......", "said without part" },
		{ "1_1o.......", "succeeded over old" },
		{ "1_1n...0...", "not committed" },
		{ "1_1n...1..0", "NEW" },
		{ "1_1n.0.1..1", "new outside dates, OLD" },
		{ "1_1n.1.1..1", "NEW" },
		{ "1_0o.......", "OLD" },
		{ "1_0n10.....", "OLD" },
		{ "1_0n0.1....", "doubt" },
		{ "1_0n111....", "doubt" },
		{ "1_0n0.0....", "OLD" },
		{ "1_0n110....", "OLD" },
		{ "1_0x10.....", "said without part" },
		{ "1_0x0.1....", "accepted" },
		{ "1_0x111....", "accepted" },
		{ "1_0x0.0....", "said without part" },
		{ "1_0x110....", "said without part" } } },
	{ "final-status-decided",
	  { "1", "on", "01", "xon", "01", "01", "01", "01", "01", "0", "01" },
	  ask_final_status, {
		{ "1.1x.......", "said without part" },
		{ "1.1o.......", "succeeded over old" },
		{ "1o1n...0...", "not committed" },
		{ "1o1n...1...", "decided otherwise" },
		{ "1n1n......0", "accepted" },
		{ "1n1n.0....1", "new outside dates" },
		{ "1n1n.1....1", "accepted" },
		{ "1o0........", "accepted" },
		{ "1n0x.......", "accepted" },
		{ "1n0o.......", "decided otherwise" },
		{ "1n0n.......", "decided otherwise" } } },
	{ "final-status-survivor-failed",
	  { "1", "on", "01", "xon", "01", "01", "01", "01", "01", "1", "01" },
	  ask_final_status, {
		{ "1n0o..1....", "OLD" },
		{ "1n0o..0....", "decided otherwise" },
		{ "1o1n..1....", "NEW" },
		{ "1o1n..00...", "not committed" },
		{ "1o1n..01...", "decided otherwise" },
		{ "1.1x.......", "said without part" },
		{ "1.1o.......", "succeeded over old" },
		{ "1n1n......0", "accepted" },
		{ "1n1n.0....1", "new outside dates" },
		{ "1n1n.1....1", "accepted" },
		{ "1o0........", "accepted" },
		{ "1n0x.......", "accepted" },
		{ "1n0n.......", "decided otherwise" } } },

	/* over, survivor, not ours */
	{ "turn", { "xon", "_on", "01" }, ask_turn, {
		{ "on0", "OLD" }, { "no0", "NEW" }, { "..1", "as it is" }, { "x.0", "as it is" },
		{ "o_0", "as it is" }, { "oo0", "as it is" }, { "n_0", "as it is" },
		{ "nn0", "as it is" } } },

	/* FAILED was said over NEW and decided nothing; the broker only reports it again */
	{ "session", { "01", "01" }, ask_session, {
		{ "0.", "no" }, { "10", "yes" }, { "11", "no" } } },

	/* over, principal retained, not ours, the other certificate was seen, is ACTIVE */
	{ "settlement", { "xon", "01", "01", "01", "01" }, ask_settlement, {
		{ "x0...", "open" },
		{ "n.111", "NEW, OLD retained" },
		{ "n.0..", "NEW" },
		{ "n.10.", "NEW" },
		{ "n.110", "NEW" },
		{ "o.111", "OLD, NEW retained" },
		{ "o.0..", "OLD" },
		{ "o.10.", "OLD" },
		{ "o.110", "OLD" },
		{ "x1111", "OLD, NEW retained" },
		{ "x10..", "OLD" },
		{ "x110.", "OLD" },
		{ "x1110", "OLD" } } },

	/* seen, ACTIVE */
	{ "return", { "01", "01" }, ask_return, {
		{ "11", "yes" }, { "10", "no" }, { "0.", "no" } } },

	/* is the one that was seen, that one is from a rotation, is its OLD */
	{ "sight", { "01", "01", "01" }, ask_sight, {
		{ "010", "yes" }, { "011", "no" }, { "00.", "no" }, { "1..", "no" } } },
	{ "success", { "01" }, ask_success, { { "0", "yes" }, { "1", "no" } } },

	/*
	 * not ours, loser retained, loser is OLD of a later one; survivor usable, alarm raised,
	 * the loser is another thing's
	 */
	{ "retirement", { "01", "01", "01", "01", "01", "01" }, ask_retirement, {
		{ "11....", "wait" },
		{ "101...", "wait" },
		{ "0..00.", "alarm" },
		{ "0..01.", "wait" },
		{ "0..1.0", "retire" },
		{ "0..1.1", "let go" },
		{ "10000.", "alarm" },
		{ "10001.", "wait" },
		{ "1001.0", "retire" },
		{ "1001.1", "let go" } } },

	/* successor usable, still the thing's */
	{ "release", { "01", "01" }, ask_release, {
		{ "0.", "wait" }, { "11", "retire" }, { "10", "let go" } } },
	/* issued by a private authority, revoked */
	{ "revocation", { "01", "01" }, ask_revocation, {
		{ "10", "yes" }, { "11", "no" }, { "0.", "no" } } },
	/* age, ACTIVE, attached */
	{ "quarantine", { "<=>", "01", "01" }, ask_quarantine, {
		{ "<..", "no" }, { "=00", "yes" }, { ">00", "yes" },
		{ "=1.", "no" }, { "=01", "no" }, { ">1.", "no" }, { ">01", "no" } } },
	/* the certificate is, survivor */
	{ "lost", { "xon", "_on" }, ask_lost, {
		{ "x.", "no" }, { "o_", "no" }, { "n_", "no" },
		{ "oo", "no" }, { "on", "yes" }, { "no", "yes" }, { "nn", "no" } } }
};
enum { TABLES = sizeof tables / sizeof tables[0] };

static int columns_of(const struct table *t)
{
	int n = 0;

	while (n < COLUMNS && t->columns[n])
		n++;
	return n;
}

/* Combination number `which`, a letter a column. False: there is none. */
static bool combine(char letters[static COLUMNS + 1], const struct table *t, size_t which)
{
	int n = columns_of(t);

	for (int i = 0; i < n; i++) {
		size_t values = strlen(t->columns[i]);

		letters[i] = t->columns[i][which % values];
		which /= values;
	}
	letters[n] = '\0';
	return which == 0;
}

static bool matches(const char *row, const char *letters)
{
	for (; *row; row++, letters++)
		if (*row != '.' && *row != *letters)
			return false;
	return *letters == '\0';
}

/* The one row that speaks of it; NULL, and a line: there is none, or there are two. */
static const char *expected(const struct table *t, const char *letters)
{
	const char *found = NULL;

	for (const struct row *r = t->rows; r->facts; r++) {
		if (!matches(r->facts, letters))
			continue;
		if (found) {
			printf("%s %s: two rows\n", t->name, letters);
			return NULL;
		}
		found = r->verdict;
	}
	if (!found)
		printf("%s %s: no row\n", t->name, letters);
	return found;
}

/* How many combinations of the table differ. */
static int check(const struct table *t)
{
	char letters[COLUMNS + 1];
	int differ = 0;
	size_t count = 0;

	for (; combine(letters, t, count); count++) {
		const char *wanted = expected(t, letters), *said = t->ask(letters);

		if (wanted && strcmp(wanted, said) == 0)
			continue;
		differ++;
		if (wanted)
			printf("%s %s: %s, not %s\n", t->name, letters, said, wanted);
	}
	printf("%s: %zu combinations, %d differ\n", t->name, count, differ);
	return differ;
}

/* Rows that speak of no combination at all. */
static int check_rows(const struct table *t)
{
	char letters[COLUMNS + 1];
	int idle = 0;

	for (const struct row *r = t->rows; r->facts; r++) {
		bool used = false;

		for (size_t i = 0; combine(letters, t, i); i++)
			used = used || matches(r->facts, letters);
		if (used)
			continue;
		idle++;
		printf("%s %s: a row of no combination\n", t->name, r->facts);
	}
	return idle;
}

/* A verdict in the words of the model, which has fewer of them. */
static const char *coarse(const char *kind, const char *said)
{
	static const char *const finals[] = { "accepted", "doubt", "OLD", "NEW" };
	static char word[8];

	if (strcmp(kind, "final") == 0) {
		for (size_t i = 0; i < sizeof finals / sizeof finals[0]; i++)
			if (strcmp(said, finals[i]) == 0)
				return said;
		return strcmp(said, "new outside dates, OLD") == 0 ? "refused,OLD" : "refused";
	}
	if (strcmp(kind, "commit") == 0) {
		if (strcmp(said, "new not in use") == 0)
			return "again";
		return strcmp(said, "allowed") == 0 ? said : "refused";
	}
	if (strcmp(kind, "turn") == 0)
		return strcmp(said, "as it is") == 0 ? "same" : said;
	if (strcmp(kind, "settlement") == 0) {
		snprintf(word, sizeof word, "%.3s", said);
		return word;
	}
	return strcmp(said, "yes") == 0 || strstr(said, "retained") || strcmp(said, "retire") == 0
	    ? "1"
	    : "0";
}

static const char *ask_model(const char *kind, const char *facts)
{
	static const struct { const char *kind; const char *(*ask)(const char *f); } asks[] = {
		{ "final", ask_final_status }, { "commit", ask_commit },
		{ "turn", ask_turn },
		{ "settlement", ask_settlement }, { "retained", ask_settlement },
		{ "sight", ask_sight }, { "retirement", ask_retirement }
	};

	for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++)
		if (strcmp(asks[i].kind, kind) == 0)
			return coarse(kind, asks[i].ask(facts));
	return "nobody knows it";
}

/* Lines KIND FACTS VERDICT on standard input. */
static int check_model(void)
{
	char kind[16], facts[16], wanted[16];
	int count = 0, differ = 0;

	for (; scanf("%15s %15s %15s", kind, facts, wanted) == 3; count++) {
		const char *said = ask_model(kind, facts);

		if (strcmp(said, wanted) == 0)
			continue;
		differ++;
		printf("%s %s: %s, not %s\n", kind, facts, said, wanted);
	}
	printf("%d transitions, %d differ\n", count, differ);
	return count == 0 || differ != 0 || !feof(stdin);
}

int main(int argc, char *argv[])
{
	int wrong = 0;

	if (argc != 2)
		return 100;
	if (strcmp(argv[1], "model") == 0)
		return check_model();
	for (size_t i = 0; i < TABLES; i++) {
		if (strncmp(argv[1], tables[i].name, strlen(argv[1])) != 0)
			continue;
		wrong += check(&tables[i]);
		wrong += check_rows(&tables[i]);
	}
	return wrong != 0;
}
