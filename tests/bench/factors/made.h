/* Made-up factor models for the bench and for comparing builds: the same bytes everywhere. */
#ifndef PR_BENCH_MADE_H
#define PR_BENCH_MADE_H

#include "fold_change.h"

enum { MADE_PARTS = 7 };

/* Names of what pr_made_checksum can compute. */
extern const char *const pr_made_parts[MADE_PARTS];

/* Factors of `rows` rows, their scales (every 50th row has none), and a query. Lives in `arena`; NULL members when out
 * of memory. */
typedef struct pr_made {
    pr__factor_rows rows;
    pr__factor_query query;
} pr_made;
void pr_made_factors(uint32_t rows, uint32_t dims, uint64_t seed, pr_arena *arena, pr_made *out);

/* One bit a row, set for about `percent` in a hundred. */
uint64_t *pr_made_allowed(uint32_t rows, uint32_t percent, uint64_t seed, pr_arena *arena);

/* A model of `dims` factors whose G sums over a thousand items, and a history of `count` events. */
typedef struct pr_made_history {
    pr__fold_model model;
    pr__fold_event *events;
    uint32_t count;
} pr_made_history;
void pr_made_fold(uint32_t dims, uint32_t count, double nu, uint64_t seed, pr_arena *arena, pr_made_history *out);

/* A hash of what the core computes in that part, over many shapes. */
uint64_t pr_made_checksum(uint32_t part);

#endif
