/* SPDX-License-Identifier: Apache-2.0 */
/* utc.c - times of day as people write them */
#include "base/utc.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)

/* Exactly n digits. */
static bool take_digits(int *value, const char **text, int n)
{
	*value = 0;
	for (; n > 0; n--, ++*text) {
		if (**text < '0' || **text > '9')
			return false;
		*value = 10 * *value + (**text - '0');
	}
	return true;
}

static bool take_char(const char **text, const char *allowed)
{
	if (**text == '\0' || !strchr(allowed, **text))
		return false;
	++*text;
	return true;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Since 1970-01-01. */
static int64_t count_days(int year, int month, int day)
{
	int64_t days = day - 1;

	for (int y = 1970; y < year; y++)
		days += is_leap(y) ? 366 : 365;
	for (int m = 1; m < month; m++)
		days += month_days(year, m);
	return days;
}

bool utc_parse(int64_t *ms, const char *text)
{
	int year, month, day, hour, minute, second = 0;

	if (!take_digits(&year, &text, 4) || !take_char(&text, "-") ||
	    !take_digits(&month, &text, 2) || !take_char(&text, "-") ||
	    !take_digits(&day, &text, 2) || !take_char(&text, " T") ||
	    !take_digits(&hour, &text, 2) || !take_char(&text, ":") ||
	    !take_digits(&minute, &text, 2) ||
	    (take_char(&text, ":") && !take_digits(&second, &text, 2)))
		return false;
	take_char(&text, "Z");
	if (*text != '\0' || year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > month_days(year, month) || hour > 23 || minute > 59 || second > 59)
		return false;
	*ms = count_days(year, month, day) * DAY_MS +
	    ((hour * 60 + minute) * 60 + second) * INT64_C(1000);
	return true;
}
