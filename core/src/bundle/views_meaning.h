/* Views on the shards of the tables of meaning. docs/bundle-format.md has their tensors. */
#ifndef PR_VIEWS_MEANING_H
#define PR_VIEWS_MEANING_H

#include "safetensors.h"

/* Items' vectors in the order of the clusters, and by rising item within one: values x scale. */
typedef struct pr_vectors_view {
    const uint32_t *item;
    const int8_t *values; /* rows x dims */
    const float *scale;
} pr_vectors_view;

#define PR_NO_PLACE UINT32_MAX

/* Of each item the row in `vectors`, or PR_NO_PLACE. */
typedef struct pr_vector_places_view {
    const uint32_t *place;
} pr_vector_places_view;

/* Cluster c has the rows first[c] … first[c + 1] - 1 of `vectors`; values x scale is its centre. */
typedef struct pr_clusters_view {
    const int8_t *values; /* rows x dims */
    const float *scale;
    const uint32_t *first;
} pr_clusters_view;

typedef struct pr_projection_view {
    const float *rotation; /* dims x source */
} pr_projection_view;

enum { PR_MOST_RERANKED = 64 };

/* The items of each category, the most popular first, and the clusters in which most of their vectors lie, the fullest
 * first: row r has the items offsets[r] … offsets[r + 1] and the clusters cluster_offsets[r] … */
typedef struct pr_categories_view {
    const uint32_t *offsets;
    pr_uints item;
    const uint32_t *cluster_offsets; /* NULL: the bundle has no vectors */
    pr_uints cluster;
} pr_categories_view;

/* How well candidates go with the item or the category of a row, by the night's cross-encoder: candidates offsets[r] …
 * offsets[r + 1], at most PR_MOST_RERANKED, with the scores low[r] + step[r] x score. */
typedef struct pr_reranked_view {
    const uint32_t *offsets;
    pr_uints item;
    const uint16_t *score;
    const float *low, *step;
} pr_reranked_view;

/* What a cross-encoder says of a product. */
typedef struct pr_pair_score {
    uint32_t item;
    double score;
} pr_pair_score;

#endif
