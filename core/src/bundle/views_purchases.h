/* Views on the shards of the tables behind recommendations from purchases. docs/bundle-format.md. */
#ifndef PR_VIEWS_PURCHASES_H
#define PR_VIEWS_PURCHASES_H

#include "views_shop.h"

/* What is known of each item. */
typedef struct pr_item_stats_view {
    const float *price;      /* NaN: not known */
    const float *units;      /* of a usual purchase */
    const float *popularity; /* 0 to 1 */
    const float *cycle;      /* days until it is bought again, 0: not known */
    const uint32_t *buyers;
} pr_item_stats_view;

/* Item factors of ALS: value x scale; scale 0: the item has none. */
typedef struct pr_factors_view {
    const int8_t *values; /* rows x factors */
    const float *scale;
} pr_factors_view;

/* The lower triangle of Y'Y, row after row. */
typedef struct pr_gram_view {
    const float *gram;
} pr_gram_view;

/* For each item of a history what it raises: links as in `similar`, each weight byte / 255 x the row's scale. */
typedef struct pr_neighbours_view {
    pr_links_view links;
    const float *scale;
} pr_neighbours_view;

#endif
