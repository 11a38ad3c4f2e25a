/* courier.c - notices on their way to the channels */
#define _GNU_SOURCE	/* memfd_create, posix_spawn_file_actions_addclosefrom_np */
#include "gr-backendd/courier.h"
#include "clock.h"
#include "complain.h"
#include "str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHORES_MS = 1000, PERMANENT = 100, RETRY_DOUBLINGS = 10, RETRY_MINUTES = 15 };
#define KEPT_MS (INT64_C(7) * 86400000)	/* a channel that is dead for a week does not fill the disk */

void courier_open(struct courier *c, const struct home *home, const char *socket, int64_t minute_ms)
{
	const char *path = getenv("PATH");

	*c = (struct courier){ .minute_ms = minute_ms };
	str_format(c->dir, sizeof c->dir, "%s/notify.d", home->dir);
	str_format(c->home, sizeof c->home, "GR_HOME=%s", home->dir);
	str_format(c->socket, sizeof c->socket, "GR_BROKER_SOCKET=%s", socket);
	if (!path || !str_format(c->path, sizeof c->path, "PATH=%s", path))
		str_copy(c->path, sizeof c->path, "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
}

/* The whole group: what the program started goes with it. */
static void end(const struct courier_post *p)
{
	kill(-p->pid, SIGKILL);
}

void courier_close(struct courier *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->posts[i].pid) {
			end(&c->posts[i]);
			waitpid(c->posts[i].pid, NULL, 0);
		}
	c->count = 0;
}

/* Settings and leftovers of editors lie beside the programs: a channel has no dot in its name. */
static bool is_channel(const struct courier *c, const char *name)
{
	char path[PATH_MAX];
	struct stat info;

	return str_is_name(name, NOTICE_CHANNEL - 1, "_-") && str_format(path, sizeof path, "%s/%s", c->dir, name) &&
	       stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

static struct courier_post *find(struct courier *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->posts[i].channel.name, name) == 0)
			return &c->posts[i];
	return NULL;
}

static enum status add(struct courier *c, struct db *db, const char *name)
{
	struct courier_post post = { .changed = true };
	enum status st;

	if (c->count == COURIER_CHANNELS) {
		if (!c->crowded)
			complain("%s: more than %d channels; the rest is not used", c->dir, COURIER_CHANNELS);
		c->crowded = true;
		return GR_OK;
	}
	str_copy(post.channel.name, sizeof post.channel.name, name);
	if ((st = notice_channel_find(&post.channel, db)) == GR_OK)
		c->posts[c->count++] = post;
	return st;
}

/* One whose program still runs stays until that has ended. */
static void drop_missing(struct courier *c)
{
	for (size_t i = 0; i < c->count;)
		if (c->posts[i].pid || is_channel(c, c->posts[i].channel.name)) {
			i++;
		} else {
			c->posts[i] = c->posts[--c->count];
			c->gone = true;
			c->crowded = false;
		}
}

static enum status look(struct courier *c, struct db *db)
{
	DIR *dir = opendir(c->dir);
	enum status st = GR_OK;
	struct dirent *entry;

	if (!dir && errno != ENOENT) {
		complain("%s: %s", c->dir, strerror(errno));
		return GR_OK;	/* the channels that we know go on */
	}
	while (dir && st == GR_OK && (entry = readdir(dir)))
		if (is_channel(c, entry->d_name) && !find(c, entry->d_name))
			st = add(c, db, entry->d_name);
	if (dir)
		closedir(dir);
	drop_missing(c);
	if (c->count == 0)
		c->gone = true;	/* also those that an earlier life knew */
	return st;
}

