/* SPDX-License-Identifier: Apache-2.0 */
/* filter.c - the filter program (seccomp(2)) and what a tracer does at its stops (ptrace(2)) */
#define _GNU_SOURCE	/* syscall, O_TMPFILE */
#include "filter.h"
#include "complain.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

enum { PROGRAM_MAX = 1024, RULE_MAX = 5 };
enum {
	OPTIONS = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
	    PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL
};

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

#define LOAD(field) \
	(struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
				     offsetof(struct seccomp_data, field))
/* The low half: both machines are little endian. */
#define LOAD_ARG(n) \
	(struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
				     offsetof(struct seccomp_data, args) + 8 * (unsigned)(n))
#define EQUAL(k, yes, no) \
	(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), (yes), (no))
#define ANY_OF(k, yes, no) \
	(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (k), (yes), (no))
#define RETURN(k) (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (k))

/* With the number loaded: past these instructions, or an answer. */
static size_t add_rule(struct sock_filter *to, const struct call_rule *rule, unsigned classes)
{
	size_t n = 1;

	if (rule->kind == KIND_OPEN && !(classes & (CALL_LOOK | CALL_NEW)) &&
	    call_flags_arg(rule) >= 0) {
		to[n++] = LOAD_ARG(call_flags_arg(rule));
		to[n++] = ANY_OF(O_ACCMODE | O_CREAT | O_TRUNC | O_TMPFILE, 1, 0);
		to[n++] = RETURN(SECCOMP_RET_ALLOW);
	}
	/* The shell reads its pipes byte by byte; on a socket nobody does. */
	if (rule->nr == SYS_read) {
		to[n++] = LOAD_ARG(2);
		to[n++] = EQUAL(1, 0, 1);
		to[n++] = RETURN(SECCOMP_RET_ALLOW);
	}
	to[n++] = RETURN(SECCOMP_RET_TRACE);
	to[0] = EQUAL((unsigned)rule->nr, 0, (unsigned char)(n - 1));
	return n;
}

static unsigned short make_program(struct sock_filter to[static PROGRAM_MAX], unsigned classes)
{
	size_t count, n = 0;
	const struct call_rule *rules = call_rules(&count);

	to[n++] = LOAD(arch);
	to[n++] = EQUAL(MACHINE, 1, 0);
	/* numbers of another kind: better dead than not counted */
	to[n++] = RETURN(SECCOMP_RET_KILL_PROCESS);
	to[n++] = LOAD(nr);
	for (size_t i = 0; i < count && n + RULE_MAX < PROGRAM_MAX; i++)
		if (rules[i].classes & classes)
			n += add_rule(to + n, &rules[i], classes);
	to[n++] = RETURN(SECCOMP_RET_ALLOW);
	return (unsigned short)n;
}

/* Waits until it is traced: without a tracer the filter's calls would fail. */
static _Noreturn void become(int gate, unsigned classes, char *argv[])
{
	struct sock_filter code[PROGRAM_MAX];
	struct sock_fprog program = { make_program(code, classes), code };
	sigset_t none;
	char c;

	while (read(gate, &c, 1) < 0 && errno == EINTR)
		;
	close(gate);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		_exit(126);
	execvp(argv[0], argv);
	_exit(127);
}

enum status filter_launch(pid_t *pid, unsigned classes, char *argv[])
{
	enum status st = GR_OK;
	int gate[2];

	if (pipe(gate) != 0 || (*pid = fork()) < 0) {
		complain("%s: %s", argv[0], strerror(errno));
		return GR_FAIL;
	}
	if (*pid == 0) {
		close(gate[1]);
		become(gate[0], classes, argv);
	}
	close(gate[0]);
	if (ptrace(PTRACE_SEIZE, *pid, NULL, (void *)(intptr_t)OPTIONS) != 0) {
		complain("%s: cannot be traced: %s", argv[0], strerror(errno));
		kill(*pid, SIGKILL);
		st = GR_FAIL;
	}
	close(gate[1]);
	return st;
}

enum status filter_read(struct call_stop *stop, pid_t pid)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_SECCOMP)
		return GR_NO;
	stop->pid = pid;
	stop->nr = info.seccomp.nr;
	memcpy(stop->args, info.seccomp.args, sizeof stop->args);
	return GR_OK;
}

/* A call numbered -1 is not made; what stands for its result is what the program gets. */
#if defined(__x86_64__)
enum status filter_fail(pid_t pid, int error)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
		return GR_NO;
	regs.orig_rax = (unsigned long long)-1;
	regs.rax = (unsigned long long)-error;
	return ptrace(PTRACE_SETREGS, pid, NULL, &regs) == 0 ? GR_OK : GR_NO;
}

enum status filter_shorten(pid_t pid)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
		return GR_NO;
	regs.rdx = (regs.rdx + 1) / 2;
	return ptrace(PTRACE_SETREGS, pid, NULL, &regs) == 0 ? GR_OK : GR_NO;
}
#elif defined(__aarch64__)
enum status filter_fail(pid_t pid, int error)
{
	int none = -1;
	struct user_regs_struct regs;
	struct iovec number = { &none, sizeof none }, all = { &regs, sizeof regs };

	if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &all) != 0)
		return GR_NO;
	regs.regs[0] = (unsigned long long)-error;
	if (ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &all) != 0 ||
	    ptrace(PTRACE_SETREGSET, pid, (void *)NT_ARM_SYSTEM_CALL, &number) != 0)
		return GR_NO;
	return GR_OK;
}

enum status filter_shorten(pid_t pid)
{
	struct user_regs_struct regs;
	struct iovec all = { &regs, sizeof regs };

	if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &all) != 0)
		return GR_NO;
	regs.regs[2] = (regs.regs[2] + 1) / 2;
	return ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &all) == 0 ? GR_OK : GR_NO;
}
#endif
