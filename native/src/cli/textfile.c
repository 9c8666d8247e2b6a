/* Files read and replaced whole; moments. */
#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pr_status io_failed(pr_error *error, const char *path, const char *what) {
    return pr_fail(error, PR_E_IO, 0, path, ": ", what, " (", strerror(errno), "); check the path and its rights");
}

static pr_status read_stream(FILE *file, const char *path, size_t most, char **bytes, size_t *size, pr_error *error) {
    size_t room = 65536, used = 0;
    char *text = malloc(room + 1);
    while (text) {
        used += fread(text + used, 1, room - used, file);
        if (used > most || used < room)
            break;
        room *= 2;
        char *larger = realloc(text, room + 1);
        if (!larger)
            free(text);
        text = larger;
    }
    if (!text)
        return pr_fail(error, PR_E_MEMORY, 0, path, ": out of memory while reading it");
    if (ferror(file) || used > most) {
        pr_status status = used > most ? pr_fail(error, PR_E_LIMIT, 0, path, ": is too long; give a smaller file")
                                       : io_failed(error, path, "cannot be read");
        free(text);
        return status;
    }
    text[used] = 0;
    *bytes = text;
    *size = used;
    return PR_OK;
}

pr_status prt_text_read(const char *path, size_t most, char **bytes, size_t *size, pr_error *error) {
    *bytes = NULL;
    *size = 0;
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "rb");
    if (!file)
        return io_failed(error, path, "cannot be opened");
    pr_status status = read_stream(file, path, most, bytes, size, error);
    if (!standard)
        fclose(file);
    return status;
}

static bool write_all(int file, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(file, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        size -= (size_t)written;
    }
    return fsync(file) == 0;
}

pr_status prt_text_replace(const char *path, const char *bytes, size_t size, pr_error *error) {
    char other[4096];
    if (snprintf(other, sizeof other, "%s.%ld.tmp", path, (long)getpid()) >= (int)sizeof other)
        return pr_fail(error, PR_E_IO, 0, path, ": this path is too long; use a shorter one");
    int file = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return io_failed(error, path, "cannot be written");
    bool good = write_all(file, bytes, size);
    good = close(file) == 0 && good;
    if (good && rename(other, path) == 0)
        return PR_OK;
    pr_status status = io_failed(error, path, "cannot be written");
    unlink(other);
    return status;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar, after Howard Hinnant's days_from_civil. */
static int64_t days_of(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* `digits` digits at *at; -1 when there are fewer. */
static int digits_at(const char **at, int digits) {
    int value = 0;
    for (; digits > 0; digits--, (*at)++) {
        if (**at < '0' || **at > '9')
            return -1;
        value = value * 10 + (**at - '0');
    }
    return value;
}

static bool expect(const char **at, char c) {
    return **at == c && (*at)++;
}

static bool read_date(const char **at, int64_t *days) {
    static const int longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = digits_at(at, 4);
    int month = year >= 0 && expect(at, '-') ? digits_at(at, 2) : -1;
    int day = month > 0 && expect(at, '-') ? digits_at(at, 2) : -1;
    if (month < 1 || month > 12 || day < 1 || day > longest[month - 1])
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    *days = days_of(year, month, day);
    return leap || month != 2 || day < 29;
}

static bool read_time(const char **at, int64_t *seconds) {
    int hour = digits_at(at, 2);
    int minute = hour >= 0 && expect(at, ':') ? digits_at(at, 2) : -1;
    int second = minute >= 0 && expect(at, ':') ? digits_at(at, 2) : 0;
    if (hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    *seconds += hour * 3600 + minute * 60 + second;
    if (expect(at, '.')) {
        while (**at >= '0' && **at <= '9')
            (*at)++;
    }
    int sign = **at == '-' ? -1 : 1;
    if (expect(at, '+') || expect(at, '-')) {
        hour = digits_at(at, 2);
        (void)expect(at, ':');
        minute = digits_at(at, 2);
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
            return false;
        *seconds -= sign * (hour * 3600 + minute * 60);
        return true;
    }
    (void)expect(at, 'Z');
    return true;
}

bool prt_moment_read(const char *text, int64_t *seconds) {
    char *end;
    errno = 0;
    long long whole = strtoll(text, &end, 10);
    if (end != text && *end == 0 && errno == 0) {
        *seconds = whole;
        return whole >= 0 && whole <= 253402300799; /* to the end of the year 9999 */
    }
    const char *at = text;
    int64_t days;
    if (!read_date(&at, &days))
        return false;
    *seconds = days * 86400;
    if ((expect(&at, 'T') || expect(&at, ' ')) && !read_time(&at, seconds))
        return false;
    return *at == 0;
}

void prt_moment_write(int64_t seconds, char out[32]) {
    int64_t days = seconds / 86400 - (seconds % 86400 < 0), rest = seconds - days * 86400;
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), shifted = (5 * of_year + 2) / 153;
    int day = (int)(of_year - (153 * shifted + 2) / 5 + 1), month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)((year + era * 400 + (month <= 2)) % 10000), month, day,
             (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}
