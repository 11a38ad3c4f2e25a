/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gr-stopwatch: gr-stopwatch FILE COMMAND... runs the command and tells what became of every
 * process of it.
 *
 * The kernel stops the processes at fork, exec and exit alone (ptrace(2)), so the run is slowed
 * down by little; of gr-link, whose first line says that it is connected, the writes are watched
 * as well. FILE gets one line a process: pid, parent, start, exec, first line (each in
 * microseconds from the beginning, 0: never), end, peak memory of what it ran last in kB (VmHWM),
 * and its name. The exit status is the command's own.
 */
#include "complain.h"
#include "status.h"
#include "str.h"
#include "tick.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TASKS_MAX = 4096, SYSCALL_STOP = SIGTRAP | 0x80 };
enum {
	OPTIONS = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
	    PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL
};

struct task {
	pid_t pid, parent;
	int64_t start, exec, said, end;	/* microseconds from the beginning; 0: not yet */
	long peak;			/* kB */
	bool listening;			/* its system calls are watched for the first line */
	char name[16];
};
struct watch {
	int64_t began;
	pid_t root;
	int status;		/* of the root, as waitpid gave it; -1: still runs */
	size_t count;
	struct task tasks[TASKS_MAX];
};

/* The task of a pid that still lives; a new one where there is none. */
static struct task *task_of(struct watch *w, pid_t pid)
{
	for (size_t i = w->count; i-- > 0;)
		if (w->tasks[i].pid == pid && w->tasks[i].end == 0)
			return &w->tasks[i];
	if (w->count == TASKS_MAX) {
		complain("more than %d processes", TASKS_MAX);
		exit(GR_FAIL);
	}
	w->tasks[w->count] = (struct task){ .pid = pid, .start = tick_us() - w->began };
	return &w->tasks[w->count++];
}

/* Name and peak memory, while there is an address space to ask about. */
static void look(struct task *t)
{
	char path[64], line[256];
	FILE *f;

	str_format(path, sizeof path, "/proc/%d/status", (int)t->pid);
	if (!(f = fopen(path, "re")))
		return;
	while (fgets(line, sizeof line, f))
		if (sscanf(line, "Name: %15s", t->name) != 1)
			sscanf(line, "VmHWM: %ld", &t->peak);
	fclose(f);
}

static void note_child(struct watch *w, pid_t parent)
{
	unsigned long child = 0;

	if (ptrace(PTRACE_GETEVENTMSG, parent, NULL, &child) == 0)
		task_of(w, (pid_t)child)->parent = parent;
}

/* In the middle of its first write to standard output? */
static bool speaks(pid_t pid)
{
	struct __ptrace_syscall_info info = { 0 };

	return ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) > 0 &&
	    info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_write &&
	    info.entry.args[0] == STDOUT_FILENO;
}

static void resume(const struct task *t, int signal)
{
	ptrace(t->listening ? PTRACE_SYSCALL : PTRACE_CONT, t->pid, NULL,
	       (void *)(intptr_t)signal);
}

static void note_event(struct watch *w, struct task *t, int event)
{
	switch (event) {
	case PTRACE_EVENT_FORK: case PTRACE_EVENT_VFORK: case PTRACE_EVENT_CLONE:
		note_child(w, t->pid);
		break;
	case PTRACE_EVENT_EXEC:
		t->exec = tick_us() - w->began;
		look(t);
		t->listening = strcmp(t->name, "gr-link") == 0;
		break;
	case PTRACE_EVENT_EXIT:
		look(t);
		break;
	}
}

/*
 * What a stopped task is to be given when it goes on: the signal that stopped it, unless
 * that was ours.
 */
static int note_stop(struct watch *w, struct task *t, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_STOP)
		return 0;
	if (event) {
		note_event(w, t, event);
		return 0;
	}
	if (signal != SYSCALL_STOP)
		return signal;
	if (speaks(t->pid)) {
		t->said = tick_us() - w->began;
		t->listening = false;
	}
	return 0;
}

/* Until the last process of the command has ended. */
static void follow(struct watch *w)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		struct task *t;

		if (pid < 0)
			continue;
		t = task_of(w, pid);
		if (WIFSTOPPED(status)) {
			resume(t, note_stop(w, t, status));
			continue;
		}
		t->end = tick_us() - w->began;
		if (pid == w->root)
			w->status = status;
	}
}

/* The child waits until it is watched, then becomes the command. */
static pid_t launch(char *argv[])
{
	int gate[2];
	pid_t pid;
	char c;

	if (pipe(gate) != 0 || (pid = fork()) < 0) {
		complain("%s: %s", argv[0], strerror(errno));
		exit(GR_FAIL);
	}
	if (pid == 0) {
		close(gate[1]);
		while (read(gate[0], &c, 1) < 0 && errno == EINTR)
			;
		close(gate[0]);
		execvp(argv[0], argv);
		complain("%s: %s", argv[0], strerror(errno));
		_exit(GR_BAD);
	}
	close(gate[0]);
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)(intptr_t)OPTIONS) != 0) {
		complain("%s: cannot be watched: %s", argv[0], strerror(errno));
		exit(GR_FAIL);	/* the closed gate lets it go */
	}
	close(gate[1]);
	return pid;
}

static enum status report(const struct watch *w, const char *path)
{
	FILE *f = fopen(path, "we");

	for (size_t i = 0; f && i < w->count; i++) {
		const struct task *t = &w->tasks[i];

		fprintf(f, "%d %d %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %ld %s\n",
			(int)t->pid, (int)t->parent, t->start, t->exec, t->said, t->end, t->peak,
			t->name);
	}
	if (f && fclose(f) == 0)
		return GR_OK;
	complain("%s: %s", path, strerror(errno));
	return GR_FAIL;
}

int main(int argc, char *argv[])
{
	struct watch *w = calloc(1, sizeof *w);
	enum status st;

	if (argc < 3 || !w) {
		fputs("usage: gr-stopwatch FILE COMMAND...\n", stderr);
		free(w);
		return GR_BAD;
	}
	w->status = -1;
	w->began = tick_us();
	w->root = launch(argv + 2);
	follow(w);
	st = report(w, argv[1]);
	if (st == GR_OK)
		st = WIFEXITED(w->status) ? WEXITSTATUS(w->status) : 128 + WTERMSIG(w->status);
	free(w);
	return (int)st;
}
