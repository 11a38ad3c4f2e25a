/* SPDX-License-Identifier: Apache-2.0 */
/* complain.c - one line on standard error */
#define _GNU_SOURCE	/* program_invocation_short_name */
#include "complain.h"
#include "printable.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What is the whole program's, as standard error is: whoever complains knows nothing of it. */
static struct {
	bool (*admit)(void *arg, const char *line);
	void *arg;
} filter;

/* Who answers for somebody else hands on what there is to say. */
static struct {
	char *line;
	size_t size;
} captive;

void complain_filter(bool (*admit)(void *arg, const char *line), void *arg)
{
	filter.admit = admit;
	filter.arg = arg;
}

void complain_capture(char *line, size_t size)
{
	captive.line = line;
	captive.size = size;
}

void complain_write(const char *text)
{
	char line[COMPLAIN_MAX];
	size_t len;
	int n = snprintf(line, sizeof line - 1, "%s: %s", program_invocation_short_name, text);

	if (n < 0)
		return;
	printable_clean(line);
	len = strlen(line);
	line[len++] = '\n';
	for (size_t done = 0; done < len; done += (size_t)n) {
		n = (int)write(STDERR_FILENO, line + done, len - done);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return;	/* standard error is gone: there is nobody left to tell */
	}
}

void complain(const char *fmt, ...)
{
	char line[COMPLAIN_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(captive.line ? captive.line : line,
		      captive.line ? captive.size : sizeof line, fmt, ap);
	va_end(ap);
	if (n >= 0 && !captive.line && (!filter.admit || filter.admit(filter.arg, line)))
		complain_write(line);
}

const char *complain_openssl(void)
{
	static char own[256];
	const char *text, *reason = NULL, *newest;
	unsigned long code;
	int flags;

	while ((code = ERR_get_error_all(NULL, NULL, NULL, &text, &flags))) {
		if (reason == own)
			continue;
		/* ours, in words (token_sign.c): it says most */
		if (ERR_GET_LIB(code) == ERR_LIB_USER && flags & ERR_TXT_STRING) {
			snprintf(own, sizeof own, "%s", text);
			reason = own;
		} else if ((newest = ERR_reason_error_string(code))) {
			reason = newest;
		}
	}
	return reason ? reason : "no reason given by OpenSSL";
}
