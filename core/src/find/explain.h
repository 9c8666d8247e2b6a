/* Why items have their scores: what each model and each entry of the history adds, and what would be left without one.
 */
#ifndef PR_EXPLAIN_H
#define PR_EXPLAIN_H

#include "fold_change.h"
#include "level_one.h"

enum { PR_KEPT_LESS = 128 };

/* A history without one entry. */
typedef struct pr_less {
    uint32_t entry;
    bool usable;     /* else only the exact score is to be had */
    double *weights; /* [heavy_count] of item_cf: c' */
    double divisor;
    double *balanced; /* the same of ALS */
    pr__fold_change change;
} pr_less;

typedef struct pr_explained {
    const pr_level_one *level;
    const uint32_t *items;
    uint32_t count;
    double (*parts)[PR_SOURCES]; /* of items[k]: what each model brings to the blend, which is its score */
    double *links;               /* [k x heavy_count + i]: item_cf's weight from entry i of ledger->heavy to items[k] */
    pr__fold_base base;          /* the next two: when ALS folded in */
    pr__fold_target *targets;    /* [k] */
    pr_less *less[PR_KEPT_LESS]; /* the last that were worked out, each at its entry's remainder; NULL: none yet */
    double *exact;               /* [i x count + k]: the exact score of items[k] without entry i ... */
    bool *known;                 /* [i]: ... where it was worked out */
    pr_ledger rest;              /* a history without one entry, and its models; made when they are needed */
    pr_level_one *rest_level;
    bool failed; /* there was no memory for that */
} pr_explained;

/* Explain the scores of `items`, which rise. Items and level are borrowed; `out` must not move. PR_E_MEMORY. */
pr_status pr__explain(const pr_level_one *level, const uint32_t *items, uint32_t count, pr_explained *out,
                      pr_error *error);
/* The score of items[k]. */
double pr__explained_score(const pr_explained *explained, uint32_t k);
/* What a model adds to it. */
double pr__explained_part(const pr_explained *explained, uint32_t k, pr_source model);
/* What entry i of ledger->heavy adds to it. */
double pr__explained_effect(const pr_explained *explained, uint32_t k, uint32_t i);

/* The score that items[k] would have if the visitor had never done anything with entry i: all weights, the ridge and
 * the fold-in follow, so it is the one that a request without these events is answered with. Off by *error at most;
 * infinite where the cheap way knows nothing. */
double pr__explained_without(pr_explained *explained, uint32_t k, uint32_t i, double *error);
/* The same, worked out anew to the last bit, which costs a fold-in. Sets explained->failed when out of memory. */
double pr__explained_without_exactly(pr_explained *explained, uint32_t k, uint32_t i);

#endif
