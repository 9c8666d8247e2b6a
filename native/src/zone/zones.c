/* Offsets, names, and the folder in which the machine keeps its zones. */
#include "zones.h"
#include "readfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MINUTE = 60, HOUR = 3600, MOST_OFFSET = 14 * HOUR, MOST_FILE = 1 << 16, PATH_SIZE = 4096 };

typedef struct prt_named_zone {
    prt_zone zone;
    char name[PRT_MOST_ZONE_NAME + 1];
} prt_named_zone;

/* ---- texts ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_capital(char c) {
    return c >= 'A' && c <= 'Z';
}

/* Z, +5, -08, +0530, +05:30 → seconds. */
static bool parse_offset(const char *text, size_t size, int32_t *out) {
    *out = 0;
    if (size == 1 && (*text == 'Z' || *text == 'z' || *text == '0'))
        return true;
    if (size < 2 || (*text != '+' && *text != '-'))
        return false;
    int32_t digits[4];
    size_t count = 0;
    for (size_t i = 1; i < size; i++) {
        if (text[i] == ':' && i == size - 3 && count == 2)
            continue;
        if (!is_digit(text[i]) || count == PRT_COUNT(digits))
            return false;
        digits[count++] = text[i] - '0';
    }
    if (count == 0 || count == 3)
        return false;
    int32_t hours = count == 1 ? digits[0] : digits[0] * 10 + digits[1];
    int32_t minutes = count == 4 ? digits[2] * 10 + digits[3] : 0;
    int32_t offset = hours * HOUR + minutes * MINUTE;
    *out = *text == '-' ? -offset : offset;
    return minutes < 60 && offset <= MOST_OFFSET;
}

/* Parts of [A-Za-z0-9_+-] between slashes, the first with a capital letter: that and the missing dot keep out what lies
 * elsewhere, and what else lies in the folder (localtime, posixrules, right/…). */
static bool is_name(const char *text, size_t size) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-";
    if (size == 0 || size > PRT_MOST_ZONE_NAME || !is_capital(*text) || text[size - 1] == '/')
        return false;
    for (size_t i = 1; i < size; i++) {
        bool slash = text[i] == '/' && text[i - 1] != '/';
        if (!slash && !strchr(allowed, text[i]))
            return false;
    }
    return true;
}

/* ---- the database ---- */

static const char *database(void) {
    const char *given = getenv("TZDIR");
    return given && *given ? given : "/usr/share/zoneinfo";
}

bool prt_zones_have_database(void) {
    struct stat about;
    return stat(database(), &about) == 0 && S_ISDIR(about.st_mode);
}

/* The path of a zone; false when it is too long or no such file is there. */
static bool find_file(const char *name, char path[PATH_SIZE]) {
    struct stat about;
    return snprintf(path, PATH_SIZE, "%s/%s", database(), name) < PATH_SIZE && stat(path, &about) == 0 &&
           S_ISREG(about.st_mode);
}

static pr_status read_file(const char *name, prt_zone *out, bool *found, pr_error *error) {
    char path[PATH_SIZE], *bytes;
    size_t size;
    *found = find_file(name, path);
    if (!*found && prt_zones_have_database())
        return PR_OK;
    if (!*found)
        return prt_fail(error, PR_E_IO,
                        "%s: there is no database of time zones to look %s up in; install the system's package tzdata, "
                        "or give offsets from UTC such as +01:00",
                        database(), name);
    PRT_TRY(prt_file_read(path, MOST_FILE, &bytes, &size, error));
    pr_error why = {0};
    pr_status status = prt_zone_parse(bytes, size, out, &why);
    free(bytes);
    return status == PR_OK
               ? PR_OK
               : prt_fail(error, status, "%s: %s; install the system's package tzdata again", path, why.message);
}

/* ---- all ---- */

static pr_status read_named(const char *name, prt_named_zone *out, bool *found, pr_error *error) {
    size_t size = strlen(name);
    memcpy(out->name, name, size + 1);
    *found = parse_offset(name, size, &out->zone.first);
    return *found || !is_name(name, size) ? PR_OK : read_file(name, &out->zone, found, error);
}

static bool make_room(prt_zones *zones) {
    if (zones->count < zones->room)
        return true;
    uint32_t room = zones->room ? 2 * zones->room : 16;
    prt_named_zone **larger = realloc(zones->zones, room * sizeof(*larger));
    if (!larger)
        return false;
    zones->zones = larger;
    zones->room = room;
    return true;
}

/* The first place whose name is not less; they are sorted. */
static uint32_t place_of(const prt_zones *zones, const char *name) {
    uint32_t low = 0, high = zones->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(zones->zones[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static pr_status add(prt_zones *zones, uint32_t place, const char *name, const prt_zone **out, pr_error *error) {
    prt_named_zone *new = calloc(1, sizeof *new);
    bool found = false;
    pr_status status =
        new &&make_room(zones) ? read_named(name, new, &found, error) : prt_fail_memory(error, "reading a time zone");
    if (status != PR_OK || !found) {
        free(new);
        return status;
    }
    memmove(zones->zones + place + 1, zones->zones + place, (zones->count++ - place) * sizeof(*zones->zones));
    zones->zones[place] = new;
    *out = &new->zone;
    return PR_OK;
}

pr_status prt_zones_find(prt_zones *zones, const char *text, size_t size, const prt_zone **out, pr_error *error) {
    char name[PRT_MOST_ZONE_NAME + 1];
    *out = NULL;
    if (size > PRT_MOST_ZONE_NAME || memchr(text, 0, size))
        return PR_OK;
    memcpy(name, text, size);
    name[size] = 0;
    uint32_t place = place_of(zones, name);
    if (place == zones->count || strcmp(zones->zones[place]->name, name) != 0)
        return add(zones, place, name, out, error);
    *out = &zones->zones[place]->zone;
    return PR_OK;
}

void prt_zones_free(prt_zones *zones) {
    for (uint32_t i = 0; i < zones->count; i++) {
        prt_zone_free(&zones->zones[i]->zone);
        free(zones->zones[i]);
    }
    free(zones->zones);
    *zones = (prt_zones){0};
}
