/* The second level: candidates of the first, weighed by what they cost and when they are due. */
#ifndef PR_LEVEL_TWO_H
#define PR_LEVEL_TWO_H

#include "level_one.h"

/* What a request allows. */
typedef struct pr_pick_limits {
    double least_price, most_price; /* NaN: not given */
    bool exclude_purchased;
    int64_t now;
} pr_pick_limits;

/* A candidate with what the second level multiplies its score by; 1: nothing to say. */
typedef struct pr_pick {
    uint32_t item;
    double level_one, score;
    double price; /* NaN: not known */
    double upsell, sensitivity, due;
} pr_pick;

/* One bit for each item: may it be recommended? What is dear for a small spender may where fewer than `wanted` others
 * are left. NULL when out of memory or a shard is missing (then noted). */
uint64_t *pr__picks_allowed(pr_engine *engine, const pr_ledger *ledger, const pr_tuning *tuning,
                            const pr_pick_limits *limits, uint32_t wanted);
/* Work out `score` and sort by it, falling, ties by rising item. */
void pr__picks_order(pr_pick *picks, uint32_t count);
/* The best of `level` that are allowed, at least `wanted` where there are so many, weighed and sorted by falling score,
 * ties by rising item. *count of them. NULL: out of memory. */
pr_pick *pr__picks_rank(const pr_level_one *level, const pr_tuning *tuning, const pr_pick_limits *limits,
                        const uint64_t *allowed, uint32_t wanted, uint32_t *count);

#endif
