/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gr-cut: runs a program and everything that it starts, counts their system calls with one
 * counter, and at number N makes the fault happen: all of them are killed before the call is made,
 * as by a power cut, or the call fails, or another command runs before it is made.
 */
#define _GNU_SOURCE	/* waitpid's __WALL */
#include "arg.h"
#include "beside.h"
#include "call.h"
#include "complain.h"
#include "filter.h"
#include "str.h"
#include "tree.h"
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* As timeout(1) has them; what the program itself answered is passed on. */
enum { EXIT_LIMIT = 124, EXIT_HARNESS = 125, EXIT_CUT = 137 };
enum { LINGER_MS = 10000, UNDER_MAX = 8, SHORT = -1 };

/*
 * ext4's, which no header of ours has: 2 throws away what is not yet in the
 * journal (fs/ext4/ext4.h, EXT4_IOC_SHUTDOWN).
 */
#define SHUTDOWN _IOR('X', 125, uint32_t)
enum { SHUTDOWN_LOSE_LOG = 2 };

struct run {
	uint32_t at;			/* 0: never */
	uint32_t times;			/* as many calls from there on fail */
	int error;			/* 0: kill; SHORT: half of the bytes */
	unsigned classes;
	const char *under[UNDER_MAX];	/* looks count below these alone */
	size_t under_count;
	int disk;			/* file system to shut down; -1: none */
	FILE *log;
	struct watch watch;
	struct beside beside;
	int64_t deadline;

	sigset_t signals;		/* blocked, and waited for */
	pid_t root;
	int status;			/* of the root; -1: still runs */
	uint32_t count;
	bool cut;
};

static const struct arg_option options[] = {
	{ 'n', "number", "N", "the call that is met (default: none; only count)" },
	{ 'e', "error", "NAME",
	  "the call fails with this error, or, SHORT, moves half of the bytes (default: kill)" },
	{ 'r', "repeat", "TIMES", "so many calls fail, one after the other (default 1)" },
	{ 'c', "classes", "LIST",
	  "of file, space, net, take, look, new and part (default: file,net)" },
	{ 'x', "beside", "COMMAND",
	  "the call waits until sh has run COMMAND; it is made if its process still lives" },
	{ 'u', "under", "DIR", "looks count below DIR alone; may be given again" },
	{ 's', "shutdown", "DIR",
	  "first shut down the ext4 that DIR is on: what was not synced is lost" },
	{ 'l', "log", "FILE", "one line a counted call: number, pid, program, call, object" },
	{ 'w', "watch", "DIR",
	  "also log each state of the journal and pairs in DIR, a device's store" },
	{ 't', "time", "SECONDS", "give up after that long (default 300)" },
	{ 0 }
};
static const struct arg_spec spec = { "gr-cut", "[options] PROGRAM [ARGUMENT...]",
				      "Run a program up to its n-th system call.", options };

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static bool is_under(const struct run *r, const char *path)
{
	for (size_t i = 0; i < r->under_count; i++)
		if (strncmp(path, r->under[i], strlen(r->under[i])) == 0)
			return true;
	return r->under_count == 0;
}

static void note(const struct run *r, const struct call *call, pid_t pid)
{
	char path[64], name[32] = "?";
	FILE *f;

	if (!r->log)
		return;
	str_format(path, sizeof path, "/proc/%d/comm", (int)pid);
	if ((f = fopen(path, "re"))) {
		if (fscanf(f, "%31s", name) != 1)
			name[0] = '?';
		fclose(f);
	}
	fprintf(r->log, "%" PRIu32 " %d %s %s %s\n", r->count, (int)pid, name, call->name,
		call->object);
}

/*
 * Whoever comes to another counted call meanwhile stops, and dies there: nothing happens
 * after number N.
 */
static void cut(struct run *r)
{
	uint32_t how = SHUTDOWN_LOSE_LOG;

	if (r->disk >= 0 && ioctl(r->disk, SHUTDOWN, &how) != 0)
		complain("the file system cannot be shut down: %s", strerror(errno));
	tree_kill();
	r->cut = true;
}

/* True: it counts, and is met. */
static bool count(struct run *r, const struct call_stop *stop)
{
	struct call call;

	call_read(&call, stop);
	if (!(call.classes & r->classes) ||
	    (call.classes & CALL_LOOK && !is_under(r, call.object)))
		return false;
	r->count++;
	note(r, &call, stop->pid);
	return r->at > 0 && r->count >= r->at && r->count - r->at < r->times;
}

static void take_call(struct run *r, pid_t pid)
{
	struct call_stop stop;

	if (beside_hold(&r->beside, pid))
		return;
	watch_look(&r->watch, r->log);
	if (filter_read(&stop, pid) == GR_OK && count(r, &stop)) {
		if (r->beside.command && beside_start(&r->beside, pid) == GR_OK)
			return;
		if (!r->error) {
			cut(r);
			return;
		}
		if (r->error == SHORT)
			filter_shorten(pid);
		else
			filter_fail(pid, r->error);
	}
	ptrace(PTRACE_CONT, pid, NULL, 0);
}

/* The command beside has ended: those that waited go on, if they were not ended by it. */
static void let_go(struct run *r)
{
	struct beside *b = &r->beside;

	b->pid = 0;
	ptrace(PTRACE_CONT, b->held[0], NULL, 0);
	for (size_t i = 1; i < b->count; i++)
		take_call(r, b->held[i]);
}

