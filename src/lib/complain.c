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

/* Who answers for somebody else hands on what there is to say. One for the process, as standard error is. */
static struct {
	char *line;
	size_t size;
} captive;

void complain_capture(char *line, size_t size)
{
	captive.line = line;
	captive.size = size;
}

void complain(const char *fmt, ...)
{
	char line[COMPLAIN_MAX];
	size_t head, len;
	va_list ap;
	int n;

	if (captive.line) {
		va_start(ap, fmt);
		vsnprintf(captive.line, captive.size, fmt, ap);
		va_end(ap);
		return;
	}
	n = snprintf(line, sizeof line, "%s: ", program_invocation_short_name);
	head = n < 0 ? 0 : (size_t)n;
	if (head >= sizeof line)
		head = 0;
	va_start(ap, fmt);
	n = vsnprintf(line + head, sizeof line - head, fmt, ap);
	va_end(ap);
	len = head + (n < 0 ? 0 : (size_t)n);
	if (len > sizeof line - 2)
		len = sizeof line - 2;
	line[len] = '\0';
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

const char *complain_openssl(void)
{
	static char own[256];
	const char *text, *reason = NULL, *newest;
	unsigned long code;
	int flags;

	while ((code = ERR_get_error_all(NULL, NULL, NULL, &text, &flags))) {
		if (reason == own)
			continue;
		if (ERR_GET_LIB(code) == ERR_LIB_USER && flags & ERR_TXT_STRING) {	/* ours, in words (token_sign.c): it says most */
			snprintf(own, sizeof own, "%s", text);
			reason = own;
		} else if ((newest = ERR_reason_error_string(code))) {
			reason = newest;
		}
	}
	return reason ? reason : "no reason given by OpenSSL";
}
