/* Status texts, error messages, bytes and dates. */
#include "base.h"

#include <string.h>

const double pr__powers_of_ten[PR_EXACT_POWERS] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

const char *pr_status_text(pr_status status) {
    switch (status) {
#define PR_STATUS_CASE(name, number, text)                                                                             \
    case name:                                                                                                         \
        return text;
        PR_STATUS_LIST(PR_STATUS_CASE)
#undef PR_STATUS_CASE
    }
    return "unknown status";
}

pr_status pr_fail_parts(pr_error *error, pr_status code, uint64_t position, size_t count, const char *const *parts) {
    if (!error)
        return code;
    error->code = code;
    error->position = position;
    size_t used = 0;
    const size_t room = sizeof error->message - 1;
    for (size_t i = 0; i < count; i++) {
        for (const char *p = parts[i] ? parts[i] : "(null)"; *p && used < room; p++)
            error->message[used++] = (unsigned char)*p < 0x20 || *p == 0x7F ? '?' : *p;
    }
    /* A cut inside a character would make the message invalid UTF-8: go back to the character's first byte. */
    size_t where;
    if (!pr_utf8_valid(error->message, used, &where))
        used = where;
    error->message[used] = 0;
    return code;
}

size_t pr__length(const char *text) {
    return text ? strlen(text) : 0;
}

pr_text pr__text(const char *text) {
    return (pr_text){text, pr__length(text)};
}

bool pr__equal(const char *a, size_t a_size, const char *b, size_t b_size) {
    return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

int pr__compare(const char *a, size_t a_size, const char *b, size_t b_size) {
    size_t common = a_size < b_size ? a_size : b_size;
    int order = common ? memcmp(a, b, common) : 0;
    if (order)
        return order;
    return a_size < b_size ? -1 : a_size > b_size;
}

const char *pr__decimal(uint64_t value, char out[24]) {
    char digits[24];
    size_t n = 0;
    do
        digits[n++] = (char)('0' + value % 10);
    while (value /= 10);
    for (size_t i = 0; i < n; i++)
        out[i] = digits[n - 1 - i];
    out[n] = 0;
    return out;
}

/* Hinnant's "civil from days": exact in integers for the proleptic Gregorian calendar. */
static void civil_from_days(int64_t days, int *year, int *month, int *day) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static void put_digits(char *out, int value, int width) {
    for (int i = width - 1; i >= 0; i--, value /= 10)
        out[i] = (char)('0' + value % 10);
}

void pr__format_date(int64_t days, char out[11]) {
    const int64_t first = -719528, last = 2932896; /* 0000-01-01 and 9999-12-31 */
    int year, month, day;
    civil_from_days(days < first ? first : days > last ? last : days, &year, &month, &day);
    put_digits(out, year, 4);
    out[4] = '-';
    put_digits(out + 5, month, 2);
    out[7] = '-';
    put_digits(out + 8, day, 2);
    out[10] = 0;
}

void pr__format_time(int64_t seconds, char out[21]) {
    const int64_t day_seconds = 86400;
    int64_t days = seconds / day_seconds - (seconds % day_seconds < 0);
    int rest = (int)(seconds - days * day_seconds);
    pr__format_date(days, out);
    out[10] = 'T';
    put_digits(out + 11, rest / 3600, 2);
    out[13] = ':';
    put_digits(out + 14, rest / 60 % 60, 2);
    out[16] = ':';
    put_digits(out + 17, rest % 60, 2);
    out[19] = 'Z';
    out[20] = 0;
}

uint32_t pr__place(const void *rows, uint32_t count, size_t size, uint32_t key) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2, found;
        memcpy(&found, (const char *)rows + middle * size, sizeof found);
        if (found < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Bytes of the white space or control character at p, 0 for anything else: C0 and C1 controls, no-break space, the
 * spaces of U+2000 … U+200F, separators U+2028 … U+202F, U+3000 and the byte order mark. */
static size_t blank(const uint8_t *p, size_t size) {
    if (p[0] <= ' ' || p[0] == 0x7F)
        return 1;
    if (size > 1 && p[0] == 0xC2 && p[1] >= 0x80 && p[1] <= 0xA0)
        return 2;
    if (size < 3)
        return 0;
    bool space = (p[0] == 0xE2 && p[1] == 0x80 && (p[2] <= 0x8F || (p[2] >= 0xA8 && p[2] <= 0xAF))) ||
                 (p[0] == 0xE3 && p[1] == 0x80 && p[2] == 0x80) || (p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF);
    return space ? 3 : 0;
}

pr_text pr__trim(pr_text text) {
    size_t begin = 0, n;
    while (begin < text.size && (n = blank((const uint8_t *)text.bytes + begin, text.size - begin)))
        begin += n;
    size_t end = text.size;
    for (size_t width = 1; width <= 3 && end > begin;) {
        bool gone = end - begin >= width && blank((const uint8_t *)text.bytes + end - width, width) == width;
        end -= gone ? width : 0;
        width = gone ? 1 : width + 1;
    }
    return (pr_text){text.bytes + begin, end - begin};
}
