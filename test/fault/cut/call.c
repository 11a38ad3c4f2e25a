/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.c - the table of counted system calls (numbers: sys/syscall.h; older ones are missing
 * on newer machines)
 */
#define _GNU_SOURCE	/* process_vm_readv, O_TMPFILE */
#include "call.h"
#include "str.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define RULE(name, ...) { #name, SYS_##name, __VA_ARGS__ }
#define CHANGE CALL_FILE
#define GROW (CALL_FILE | CALL_SPACE)
#define ANY_WRITE (CALL_FILE | CALL_SPACE | CALL_NET)
#define ANY_OPEN (CALL_FILE | CALL_SPACE | CALL_LOOK | CALL_NEW)

static const struct call_rule rules[] = {
	RULE(openat, KIND_OPEN, SHAPE_AT, 0, ANY_OPEN),
	RULE(openat2, KIND_OPEN, SHAPE_AT, 0, ANY_OPEN),
	RULE(write, KIND_WRITE, SHAPE_FD, 0, ANY_WRITE | CALL_PART),
	RULE(writev, KIND_WRITE, SHAPE_FD, 0, ANY_WRITE),
	RULE(pwrite64, KIND_WRITE, SHAPE_FD, 0, ANY_WRITE | CALL_PART),
	RULE(pwritev, KIND_WRITE, SHAPE_FD, 0, ANY_WRITE),
	RULE(pwritev2, KIND_WRITE, SHAPE_FD, 0, ANY_WRITE),
	RULE(sendfile, KIND_WRITE, SHAPE_FD, 0, ANY_WRITE),
	RULE(copy_file_range, KIND_WRITE, SHAPE_FD, 2, ANY_WRITE),
	RULE(splice, KIND_WRITE, SHAPE_FD, 2, ANY_WRITE),
	RULE(ftruncate, KIND_PLAIN, SHAPE_FD, 0, GROW),
	RULE(truncate, KIND_PLAIN, SHAPE_PATH, 0, GROW),
	RULE(fallocate, KIND_PLAIN, SHAPE_FD, 0, GROW),
	RULE(fsync, KIND_PLAIN, SHAPE_FD, 0, GROW),
	RULE(fdatasync, KIND_PLAIN, SHAPE_FD, 0, GROW),
	RULE(sync_file_range, KIND_PLAIN, SHAPE_FD, 0, GROW),
	RULE(syncfs, KIND_PLAIN, SHAPE_FD, 0, GROW),
	RULE(sync, KIND_PLAIN, SHAPE_NONE, 0, CHANGE),
	RULE(mkdirat, KIND_PLAIN, SHAPE_AT, 0, GROW),
	RULE(mknodat, KIND_PLAIN, SHAPE_AT, 0, GROW),
	RULE(symlinkat, KIND_PLAIN, SHAPE_AT, 1, GROW),
	RULE(linkat, KIND_PLAIN, SHAPE_AT, 2, GROW),
	RULE(renameat, KIND_PLAIN, SHAPE_AT, 2, GROW),
	RULE(renameat2, KIND_PLAIN, SHAPE_AT, 2, GROW),
	RULE(unlinkat, KIND_PLAIN, SHAPE_AT, 0, CHANGE),
	RULE(fchmod, KIND_PLAIN, SHAPE_FD, 0, CHANGE),
	RULE(fchmodat, KIND_PLAIN, SHAPE_AT, 0, CHANGE),
	RULE(fchown, KIND_PLAIN, SHAPE_FD, 0, CHANGE),
	RULE(fchownat, KIND_PLAIN, SHAPE_AT, 0, CHANGE),
	RULE(utimensat, KIND_PLAIN, SHAPE_AT, 0, CHANGE),
	RULE(setxattr, KIND_PLAIN, SHAPE_PATH, 0, GROW),
	RULE(fsetxattr, KIND_PLAIN, SHAPE_FD, 0, GROW),
	RULE(flock, KIND_PLAIN, SHAPE_FD, 0, CHANGE),
	RULE(ioctl, KIND_IOCTL, SHAPE_FD, 0, GROW),
	RULE(connect, KIND_PLAIN, SHAPE_FD, 0, CALL_NET),
	RULE(bind, KIND_PLAIN, SHAPE_FD, 0, CALL_NET),
	RULE(listen, KIND_PLAIN, SHAPE_FD, 0, CALL_NET),
	RULE(accept, KIND_PLAIN, SHAPE_FD, 0, CALL_NET | CALL_NEW),
	RULE(accept4, KIND_PLAIN, SHAPE_FD, 0, CALL_NET | CALL_NEW),
	RULE(socket, KIND_PLAIN, SHAPE_NONE, 0, CALL_NEW),
	RULE(pipe2, KIND_PLAIN, SHAPE_NONE, 0, CALL_NEW),
	RULE(epoll_create1, KIND_PLAIN, SHAPE_NONE, 0, CALL_NEW),
	RULE(sendto, KIND_PLAIN, SHAPE_FD, 0, CALL_NET | CALL_PART),
	RULE(sendmsg, KIND_PLAIN, SHAPE_FD, 0, CALL_NET),
	RULE(sendmmsg, KIND_PLAIN, SHAPE_FD, 0, CALL_NET),
	RULE(recvfrom, KIND_PLAIN, SHAPE_FD, 0, CALL_TAKE | CALL_PART),
	RULE(recvmsg, KIND_PLAIN, SHAPE_FD, 0, CALL_TAKE),
	RULE(recvmmsg, KIND_PLAIN, SHAPE_FD, 0, CALL_TAKE),
	RULE(shutdown, KIND_PLAIN, SHAPE_FD, 0, CALL_NET),
	RULE(read, KIND_READ, SHAPE_FD, 0, CALL_TAKE | CALL_LOOK | CALL_PART),
	RULE(readv, KIND_READ, SHAPE_FD, 0, CALL_TAKE | CALL_LOOK),
	RULE(pread64, KIND_READ, SHAPE_FD, 0, CALL_LOOK | CALL_PART),
	RULE(preadv, KIND_READ, SHAPE_FD, 0, CALL_LOOK),
	RULE(close, KIND_CLOSE, SHAPE_FD, 0, CALL_LOOK),
	RULE(newfstatat, KIND_PLAIN, SHAPE_AT, 0, CALL_LOOK),
	RULE(fstat, KIND_PLAIN, SHAPE_FD, 0, CALL_LOOK),
	RULE(statx, KIND_PLAIN, SHAPE_AT, 0, CALL_LOOK),
	RULE(statfs, KIND_PLAIN, SHAPE_PATH, 0, CALL_LOOK),
	RULE(fstatfs, KIND_PLAIN, SHAPE_FD, 0, CALL_LOOK),
	RULE(faccessat, KIND_PLAIN, SHAPE_AT, 0, CALL_LOOK),
	RULE(faccessat2, KIND_PLAIN, SHAPE_AT, 0, CALL_LOOK),
	RULE(readlinkat, KIND_PLAIN, SHAPE_AT, 0, CALL_LOOK),
	RULE(getdents64, KIND_PLAIN, SHAPE_FD, 0, CALL_LOOK),
#ifdef SYS_open	/* what newer machines have only in its -at form */
	RULE(open, KIND_OPEN, SHAPE_PATH, 0, ANY_OPEN),
	RULE(creat, KIND_PLAIN, SHAPE_PATH, 0, GROW | CALL_NEW),
	RULE(pipe, KIND_PLAIN, SHAPE_NONE, 0, CALL_NEW),
	RULE(mkdir, KIND_PLAIN, SHAPE_PATH, 0, GROW),
	RULE(mknod, KIND_PLAIN, SHAPE_PATH, 0, GROW),
	RULE(symlink, KIND_PLAIN, SHAPE_PATH, 1, GROW),
	RULE(link, KIND_PLAIN, SHAPE_PATH, 1, GROW),
	RULE(rename, KIND_PLAIN, SHAPE_PATH, 1, GROW),
	RULE(unlink, KIND_PLAIN, SHAPE_PATH, 0, CHANGE),
	RULE(rmdir, KIND_PLAIN, SHAPE_PATH, 0, CHANGE),
	RULE(chmod, KIND_PLAIN, SHAPE_PATH, 0, CHANGE),
	RULE(chown, KIND_PLAIN, SHAPE_PATH, 0, CHANGE),
	RULE(lchown, KIND_PLAIN, SHAPE_PATH, 0, CHANGE),
	RULE(utimes, KIND_PLAIN, SHAPE_PATH, 0, CHANGE),
	RULE(stat, KIND_PLAIN, SHAPE_PATH, 0, CALL_LOOK),
	RULE(lstat, KIND_PLAIN, SHAPE_PATH, 0, CALL_LOOK),
	RULE(access, KIND_PLAIN, SHAPE_PATH, 0, CALL_LOOK),
	RULE(readlink, KIND_PLAIN, SHAPE_PATH, 0, CALL_LOOK),
#endif
};