/* A file in memory: a program that does not read cannot hold us up, as it could with a pipe. */
static int open_input(const char *json)
{
	size_t len = strlen(json);
	int fd = memfd_create("notification", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, json, len) == (ssize_t)len && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Nothing of ours but standard error is open in the program; a clean environment, no signal blocked, a group of its own. */
static int spawn(pid_t *pid, const struct courier *c, const char *path, int input)
{
	char *const argv[] = { (char *)path, NULL };
	char *const env[] = { (char *)c->path, (char *)c->home, (char *)c->socket, (char *)"LC_ALL=C.UTF-8", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	posix_spawn_file_actions_addchdir_np(&actions, "/");
	error = posix_spawn(pid, path, &actions, &attr, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return error;
}

static void delivered(struct courier_post *p)
{
	p->channel.done = p->notice;
	p->channel.attempts = p->channel.due = 0;
	p->changed = true;
}

/* A second, doubled each time, up to a quarter of an hour. */
static void postpone(struct courier *c, struct courier_post *p, const char *why)
{
	int64_t doublings = p->channel.attempts < RETRY_DOUBLINGS ? p->channel.attempts : RETRY_DOUBLINGS;
	int64_t delay = (c->minute_ms / 60 + 1) << doublings, most = RETRY_MINUTES * c->minute_ms;

	if (delay > most)
		delay = most;
	complain("%s/%s: notification %" PRId64 " not delivered: %s; again in %" PRId64 " s", c->dir, p->channel.name, p->notice, why, (delay + 999) / 1000);
	p->channel.attempts++;
	p->channel.due = clock_real_ms() + delay;
	p->changed = true;
}

static void judge(struct courier *c, struct courier_post *p, int status)
{
	char why[64];

	if (p->late)
		postpone(c, p, "its program took too long");
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		delivered(p);
	else if (WIFEXITED(status) && WEXITSTATUS(status) == PERMANENT) {
		complain("%s/%s: notification %" PRId64 " is given up: exit status %d", c->dir, p->channel.name, p->notice, PERMANENT);
		delivered(p);
	} else {
		str_format(why, sizeof why, "%s %d", WIFEXITED(status) ? "exit status" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
		postpone(c, p, why);
	}
}

static void look_after(struct courier *c, struct courier_post *p)
{
	siginfo_t info = { 0 };
	int status = 0;

	if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == p->pid) {
		end(p);	/* whatever it left running, while nobody else can have its number */
		waitpid(p->pid, &status, 0);
		judge(c, p, status);
		p->pid = 0;
	} else if (clock_boot_ms() >= p->until && !p->late) {
		p->late = true;
		end(p);
	}
}

static enum status start(struct courier *c, struct courier_post *p, struct db *db)
{
	char path[PATH_MAX], *json = NULL;
	int input, error;
	enum status st = notice_next(&p->notice, &json, db, p->channel.done);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	str_format(path, sizeof path, "%s/%s", c->dir, p->channel.name);
	input = open_input(json);
	error = input < 0 ? errno : spawn(&p->pid, c, path, input);
	if (input >= 0)
		close(input);
	free(json);
	p->late = false;
	p->until = clock_boot_ms() + c->minute_ms / 2;
	if (error) {
		p->pid = 0;
		postpone(c, p, strerror(error));
	}
	return GR_OK;
}

/* A clock that was set back must not silence a channel for longer than a retry takes. */
static bool is_due(const struct courier *c, const struct courier_post *p)
{
	int64_t left = p->channel.due - clock_real_ms();

	return left <= 0 || left > RETRY_MINUTES * c->minute_ms;
}

enum status courier_turn(struct courier *c, struct db *db)
{
	enum status st = GR_OK;

	for (size_t i = 0; i < c->count && st == GR_OK; i++) {
		struct courier_post *p = &c->posts[i];

		if (p->pid)
			look_after(c, p);
		if (!p->pid && is_due(c, p))
			st = start(c, p, db);
	}
	return st;
}

static enum status save(const struct courier *c, int *lost, struct db *db)
{
	struct notice_channel channels[COURIER_CHANNELS];
	enum status st = GR_OK;

	for (size_t i = 0; i < c->count && st == GR_OK; i++) {
		channels[i] = c->posts[i].channel;
		if (c->posts[i].changed)
			st = notice_channel_save(db, &channels[i]);
	}
	if (st == GR_OK && c->gone)
		st = notice_channels_keep(db, channels, c->count);
	return st == GR_OK ? notice_tidy(lost, db, KEPT_MS, clock_real_ms()) : st;
}

enum status courier_chores(struct courier *c, struct db *db)
{
	int lost = 0;
	enum status st;

	if (clock_boot_ms() < c->next)
		return GR_OK;
	c->next = clock_boot_ms() + CHORES_MS;
	if ((st = look(c, db)) != GR_OK || (st = db_begin(db)) != GR_OK)
		return st;
	if ((st = save(c, &lost, db)) != GR_OK || (st = db_commit(db)) != GR_OK) {
		db_rollback(db);
		return st;
	}
	for (size_t i = 0; i < c->count; i++)
		c->posts[i].changed = false;
	c->gone = false;
	if (lost > 0)
		complain("%s: %d notification(s) of more than a week ago were given up", c->dir, lost);
	return GR_OK;
}
