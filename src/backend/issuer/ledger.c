/* ledger.c - what was issued and decided, line by line */
#include "issuer/ledger.h"
#include "complain.h"
#include "json.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A cut may have left half a line: the next one must not be glued to it. */
static enum status end_torn_line(struct ledger *ledger)
{
	off_t size = lseek(ledger->fd, 0, SEEK_END);
	char last = '\n';

	if (size > 0 && pread(ledger->fd, &last, 1, size - 1) != 1)
		return GR_FAIL;
	return last == '\n' || write(ledger->fd, "\n", 1) == 1 ? GR_OK : GR_FAIL;
}

enum status ledger_open(struct ledger *ledger, const char *path)
{
	*ledger = (struct ledger){ .fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600) };
	str_copy(ledger->path, sizeof ledger->path, path);
	if (ledger->fd >= 0 && end_torn_line(ledger) == GR_OK)
		return GR_OK;
	complain("%s: cannot be opened for appending: %s", path, strerror(errno));
	ledger_close(ledger);
	return GR_FAIL;
}

void ledger_close(struct ledger *ledger)
{
	if (ledger->fd >= 0)
		close(ledger->fd);
	ledger->fd = -1;
}

enum status ledger_append(struct ledger *ledger, json_t *line)
{
	char *text = line ? json_compact(line) : NULL;
	size_t len = text ? strlen(text) : 0;
	ssize_t n = -1;

	json_decref(line);
	if (text) {
		text[len] = '\n';	/* in place of the NUL: one write, so that lines of two writers do not mix */
		n = write(ledger->fd, text, len + 1);
	}
	free(text);
	if (n == (ssize_t)len + 1) {
		ledger->dirty = true;
		return GR_OK;
	}
	complain("%s: cannot be appended to: %s", ledger->path, n < 0 ? strerror(errno) : "short write");
	ledger->failed = true;
	return GR_FAIL;
}

enum status ledger_sync(struct ledger *ledger)
{
	if (!ledger->dirty)
		return GR_OK;
	if (fdatasync(ledger->fd) != 0) {
		complain("%s: cannot be synced: %s", ledger->path, strerror(errno));
		return GR_FAIL;
	}
	ledger->dirty = false;
	return GR_OK;
}