const struct call_rule *call_rules(size_t *count)
{
	*count = sizeof rules / sizeof rules[0];
	return rules;
}

int call_flags_arg(const struct call_rule *rule)
{
	return rule->nr == SYS_openat2 ? -1 : rule->arg + (rule->shape == SHAPE_AT ? 2 : 1);
}

/* "" where it cannot be read. */
static void read_text(char to[static PATH_MAX], pid_t pid, uint64_t address)
{
	/* Page by page: the text may end just before memory that is not there. */
	for (size_t used = 0; used < PATH_MAX;) {
		size_t len = 4096 - (address + used) % 4096;
		struct iovec here = { to + used, len < PATH_MAX - used ? len : PATH_MAX - used };
		struct iovec there = { (void *)(uintptr_t)(address + used), here.iov_len };
		ssize_t n = process_vm_readv(pid, &here, 1, &there, 1, 0);

		if (n <= 0)
			break;
		if (memchr(to + used, '\0', (size_t)n))
			return;
		used += (size_t)n;
	}
	to[0] = '\0';
}

static void read_link(char to[static PATH_MAX], pid_t pid, int fd)
{
	char path[64];
	ssize_t n;

	if (fd == AT_FDCWD)
		str_format(path, sizeof path, "/proc/%d/cwd", (int)pid);
	else
		str_format(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
	n = readlink(path, to, PATH_MAX - 1);
	to[n > 0 ? n : 0] = '\0';
}

static void read_path(char to[static PATH_MAX], pid_t pid, int dir, uint64_t address)
{
	char text[PATH_MAX] = "", base[PATH_MAX];

	if (address)
		read_text(text, pid, address);
	if (text[0] == '/') {
		str_copy(to, PATH_MAX, text);
		return;
	}
	read_link(base, pid, dir);
	str_format(to, PATH_MAX, text[0] ? "%s/%s" : "%s%s", base, text);
}

static void read_object(char to[static PATH_MAX], const struct call_rule *rule,
			const struct call_stop *stop)
{
	const uint64_t *arg = stop->args + rule->arg;

	to[0] = '\0';
	switch (rule->shape) {
	case SHAPE_NONE: break;
	case SHAPE_PATH: read_path(to, stop->pid, AT_FDCWD, arg[0]); break;
	case SHAPE_AT: read_path(to, stop->pid, (int)arg[0], arg[1]); break;
	case SHAPE_FD: read_link(to, stop->pid, (int)arg[0]); break;
	}
}

/* The type of what the descriptor leads to; 0: there is none. */
static mode_t read_type(const struct call_rule *rule, const struct call_stop *stop)
{
	char path[64];
	struct stat st;

	str_format(path, sizeof path, "/proc/%d/fd/%d", (int)stop->pid,
		   (int)stop->args[rule->arg]);
	return stat(path, &st) == 0 ? st.st_mode & S_IFMT : 0;
}

static unsigned open_classes(const struct call_rule *rule, const struct call_stop *stop)
{
	int at = call_flags_arg(rule);
	int flags = at < 0 ? O_CREAT : (int)stop->args[at];

	if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))
		return GROW | CALL_NEW;
	return CALL_NEW | (flags & (O_ACCMODE | O_TRUNC) ? CHANGE : CALL_LOOK);
}

