/* When clocks are changed every year: the POSIX rule at the end of a TZif file, such as CET-1CEST,M3.5.0,M10.5.0/3. */
#ifndef PRT_ZONE_RULE_H
#define PRT_ZONE_RULE_H

#include "fail.h"

typedef struct prt_zone_span {
    int32_t offset; /* seconds ahead of UTC */
    int64_t until;  /* the first moment at which that may be another; INT64_MAX: never */
} prt_zone_span;

typedef enum prt_zone_day_form {
    PRT_ZONE_WEEKDAY,    /* Mm.w.d: `day` (0 is Sunday) of the `week` (5 is the last) of the `month` */
    PRT_ZONE_NO_LEAP,    /* Jn: `day` 1 to 365; 29 February is never counted */
    PRT_ZONE_DAY_OF_YEAR /* n: `day` 0 to 365 */
} prt_zone_day_form;

/* When clocks are changed. */
typedef struct prt_zone_day {
    prt_zone_day_form form;
    int32_t month, week, day;
    int32_t second; /* from the day's beginning; may lie outside it, by up to a week */
} prt_zone_day;

typedef struct prt_zone_rule {
    int32_t standard, summer; /* seconds ahead of UTC */
    bool has_summer;
    prt_zone_day begins, ends; /* of summer time; `begins` by the standard clock, `ends` by that of summer */
} prt_zone_rule;

/* Read a rule of `size` bytes, hours from -167 to 167 as RFC 9636 has them. False when it is none. */
bool prt_zone_rule_parse(const char *text, size_t size, prt_zone_rule *out);

/* What the clocks show at `time`, at most 2^40 seconds from 1970. */
prt_zone_span prt_zone_rule_at(const prt_zone_rule *rule, int64_t time);

#endif
