/* Reading a moment: "2025-01-15", "2025-01-15T10:00:00", with fractions, "Z" or an offset. */
#include "base.h"

/* `digits` digits at text[*at]; false when there are others. */
static bool read_digits(pr_text text, size_t *at, int digits, int64_t *out) {
    *out = 0;
    for (int i = 0; i < digits; i++, ++*at) {
        if (*at >= text.size || text.bytes[*at] < '0' || text.bytes[*at] > '9')
            return false;
        *out = *out * 10 + (text.bytes[*at] - '0');
    }
    return true;
}

static bool read_sign(pr_text text, size_t *at, char sign) {
    if (*at >= text.size || text.bytes[*at] != sign)
        return false;
    ++*at;
    return true;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
 */
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    int64_t era = year / 400, year_of_era = year - era * 400,
            day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1,
            day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int64_t days_in(int64_t year, int64_t month) {
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Nothing, "Z", or an offset such as +01:00; in seconds. */
static bool read_zone(pr_text text, size_t *at, int64_t *out) {
    int64_t hours, minutes;
    *out = 0;
    if (*at == text.size)
        return true;
    if (read_sign(text, at, 'Z') || read_sign(text, at, 'z'))
        return *at == text.size;
    bool minus = text.bytes[*at] == '-';
    if (!read_sign(text, at, minus ? '-' : '+') || !read_digits(text, at, 2, &hours))
        return false;
    read_sign(text, at, ':');
    if (!read_digits(text, at, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *out = (hours * 60 + minutes) * (minus ? -60 : 60);
    return *at == text.size;
}

static bool read_clock(pr_text text, size_t *at, int64_t *out) {
    int64_t hour, minute, second = 0, zone;
    if (!read_digits(text, at, 2, &hour) || !read_sign(text, at, ':') || !read_digits(text, at, 2, &minute))
        return false;
    if (read_sign(text, at, ':') && !read_digits(text, at, 2, &second))
        return false;
    if (read_sign(text, at, '.')) {
        int64_t digit;
        size_t before = *at;
        while (*at < text.size && text.bytes[*at] >= '0' && text.bytes[*at] <= '9')
            read_digits(text, at, 1, &digit);
        if (*at == before)
            return false;
    }
    if (hour > 23 || minute > 59 || second > 60 || !read_zone(text, at, &zone))
        return false;
    *out = hour * 3600 + minute * 60 + second - zone;
    return true;
}

bool pr__read_time(pr_text text, int64_t *out) {
    int64_t year, month, day, seconds = 0;
    size_t at = 0;
    if (!read_digits(text, &at, 4, &year) || !read_sign(text, &at, '-') || !read_digits(text, &at, 2, &month) ||
        !read_sign(text, &at, '-') || !read_digits(text, &at, 2, &day) || month < 1 || month > 12 || day < 1 ||
        day > days_in(year, month))
        return false;
    if (at < text.size) {
        char mark = text.bytes[at++];
        if ((mark != 'T' && mark != 't' && mark != ' ') || !read_clock(text, &at, &seconds))
            return false;
    }
    *out = days_of(year, month, day) * 86400 + seconds;
    return true;
}
