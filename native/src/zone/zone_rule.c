/* Reading a POSIX rule, and the changes of the years around a moment. */
#include "zone_rule.h"

#include <stdint.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

/* ---- reading ---- */

typedef struct reader {
    const char *at, *end;
} reader;

static bool take(reader *r, char c) {
    bool is = r->at < r->end && *r->at == c;
    r->at += is;
    return is;
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* "CET" or "<+0330>": three characters or more. */
static bool pass_name(reader *r) {
    const bool quoted = take(r, '<');
    const char *start = r->at;
    while (r->at < r->end && (is_letter(*r->at) || (quoted && (is_digit(*r->at) || *r->at == '+' || *r->at == '-'))))
        r->at++;
    return r->at - start >= 3 && (!quoted || take(r, '>'));
}

static bool read_number(reader *r, int32_t least, int32_t most, int32_t *out) {
    const char *start = r->at;
    *out = 0;
    while (r->at < r->end && is_digit(*r->at) && r->at - start < 3)
        *out = *out * 10 + (*r->at++ - '0');
    return r->at > start && *out >= least && *out <= most;
}

/* [+-]hh[:mm[:ss]] → seconds. */
static bool read_clock(reader *r, int32_t most_hours, int32_t *seconds) {
    int32_t hours, minutes = 0, rest = 0;
    const bool behind = take(r, '-');
    if (!behind)
        take(r, '+');
    if (!read_number(r, 0, most_hours, &hours))
        return false;
    if (take(r, ':') && (!read_number(r, 0, 59, &minutes) || (take(r, ':') && !read_number(r, 0, 59, &rest))))
        return false;
    *seconds = hours * HOUR + minutes * MINUTE + rest;
    *seconds = behind ? -*seconds : *seconds;
    return true;
}

/* Mm.w.d, Jn or n, and /time; 02:00 when it is left out. */
static bool read_day(reader *r, prt_zone_day *out) {
    *out = (prt_zone_day){.second = 2 * HOUR};
    bool good;
    if (take(r, 'M')) {
        out->form = PRT_ZONE_WEEKDAY;
        good = read_number(r, 1, 12, &out->month) && take(r, '.') && read_number(r, 1, 5, &out->week) && take(r, '.') &&
               read_number(r, 0, 6, &out->day);
    } else if (take(r, 'J')) {
        out->form = PRT_ZONE_NO_LEAP;
        good = read_number(r, 1, 365, &out->day);
    } else {
        out->form = PRT_ZONE_DAY_OF_YEAR;
        good = read_number(r, 0, 365, &out->day);
    }
    return good && (!take(r, '/') || read_clock(r, 167, &out->second));
}

bool prt_zone_rule_parse(const char *text, size_t size, prt_zone_rule *out) {
    reader r = {text, text + size};
    int32_t behind; /* POSIX counts westwards */
    *out = (prt_zone_rule){0};
    if (!pass_name(&r) || !read_clock(&r, 24, &behind))
        return false;
    out->standard = -behind;
    out->has_summer = r.at < r.end;
    if (!out->has_summer)
        return true;
    if (!pass_name(&r))
        return false;
    out->summer = out->standard + HOUR;
    if (!take(&r, ',')) {
        if (!read_clock(&r, 24, &behind) || !take(&r, ','))
            return false;
        out->summer = -behind;
    }
    return read_day(&r, &out->begins) && take(&r, ',') && read_day(&r, &out->ends) && r.at == r.end;
}

/* ---- the calendar ---- */

static int64_t floor_divide(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* Days from 1970-01-01 to the first of January. */
static int64_t year_begins(int64_t year) {
    return 365 * (year - 1970) + floor_divide(year - 1969, 4) - floor_divide(year - 1901, 100) +
           floor_divide(year - 1601, 400);
}

static int64_t year_of(int64_t day) {
    int64_t year = 1970 + floor_divide(day * 400, 146097); /* days of 400 years; right but for some days */
    while (year_begins(year) > day)
        year--;
    while (year_begins(year + 1) <= day)
        year++;
    return year;
}

/* 0 … 6; 1970-01-01 was a Thursday. */
static int32_t weekday_of(int64_t day) {
    return (int32_t)(day + 4 - 7 * floor_divide(day + 4, 7));
}

static int64_t weekday_in_month(const prt_zone_day *d, int64_t january, bool leap) {
    static const int32_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int32_t length = before[d->month] - before[d->month - 1] + (d->month == 2 && leap);
    int64_t first = january + before[d->month - 1] + (d->month > 2 && leap);
    int32_t day = (d->day - weekday_of(first) + 7) % 7 + 7 * (d->week - 1);
    return first + day - (day >= length ? 7 : 0);
}

/* Seconds since 1970 by the clock that is about to be changed. */
static int64_t change_of(const prt_zone_day *d, int64_t year) {
    int64_t january = year_begins(year), day = january + d->day;
    const bool leap = year_begins(year + 1) - january == 366;
    if (d->form == PRT_ZONE_WEEKDAY)
        day = weekday_in_month(d, january, leap);
    else if (d->form == PRT_ZONE_NO_LEAP)
        day += leap && d->day >= 60 ? 0 : -1;
    return day * DAY + d->second;
}

/* ---- asking ---- */

prt_zone_span prt_zone_rule_at(const prt_zone_rule *rule, int64_t time) {
    prt_zone_span span = {rule->standard, INT64_MAX};
    if (!rule->has_summer)
        return span;
    /* A change may lie a week outside its year, and a summer may go on into the next one. */
    int64_t year = year_of(floor_divide(time, DAY));
    for (int64_t y = year - 2; y <= year + 2; y++) {
        int64_t begins = change_of(&rule->begins, y) - rule->standard, ends = change_of(&rule->ends, y) - rule->summer;
        int64_t over = begins < ends ? ends : change_of(&rule->ends, y + 1) - rule->summer;
        if (begins <= time && time < over)
            span.offset = rule->summer;
        if (begins > time && begins < span.until)
            span.until = begins;
        if (ends > time && ends < span.until)
            span.until = ends;
    }
    return span;
}
