/* SPDX-License-Identifier: Apache-2.0 */
/* broker.c - what the parts of the plugin share */
#include "broker/broker.h"
#include "clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void broker_log(struct broker *broker, const char *owner, const char *fmt, ...)
{
	static const char head[] = "gr-broker: ";
	char line[REPEAT_LINE];
	va_list ap;

	memcpy(line, head, sizeof head);
	va_start(ap, fmt);
	vsnprintf(line + sizeof head - 1, sizeof line - sizeof head + 1, fmt, ap);
	va_end(ap);
	log_repeats_say(broker->lines, owner, line, clock_boot_ms());
}

struct identity_source broker_source(const struct broker *broker)
{
	return (struct identity_source){ broker->reader, broker->cache, broker->grace_s };
}

bool broker_is_local(const char *username)
{
	return username && strcmp(username, BROKER_LOCAL) == 0;
}
