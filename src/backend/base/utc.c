/* SPDX-License-Identifier: Apache-2.0 */
/* utc.c - times of day as people write them */
#include "base/utc.h"
#include "str.h"

#include <string.h>
#include <time.h>

#define DAY_MS INT64_C(86400000)

/* Reads exactly n digits and moves *text behind them. */
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

/* Returns the days from 1970-01-01 to the date. */
static int64_t count_days(int year, int month, int day)
{
	int64_t days = day - 1;

	for (int y = 1970; y < year; y++)
		days += is_leap(y) ? 366 : 365;
	for (int m = 1; m < month; m++)
		days += month_days(year, m);
	return days;
}

struct date {
	int year, month, day;
};

/* Reads a date such as "2026-11-02" and moves *text behind it. */
static bool take_date(struct date *d, const char **text)
{
	if (!take_digits(&d->year, text, 4) || !take_char(text, "-"))
		return false;
	if (!take_digits(&d->month, text, 2) || !take_char(text, "-"))
		return false;
	return take_digits(&d->day, text, 2);
}

static bool is_date(const struct date *d)
{
	if (d->year < 1970 || d->month < 1 || d->month > 12)
		return false;
	return d->day >= 1 && d->day <= month_days(d->year, d->month);
}

/* Reads "02:00" or "02:00:30" as seconds of the day and moves *text behind it. */
static bool take_time(int64_t *seconds, const char **text)
{
	int hour, minute, second = 0;

	if (!take_digits(&hour, text, 2) || !take_char(text, ":"))
		return false;
	if (!take_digits(&minute, text, 2))
		return false;
	if (take_char(text, ":") && !take_digits(&second, text, 2))
		return false;
	*seconds = (hour * 60 + minute) * 60 + second;
	return hour <= 23 && minute <= 59 && second <= 59;
}

bool utc_parse(int64_t *ms, const char *text)
{
	int64_t seconds;
	struct date d;

	if (!take_date(&d, &text) || !is_date(&d))
		return false;
	if (!take_char(&text, " T") || !take_time(&seconds, &text))
		return false;
	take_char(&text, "Z");
	if (*text != '\0')
		return false;
	*ms = count_days(d.year, d.month, d.day) * DAY_MS + seconds * 1000;
	return true;
}

void utc_format(char text[static 32], int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	if (ms == 0 || !gmtime_r(&seconds, &tm) ||
	    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		str_copy(text, 32, "-");
}
