/* The first level: every item scored by the models, from what the visitor took. */
#ifndef PR_LEVEL_ONE_H
#define PR_LEVEL_ONE_H

#include "fold_in.h"
#include "ledger.h"

typedef struct pr_level_one {
    pr_engine *engine;
    const pr_ledger *ledger;
    double share[PR_SOURCES]; /* of a model's score in the blend: weight / typical score; 0: not asked */
    double divisor;           /* of item_cf: (sum of weights)^normalize */
    bool folded;              /* then the next three are filled */
    pr__fold_model fold_model;
    pr__fold_in fold;
    pr__fold_event *events; /* one for each of ledger->heavy */
    float *scores;          /* the blend, of each item: 0 or more */
} pr_level_one;

/* Score all items by `model` (weights of the hybrid from `tuning`). Missing shards are noted, and then nothing may be
 * used but the list of them. PR_E_MEMORY. */
pr_status pr__level_one(pr_engine *engine, const pr_ledger *ledger, const pr_tuning *tuning, pr_source model,
                        pr_level_one *out, pr_error *error);

/* Why items have their scores. */
typedef struct pr_level_one_parts {
    double (*parts)[PR_SOURCES]; /* of items[k]: what each model adds */
    double *by_item_cf, *by_als; /* [k x heavy_count + i]: what event i adds through it */
    double *leverage, *own;      /* of event i: h = v' A^-1 v, x . v; NaN: not worked out yet */
} pr_level_one_parts;

/* Explain the scores of `items`, which rise. */
pr_status pr__level_one_explain(const pr_level_one *level, const uint32_t *items, uint32_t count,
                                pr_level_one_parts *out, pr_error *error);
/* By how much the score of items[k] would fall without event i of ledger->heavy; negative when it would rise. Exact but
 * for the ridge of ALS, which is taken to stay. */
double pr__level_one_loss(const pr_level_one *level, const pr_level_one_parts *parts, uint32_t k, uint32_t i);

/* ALS's factors of an item as an event of weight 0; scale 0 when it has none or its shard is missing. */
pr__fold_event pr__factors_of(pr_engine *engine, uint32_t item);

#endif
