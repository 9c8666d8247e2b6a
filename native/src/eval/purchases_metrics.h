/* What a list of items is worth to somebody who took some of them, cut at k places.
 *
 * Relevance is binary; R is how many items are relevant, hits are relevant items among the first k.
 *
 * ndcg       sum over hits at place i of 1 / log2(i + 1), over the same sum for min(k, R) hits at the top
 * recall     hits / R
 * map        sum over hits at place i of (hits among the first i) / i, over min(k, R)
 * mrr        1 / place of the first hit, 0 without one
 * hit_rate   1 with a hit, else 0
 * novelty    mean over the places of -log2 of the share of users who have the item; one whom nobody has counts as had
 *            by one (self-information; Zhou et al. 2010, PNAS 107)
 * diversity  1 - mean cosine of all pairs of the first k items (intra-list diversity; Ziegler et al. 2005, WWW), by
 *            their vectors; an item without one is like none. A list of fewer than two items has none: 0 */
#ifndef PRT_PURCHASES_METRICS_H
#define PRT_PURCHASES_METRICS_H

#include "interactions.h"
#include "metrics.h"
#include "tables.h"

#define PRT_CUT_METRIC_LIST(X) X(ndcg) X(recall) X(map) X(mrr) X(hit_rate) X(novelty) X(diversity)
enum {
#define PRT_CUT_ENUM(name) PRT_CUT_##name,
    PRT_CUT_METRIC_LIST(PRT_CUT_ENUM)
#undef PRT_CUT_ENUM
        PRT_CUT_METRICS,
    PRT_CUT_ACCURACY = PRT_CUT_novelty /* the first so many are about relevance */
};

extern const char *const prt_cut_metric_names[PRT_CUT_METRICS];

/* Fill the metrics about relevance: hits[i] tells whether place i + 1 of a list of `count` is relevant. All 0 when
 * `relevant` is 0. */
void prt_cut_accuracy(const bool *hits, uint32_t count, uint32_t k, uint32_t relevant, double values[PRT_CUT_ACCURACY]);

/* How surprising each item is: -log2(max(owners, 1) / users), of `items` items. Users are rows with something in them.
 * Free; NULL without memory. */
float *prt_surprise_make(const prt_interactions *taken);
double prt_list_novelty(const float *surprise, const uint32_t *list, uint32_t count, uint32_t k);

/* Directions of items in one space. */
typedef struct prt_directions {
    uint32_t items, width;
    float *dense;        /* items x width, of length 1 or 0; or NULL and … */
    uint64_t *offsets;   /* … item i has the categories code[offsets[i] … offsets[i + 1] - 1], rising, */
    uint32_t *code;      /* each of weight 1 / sqrt(count) */
    uint32_t code_count; /* codes are below it */
} prt_directions;

/* Directions by factors, or by the category and list columns (of `items` rows each) where `factors` is NULL. Free with
 * prt_directions_free, also after a failure. PR_E_MEMORY. */
pr_status prt_directions_make(const prt_factors *factors, const prt_column *const *columns, uint32_t column_count,
                              uint32_t items, prt_directions *out, pr_error *error);
void prt_directions_free(prt_directions *directions);
/* Doubles that prt_list_diversity needs as scratch, all of them 0 before and after. */
size_t prt_directions_scratch(const prt_directions *directions);
double prt_list_diversity(const prt_directions *directions, const uint32_t *list, uint32_t count, uint32_t k,
                          double *scratch);

#endif
