/* Reading TZif files, and asking what they say. */
#include "zone.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A file is a header and a block of 32-bit times, then the same with 64-bit times, then the rule between two line
 * feeds. A header: "TZif", version, 15 bytes, then six counts of four bytes, most significant first. A block: times,
 * a type for each, types (offset in four bytes, is it summer, where its name begins), names, leap seconds, two lists of
 * flags. */
enum { HEADER = 44, TYPE = 6, MOST_OFFSET = 26 * 3600 };

typedef struct header {
    uint32_t utc_flags, standard_flags, leaps, times, types, name_bytes;
} header;

static uint32_t big32(const uint8_t *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int64_t big64(const uint8_t *b) {
    return (int64_t)((uint64_t)big32(b) << 32 | big32(b + 4));
}

static pr_status damaged(pr_error *error, const char *what) {
    return prt_fail(error, PR_E_FORMAT, "no time zone can be read from it: %s", what);
}

static bool read_header(const uint8_t *bytes, size_t size, header *out) {
    if (size < HEADER || memcmp(bytes, "TZif", 4) != 0 || bytes[4] < '2')
        return false;
    const uint8_t *counts = bytes + 20;
    *out = (header){big32(counts),      big32(counts + 4),  big32(counts + 8),
                    big32(counts + 12), big32(counts + 16), big32(counts + 20)};
    return true;
}

static uint64_t block_size(const header *h, uint64_t time_size) {
    return h->times * (time_size + 1) + (uint64_t)h->types * TYPE + h->name_bytes + h->leaps * (time_size + 4) +
           h->standard_flags + h->utc_flags;
}

/* Does the offset of each type lie within bounds? */
static bool good_types(const uint8_t *types, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        int32_t offset = (int32_t)big32(types + i * (size_t)TYPE);
        if (offset <= -MOST_OFFSET || offset >= MOST_OFFSET)
            return false;
    }
    return count > 0;
}

static pr_status read_changes(const uint8_t *block, const header *h, prt_zone *out, pr_error *error) {
    const uint8_t *which = block + h->times * (size_t)8, *types = which + h->times;
    if (!good_types(types, h->types))
        return damaged(error, "an offset is none");
    out->times = malloc((h->times + (size_t)1) * sizeof *out->times);
    out->offsets = malloc((h->times + (size_t)1) * sizeof *out->offsets);
    if (!out->times || !out->offsets)
        return prt_fail_memory(error, "reading a time zone");
    out->first = (int32_t)big32(types);
    for (; out->count < h->times; out->count++) {
        uint32_t i = out->count;
        out->times[i] = big64(block + i * (size_t)8);
        if (which[i] >= h->types || (i && out->times[i] <= out->times[i - 1]))
            return damaged(error, "its changes are not in order");
        out->offsets[i] = (int32_t)big32(types + which[i] * (size_t)TYPE);
    }
    return PR_OK;
}

static pr_status read_rule(const char *footer, size_t size, prt_zone *out, pr_error *error) {
    if (size < 2 || footer[0] != '\n' || footer[size - 1] != '\n')
        return damaged(error, "its end is missing");
    out->has_rule = size > 2;
    return !out->has_rule || prt_zone_rule_parse(footer + 1, size - 2, &out->rule)
               ? PR_OK
               : damaged(error, "the rule for later years is none");
}

static pr_status read_zone(const uint8_t *bytes, size_t size, prt_zone *out, pr_error *error) {
    header h;
    if (!read_header(bytes, size, &h))
        return damaged(error, "it is no TZif file of version 2 or later");
    uint64_t second = HEADER + block_size(&h, 4);
    if (second > size || !read_header(bytes + second, size - (size_t)second, &h))
        return damaged(error, "it is too short");
    const uint8_t *block = bytes + second + HEADER;
    uint64_t left = size - second - HEADER, used = block_size(&h, 8);
    if (used > left)
        return damaged(error, "it is too short");
    if (h.leaps)
        return damaged(error, "it counts leap seconds");
    PRT_TRY(read_changes(block, &h, out, error));
    return read_rule((const char *)block + used, (size_t)(left - used), out, error);
}

pr_status prt_zone_parse(const void *bytes, size_t size, prt_zone *out, pr_error *error) {
    *out = (prt_zone){0};
    pr_status status = read_zone(bytes, size, out, error);
    if (status != PR_OK)
        prt_zone_free(out);
    return status;
}

void prt_zone_free(prt_zone *zone) {
    free(zone->times);
    free(zone->offsets);
    *zone = (prt_zone){0};
}

/* How many changes there are up to and at `time`. */
static uint32_t changes_until(const prt_zone *zone, int64_t time) {
    uint32_t low = 0, high = zone->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

prt_zone_span prt_zone_at(const prt_zone *zone, int64_t time) {
    uint32_t passed = changes_until(zone, time);
    if (passed == zone->count && zone->has_rule)
        return prt_zone_rule_at(&zone->rule, time);
    return (prt_zone_span){passed ? zone->offsets[passed - 1] : zone->first,
                           passed < zone->count ? zone->times[passed] : INT64_MAX};
}
