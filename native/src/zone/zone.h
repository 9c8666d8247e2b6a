/* Time zones: how far the clocks of a place are ahead of UTC at a moment. Read-only once made, so that threads share
 * them; the process's own zone (TZ) plays no part. */
#ifndef PRT_ZONE_H
#define PRT_ZONE_H

#include "zone_rule.h"

/* Moments are at most this many seconds from 1970, some 34,000 years. */
#define PRT_MOST_MOMENT ((int64_t)1 << 40)

typedef struct prt_zone {
    int32_t first;    /* seconds ahead of UTC before all changes */
    uint32_t count;   /* of changes */
    int64_t *times;   /* when they are, ascending */
    int32_t *offsets; /* seconds ahead of UTC from then on */
    bool has_rule;    /* after the last change (without one: always) the rule holds */
    prt_zone_rule rule;
} prt_zone;

/* The zone in the bytes of a TZif file (RFC 9636, version 2 or later, without leap seconds), which may be anything.
 * PR_E_FORMAT with what is wrong, PR_E_MEMORY. Free it with prt_zone_free. */
pr_status prt_zone_parse(const void *bytes, size_t size, prt_zone *out, pr_error *error);
void prt_zone_free(prt_zone *zone);

/* What the clocks show at `time`, |time| <= PRT_MOST_MOMENT. */
prt_zone_span prt_zone_at(const prt_zone *zone, int64_t time);

#endif
