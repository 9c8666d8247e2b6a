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
    double *by_item_cf, *by_als; /* [k x heavy_count + i]: what entry i of ledger->heavy adds through it */
    const uint32_t *items;
    uint32_t count;
    double *without; /* [i x count + k]: the score of items[k] without entry i ... */
    bool *known;     /* [i]: ... where it was worked out */
    pr_ledger rest;  /* room for a history without one entry, and its models */
    pr_level_one *less;
} pr_level_one_parts;

/* Explain the scores of `items`, which rise and are borrowed. */
pr_status pr__level_one_explain(const pr_level_one *level, const uint32_t *items, uint32_t count,
                                pr_level_one_parts *out, pr_error *error);
/* The score of items[k]: its parts together. */
double pr__level_one_score(const pr_level_one_parts *parts, uint32_t k);
/* The score that items[k] would have if the visitor had never done anything with entry i of ledger->heavy: all weights
 * and the fold-in are worked out anew, so it is the one that a request without these events is answered with. */
double pr__level_one_without(const pr_level_one *level, pr_level_one_parts *parts, uint32_t k, uint32_t i);

/* ALS's factors of an item as an event of weight 0; scale 0 when it has none or its shard is missing. */
pr__fold_event pr__factors_of(pr_engine *engine, uint32_t item);

#endif
