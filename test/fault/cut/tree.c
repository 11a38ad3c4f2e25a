/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - descendants, found by their parent's number in /proc */
#define _GNU_SOURCE	/* waitpid's __WALL */
#include "tree.h"
#include "complain.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct process {
	pid_t pid, parent;
	char state, name[32];
};

enum status tree_adopt(void)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
		return GR_OK;
	complain("orphans cannot be adopted: %s", strerror(errno));
	return GR_FAIL;
}

/* Fields 1 to 4 of /proc/PID/stat; the name, in brackets, may hold anything. */
static bool look(struct process *p, const char *pid)
{
	char path[300], line[512], *close;
	FILE *f;
	bool done;

	snprintf(path, sizeof path, "/proc/%s/stat", pid);
	if (!(f = fopen(path, "re")))
		return false;
	done = fgets(line, sizeof line, f) && (close = strrchr(line, ')')) &&
	    sscanf(line, "%d (%31[^)]", &p->pid, p->name) == 2 &&
	    sscanf(close + 1, " %c %d", &p->state, &p->parent) == 2;
	fclose(f);
	return done;
}

/* Children of ours alone: theirs become ours when they are gone. */
static void each_child(void (*visit)(const struct process *, void *), void *with)
{
	DIR *proc = opendir("/proc");
	struct process p;
	struct dirent *e;

	while (proc && (e = readdir(proc)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && look(&p, e->d_name) &&
		    p.parent == getpid())
			visit(&p, with);
	if (proc)
		closedir(proc);
}

static void end(const struct process *p, void *with)
{
	(void)with;
	kill(p->pid, SIGKILL);
}

void tree_kill(void)
{
	do
		each_child(end, NULL);
	while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR);
}

static void list(const struct process *p, void *with)
{
	if (p->state != 'Z')
		fprintf(with, " %d (%s)", (int)p->pid, p->name);
}

void tree_list(FILE *to)
{
	each_child(list, to);
}
