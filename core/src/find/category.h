/* The products of one category: what the night has written down of each, so that nobody has to look through the
 * catalogue for them. */
#ifndef PR_CATEGORY_H
#define PR_CATEGORY_H

#include "best.h"
#include "engine.h"

typedef struct pr_category {
    pr_text name;
    uint32_t row; /* of the tables `categories` and `reranked_categories` */
    uint32_t count;
    pr_uints item; /* item[first … first + count - 1]: its products, the most popular first */
    uint32_t first;
    uint32_t cluster_count;
    pr_uints cluster; /* the same: clusters in which most of their vectors lie, the fullest first */
    uint32_t first_cluster;
} pr_category;

/* The widest category of that name. False when there is none, or when a shard is missing (then noted); `row` is
 * UINT32_MAX unless it is known by then. */
bool pr__category_find(pr_engine *engine, pr_text name, pr_category *out);
static inline uint32_t pr__category_item(const pr_category *category, uint32_t i) {
    return pr__uint(category->item, (uint64_t)category->first + i);
}
/* Bits of its clusters in the scratch; NULL when out of memory. */
uint64_t *pr__category_clusters(pr_engine *engine, const pr_category *category);
/* How many of its clusters hold about `limit` of its products: the engine's own number, or more. */
uint32_t pr__category_probes(const pr_engine *engine, const pr_category *category, uint32_t limit);

#endif
