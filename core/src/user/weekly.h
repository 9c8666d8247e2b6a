/* What the visitor did with each item in each week: kept as sums, because a year of impressions would not fit into a
 * list of events.
 *
 * "weekly":[{"item":"T12","week":9,"impressions":3,"clicks":1,"views":1,"likes":0,"watch":620},…] in the visitor's
 * state; `watch` is the sum of the shares watched in thousandths. Rows of the same (item, week) count
 * together. */
#ifndef PR_WEEKLY_H
#define PR_WEEKLY_H

#include "engine.h"

/* Rows, and bytes of their ids, so that the state stays below its own limit. */
enum { PR_MAX_OWN_WEEKS = 4096, PR_MAX_OWN_IDS = 128 << 10 };

typedef struct pr_own_week {
    pr_text item;
    pr_week week;
} pr_own_week;

typedef struct pr_own_weeks {
    uint32_t count, room;
    size_t id_bytes;   /* of all rows' items */
    pr_own_week *rows; /* in the order in which they came */
} pr_own_weeks;

/* Read and check; NULL is none. On PR_E_FORMAT *what completes "the visitor's state …". */
pr_status pr__own_weeks_read(const pr_json *given, pr_arena *arena, pr_own_weeks *out, const char **what);
/* Write the member "weekly", or nothing when there is none. */
void pr__own_weeks_write(const pr_own_weeks *weeks, pr_writer *w);
/* Add sums to the row of (item, week). When there is no place left, rows of the oldest week make room. */
pr_status pr__own_weeks_add(pr_own_weeks *weeks, pr_arena *arena, pr_text item, const pr_week *more);

#endif
