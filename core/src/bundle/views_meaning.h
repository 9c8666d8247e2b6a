/* Views on the shards of the tables of meaning. docs/bundle-format.md has their tensors. */
#ifndef PR_VIEWS_MEANING_H
#define PR_VIEWS_MEANING_H

#include <stdint.h>

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

#endif