/*
 * A process stopped: before a call, for a child of its own, by a signal that it is to get, or with
 * its whole group.
 */
static void take_stop(struct run *r, pid_t pid, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_SECCOMP)
		take_call(r, pid);
	else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP)
		ptrace(PTRACE_LISTEN, pid, NULL, 0);
	else
		ptrace(PTRACE_CONT, pid, NULL, (void *)(intptr_t)(event ? 0 : signal));
}

/* Whatever happened to the processes since; false once there are none. */
static bool take_all(struct run *r)
{
	int status;
	pid_t pid;

	while (!r->cut && (pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			take_stop(r, pid, status);
		} else if (pid == r->beside.pid) {
			let_go(r);
		} else if (pid == r->root) {
			r->status = status;
			r->deadline = now_ms() + LINGER_MS;
		}
	}
	return !r->cut && pid == 0;
}

static int give_up(const struct run *r)
{
	fprintf(stderr, "gr-cut: %s:",
		r->status == -1 ? "still running at the time limit" : "left behind");
	tree_list(stderr);
	fputs("\n", stderr);
	tree_kill();
	return r->status == -1 ? EXIT_LIMIT : EXIT_HARNESS;
}

/* A signal to us is meant for the program. */
static int follow(struct run *r)
{
	while (take_all(r)) {
		int64_t left = r->deadline - now_ms();
		int signal;

		if (left <= 0)
			return give_up(r);
		signal = sigtimedwait(&r->signals, NULL,
				      &(struct timespec){ left / 1000, left % 1000 * 1000000 });
		if (signal > 0 && signal != SIGCHLD && r->status == -1)
			kill(r->root, signal);
	}
	if (r->cut)
		return EXIT_CUT;
	return WIFEXITED(r->status) ? WEXITSTATUS(r->status) : 128 + WTERMSIG(r->status);
}

static enum status read_classes(unsigned *classes, char *list)
{
	static const struct { const char *name; unsigned class; } names[] = {
		{ "file", CALL_FILE },
		{ "space", CALL_SPACE },
		{ "net", CALL_NET },
		{ "take", CALL_TAKE },
		{ "look", CALL_LOOK },
		{ "new", CALL_NEW },
		{ "part", CALL_PART }
	};

	*classes = 0;
	for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
		size_t i = 0;

		while (i < sizeof names / sizeof names[0] && strcmp(names[i].name, word) != 0)
			i++;
		if (i == sizeof names / sizeof names[0]) {
			complain("--classes: %s: there is no such class", word);
			return GR_BAD;
		}
		*classes |= names[i].class;
	}
	return GR_OK;
}

static enum status read_error(int *error, const char *name)
{
	static const struct { const char *name; int error; } names[] = {
		{ "EIO", EIO },		{ "ENOSPC", ENOSPC },	{ "ECONNRESET", ECONNRESET },
		{ "ENOMEM", ENOMEM },	{ "EMFILE", EMFILE },	{ "EACCES", EACCES },
		{ "EROFS", EROFS },	{ "EINTR", EINTR },	{ "SHORT", SHORT }
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i].name, name) == 0) {
			*error = names[i].error;
			return GR_OK;
		}
	complain("--error: %s: not one that can be made", name);
	return GR_BAD;
}

static enum status read_option(struct run *r, int ch, char *value)
{
	uint32_t seconds;
	enum status st;

	switch (ch) {
	case 'n': return arg_u32(&r->at, "--number", value);
	case 'e': return read_error(&r->error, value);
	case 'x': r->beside.command = value; return GR_OK;
	case 'r': return arg_range(&r->times, "--repeat", value, 1, 1000000);
	case 'c': return read_classes(&r->classes, value);
	case 'u':
		if (r->under_count == UNDER_MAX)
			arg_usage(&spec);
		r->under[r->under_count++] = value;
		return GR_OK;
	case 's':
		if ((r->disk = open(value, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0)
			return GR_OK;
		break;
	case 'l':
		if ((r->log = fopen(value, "we")))
			return GR_OK;
		break;
	case 'w': r->watch.dir = value; return GR_OK;
	case 't':
		if ((st = arg_range(&seconds, "--time", value, 1, 1000000)) == GR_OK)
			r->deadline = now_ms() + seconds * 1000LL;
		return st;
	}
	complain("%s: %s", value, strerror(errno));
	return GR_BAD;
}

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigprocmask(SIG_BLOCK, set, NULL);
}

int main(int argc, char *argv[])
{
	struct run r = { .times = 1,
			 .classes = CALL_FILE | CALL_NET,
			 .disk = -1,
			 .status = -1,
			 .deadline = now_ms() + 300000 };
	int ch, rc = EXIT_HARNESS;

	while ((ch = arg_next(&spec, argc, argv)) != -1)
		if (read_option(&r, ch, optarg) != GR_OK)
			return EXIT_HARNESS;
	if (optind == argc)
		arg_usage(&spec);
	block_signals(&r.signals);
	if (tree_adopt() == GR_OK && filter_launch(&r.root, r.classes, argv + optind) == GR_OK)
		rc = follow(&r);
	watch_look(&r.watch, r.log);
	if (r.log && fclose(r.log) != 0)
		rc = EXIT_HARNESS;
	return rc;
}
