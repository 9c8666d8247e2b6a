/* The first level: every item scored by the models, from what the visitor took. */
#ifndef PR_LEVEL_ONE_H
#define PR_LEVEL_ONE_H

#include "fold_in.h"
#include "ledger.h"

typedef struct pr_level_one {
    pr_engine *engine;
    const pr_ledger *ledger;
    double share[PR_SOURCES]; /* what a model's scores are multiplied by before they are blended; 0: not asked */
    bool quadratic;           /* the blend is the root of the sum of squares, not the sum */
    double divisor;           /* of item_cf: (sum of weights)^normalize */
    bool folded;              /* then the next three are filled */
    pr__fold_model fold_model;
    pr__fold_in fold;
    pr__fold_event *events; /* one for each of ledger->heavy */
    uint32_t known;         /* of them have factors */
    float *scores;          /* the blend, of each item: 0 or more */
} pr_level_one;

/* Score all items by `model` (weights of the hybrid from `tuning`). Missing shards are noted, and then nothing may be
 * used but the list of them. PR_E_MEMORY. */
pr_status pr__level_one(pr_engine *engine, const pr_ledger *ledger, const pr_tuning *tuning, pr_source model,
                        pr_level_one *out, pr_error *error);

/* What the models' scores, times their shares, make together: it moves no further than they do. */
double pr__level_one_blend(const pr_level_one *level, const double parts[PR_SOURCES]);
/* What item_cf's sums are divided by, from the sum of the history's weights. */
double pr__level_one_divisor(const pr_engine *engine, double weight);
/* As much of that as the scores of single items need, again for another ledger: divisor and fold-in, but not `scores`.
 */
void pr__level_one_refold(pr_level_one *level, const pr_ledger *ledger);
/* Room of its own to refold in, of a level that was made for `like`. PR_E_MEMORY. */
pr_status pr__level_one_room(const pr_level_one *like, pr_level_one *out, pr_error *error);

/* ALS's factors of an item as an event of weight 0; scale 0 when it has none or its shard is missing. */
pr__fold_event pr__factors_of(pr_engine *engine, uint32_t item);

#endif