/* A checked close may tell that a write was lost. */
static unsigned close_classes(const struct call_rule *rule, const struct call_stop *stop)
{
	char path[64];
	struct stat st;

	str_format(path, sizeof path, "/proc/%d/fd/%d", (int)stop->pid,
		   (int)stop->args[rule->arg]);
	return read_type(rule, stop) == S_IFREG && lstat(path, &st) == 0 && (st.st_mode & S_IWUSR)
	    ? CALL_LOOK
	    : 0;
}

/* Of these, the third argument is the length. A byte at a time cannot be cut short. */
static unsigned part_class(const struct call_rule *rule, const struct call_stop *stop)
{
	return rule->classes & CALL_PART && stop->args[2] > 1 ? CALL_PART : 0;
}

static unsigned classes_of(const struct call_rule *rule, const struct call_stop *stop)
{
	mode_t type;

	switch (rule->kind) {
	case KIND_OPEN:
		return open_classes(rule, stop);
	case KIND_WRITE:
		type = read_type(rule, stop);
		return type == S_IFREG ? GROW | part_class(rule, stop)
		    : type == S_IFSOCK ? CALL_NET | part_class(rule, stop)
				       : 0;
	case KIND_READ:
		type = read_type(rule, stop);
		return type == S_IFREG ? CALL_LOOK | part_class(rule, stop)
		    : type == S_IFSOCK ? CALL_TAKE | part_class(rule, stop)
				       : 0;
	case KIND_CLOSE:
		return close_classes(rule, stop);
	case KIND_IOCTL:
		return stop->args[1] == FICLONE || stop->args[1] == FICLONERANGE ? GROW : 0;
	default:
		return rule->classes;
	}
}

static bool is_passing(const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
}

void call_read(struct call *call, const struct call_stop *stop)
{
	const struct call_rule *rule = rules, *end = rules + sizeof rules / sizeof rules[0];

	while (rule < end && (uint64_t)rule->nr != stop->nr)
		rule++;
	*call = (struct call){ .name = rule < end ? rule->name : "?" };
	if (rule == end || (call->classes = classes_of(rule, stop)) == 0)
		return;
	read_object(call->object, rule, stop);
	if (is_passing(call->object))
		call->classes = 0;
}
