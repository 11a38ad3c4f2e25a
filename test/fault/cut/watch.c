/* SPDX-License-Identifier: Apache-2.0 */
/* watch.c - the files of src/device/rotation/journal.c and src/device/store, read from outside */
#include "watch.h"
#include "str.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 1024 };

static bool is_of_interest(const char *line)
{
	static const char *const keys[] = { "phase=", "job=", "execution=", "old=", "new=",
					    "other=", "newCertificateId=", "commit=", "final=",
					    "goneBack=" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strncmp(line, keys[i], strlen(keys[i])) == 0)
			return true;
	return false;
}

static void add(char to[static WATCH_LINE], const char *word, size_t len)
{
	size_t used = strlen(to);

	str_format(to + used, WATCH_LINE - used, " %.*s", (int)len, word);
}

/* False: there is no journal. */
static bool add_journal(char to[static WATCH_LINE], const char *dir)
{
	char path[PATH_SIZE], line[2048];
	FILE *f;

	str_format(path, sizeof path, "%s/rotation", dir);
	if (!(f = fopen(path, "re")))
		return false;
	while (fgets(line, sizeof line, f))
		if (is_of_interest(line))
			add(to, line, strcspn(line, "\n"));
	fclose(f);
	return true;
}

static void add_live(char to[static WATCH_LINE], const char *dir)
{
	char path[PATH_SIZE], text[64] = "live=";
	ssize_t n;

	str_format(path, sizeof path, "%s/live", dir);
	n = readlink(path, text + 5, sizeof text - 6);
	text[5 + (n > 0 ? n : 0)] = '\0';
	add(to, text, strlen(text));
}

static bool has(const char *dir, const char *generation, const char *file)
{
	char path[PATH_SIZE];

	str_format(path, sizeof path, "%s/%s/%s", dir, generation, file);
	return access(path, F_OK) == 0;
}

/* In any order: whoever reads it compares sets. */
static void add_pairs(char to[static WATCH_LINE], const char *path)
{
	char text[WATCH_LINE] = "pairs=";
	DIR *dir = opendir(path);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (strspn(e->d_name, "0123456789") == strlen(e->d_name) &&
		    has(path, e->d_name, "private.key") && has(path, e->d_name, "certificate.pem"))
			str_format(text + strlen(text), sizeof text - strlen(text), "%s%s,",
				   e->d_name, has(path, e->d_name, "committed") ? "m" : "");
	if (dir)
		closedir(dir);
	add(to, text, strlen(text));
}

void watch_look(struct watch *watch, FILE *to)
{
	char state[WATCH_LINE] = "state";

	if (!watch->dir || !to || !add_journal(state, watch->dir))
		return;
	add_live(state, watch->dir);
	add_pairs(state, watch->dir);
	if (strcmp(state, watch->last) == 0)
		return;
	str_copy(watch->last, sizeof watch->last, state);
	fprintf(to, "%s\n", state);
}
