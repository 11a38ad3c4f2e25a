/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_repeats: what a log looks like. Reads lines "SECONDS OWNER TEXT" ("-": no owner), says each
 * at that time, and prints what is written; at the end the clock goes on until all is said that
 * ever will be.
 */
#include <stdio.h>
#include <string.h>

#include "base/log_repeats.h"

static void print(const char *line)
{
	puts(line);
}

int main(void)
{
	struct log_repeats *r = log_repeats_new(print);
	char owner[64], text[256];
	long long seconds = 0;

	while (r && scanf("%lld %63s %255[^\n]", &seconds, owner, text) == 3)
		log_repeats_say(r, strcmp(owner, "-") ? owner : "", text, seconds * 1000);
	for (int i = 0; r && i < 5; i++)
		log_repeats_tick(r, (seconds += 60) * 1000);
	log_repeats_free(r);
	return 0;
}
