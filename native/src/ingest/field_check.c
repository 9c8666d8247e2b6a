/* Numbers, dates and texts as files hold them. */
#include "field_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DAY = 86400, MOST_NUMBER = 63 };

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool prt_parse_integer(const char *bytes, size_t size, int64_t *out) {
    size_t i = size > 0 && (bytes[0] == '-' || bytes[0] == '+');
    uint64_t value = 0;
    size_t first = i;
    for (; i < size && is_digit(bytes[i]); i++) {
        if (value > (uint64_t)INT64_MAX / 10)
            return false;
        value = value * 10 + (uint64_t)(bytes[i] - '0');
    }
    if (i == first || value > (uint64_t)INT64_MAX)
        return false;
    if (i < size && bytes[i] == '.') {
        while (++i < size) {
            if (bytes[i] != '0')
                return false;
        }
    }
    *out = bytes[0] == '-' ? -(int64_t)value : (int64_t)value;
    return i == size;
}

/* strtod takes more than we do (hexadecimal, "inf", spaces): look first. */
static bool looks_real(const char *bytes, size_t size) {
    size_t i = size > 0 && (bytes[0] == '-' || bytes[0] == '+'), digits = 0;
    for (; i < size && is_digit(bytes[i]); i++)
        digits++;
    if (i < size && bytes[i] == '.') {
        for (i++; i < size && is_digit(bytes[i]); i++)
            digits++;
    }
    if (digits == 0)
        return false;
    if (i < size && (bytes[i] == 'e' || bytes[i] == 'E')) {
        i++;
        i += i < size && (bytes[i] == '-' || bytes[i] == '+');
        if (i == size)
            return false;
        while (i < size && is_digit(bytes[i]))
            i++;
    }
    return i == size;
}

/* What most cells hold: few digits, perhaps with a point among them. Up to 15 digits and a power of ten up to 22 are
 * exact doubles, so that one division rounds once and gives what strtod would. */
static bool parse_short(const char *bytes, size_t size, double *out) {
    static const double tens[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    enum { MOST_DIGITS = 15 };
    size_t sign = size > 0 && bytes[0] == '-', digits = 0, behind = 0;
    uint64_t value = 0;
    bool point = false;
    if (size - sign > MOST_DIGITS + 1)
        return false;
    for (size_t i = sign; i < size; i++) {
        if (bytes[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(bytes[i]))
            return false;
        value = value * 10 + (uint64_t)(bytes[i] - '0');
        digits++;
        behind += point;
    }
    if (digits == 0 || digits > MOST_DIGITS)
        return false;
    *out = (double)value / tens[behind];
    *out = sign ? -*out : *out;
    return true;
}

bool prt_parse_real(const char *bytes, size_t size, double *out) {
    char text[MOST_NUMBER + 1];
    if (parse_short(bytes, size, out))
        return true;
    if (size > MOST_NUMBER || !looks_real(bytes, size))
        return false;
    memcpy(text, bytes, size);
    text[size] = 0;
    *out = strtod(text, NULL);
    return isfinite(*out);
}

/* `n` digits at `bytes`; -1 when there are others. */
static int digits(const char *bytes, int n) {
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (!is_digit(bytes[i]))
            return -1;
        value = value * 10 + (bytes[i] - '0');
    }
    return value;
}

/* Days since 1970-01-01 of a day of the Gregorian calendar (counting in eras of 400 years that begin in March). */
static int64_t days_of(int year, int month, int day) {
    int y = year - (month <= 2);
    int era = y / 400, of_era = y % 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return (int64_t)era * 146097 + day_of_era - 719468;
}

static bool parse_day(const char *bytes, size_t size, int64_t *days) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (size < 10 || bytes[4] != '-' || bytes[7] != '-')
        return false;
    int year = digits(bytes, 4), month = digits(bytes + 5, 2), day = digits(bytes + 8, 2);
    if (year < 1900 || year > 2200 || month < 1 || month > 12)
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day < 1 || day > lengths[month - 1] + (month == 2 && leap))
        return false;
    *days = days_of(year, month, day);
    return true;
}

/* "Z", "+HH", "+HHMM" or "+HH:MM" → seconds east of Greenwich. */
static bool parse_zone(const char *bytes, size_t size, int *east) {
    *east = 0;
    if (size == 0 || (size == 1 && (bytes[0] == 'Z' || bytes[0] == 'z')))
        return true;
    if (size > 1 && bytes[0] == ' ')
        return parse_zone(bytes + 1, size - 1, east);
    if ((bytes[0] != '+' && bytes[0] != '-') || (size != 3 && size != 5 && size != 6) || (size == 6 && bytes[3] != ':'))
        return false;
    int hours = digits(bytes + 1, 2), minutes = size == 3 ? 0 : digits(bytes + size - 2, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *east = (bytes[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

/* What follows the day: "THH:MM[:SS[.fraction]][zone]". A second of 60 is a leap second. */
static bool parse_clock(const char *bytes, size_t size, int *seconds, int *east) {
    if (size < 6 || (bytes[0] != 'T' && bytes[0] != 't' && bytes[0] != ' ') || bytes[3] != ':')
        return false;
    int hour = digits(bytes + 1, 2), minute = digits(bytes + 4, 2), second = 0;
    size_t i = 6;
    if (i < size && bytes[i] == ':') {
        second = size >= i + 3 ? digits(bytes + i + 1, 2) : -1;
        i += 3;
        if (i < size && (bytes[i] == '.' || bytes[i] == ',')) {
            size_t first = ++i;
            while (i < size && is_digit(bytes[i]))
                i++;
            if (i == first)
                return false;
        }
    }
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || i > size)
        return false;
    *seconds = hour * 3600 + minute * 60 + second;
    return parse_zone(bytes + i, size - i, east);
}

/* Unix seconds. Eight digits are far likelier a date written without hyphens, so they are nothing at all. */
static bool parse_unix(const char *bytes, size_t size, int64_t *seconds) {
    double value;
    if (size == 8 && digits(bytes, 8) >= 0)
        return false;
    if (!prt_parse_real(bytes, size, &value) || value < -2208988800.0 || value >= 7289654400.0)
        return false;
    *seconds = (int64_t)floor(value);
    return true;
}

bool prt_parse_time(const char *bytes, size_t size, int64_t *seconds) {
    int64_t days;
    int clock = 0, east = 0;
    if (!parse_day(bytes, size, &days))
        return parse_unix(bytes, size, seconds);
    if (size > 10 && !parse_clock(bytes + 10, size - 10, &clock, &east))
        return false;
    *seconds = days * DAY + clock - east;
    return true;
}

bool prt_parse_date(const char *bytes, size_t size, int64_t *days) {
    int64_t seconds;
    if (!prt_parse_time(bytes, size, &seconds))
        return false;
    if (!parse_day(bytes, size, days))
        *days = seconds >= 0 ? seconds / DAY : -((-seconds + DAY - 1) / DAY);
    return true;
}

const char *prt_check_text(const char *bytes, size_t size) {
    size_t i = 0;
    uint64_t high = 0, zero = 0;
    for (; i + 8 <= size; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        high |= word;
        zero |= (word - UINT64_C(0x0101010101010101)) & ~word;
    }
    for (; i < size; i++) {
        high |= (unsigned char)bytes[i];
        zero |= bytes[i] ? 0 : 0x80;
    }
    if ((high | zero) & UINT64_C(0x8080808080808080)) {
        size_t where;
        if (memchr(bytes, 0, size))
            return "holds a NUL byte";
        if (!pr_utf8_valid(bytes, size, &where))
            return "is not valid UTF-8";
    }
    return NULL;
}
