/* Vectors of meaning: an item's own, the nearest of a vector, and what an encoder's vector becomes in this bundle.
 *
 * A vector here has engine->meaning.dims numbers, in double; those of the items have about length 1, so inner products
 * are about cosines. The clusters are those of an inverted file (Jégou, Douze and Schmid 2011, "Product Quantization
 * for Nearest Neighbor Search", section IV): only the `probes` nearest to the query are looked into, within them the
 * search is exact. */
#ifndef PR_MEANING_H
#define PR_MEANING_H

#include "best.h"
#include "engine.h"

/* An item's vector: scale x values[0 … dims - 1]. Borrowed from its shard. */
typedef struct pr_item_vector {
    const int8_t *values;
    float scale;
} pr_item_vector;

/* False when the item has no vector, or a shard is missing (then noted). */
bool pr__vector_of_item(pr_engine *engine, uint32_t item, pr_item_vector *out);
/* sum[i] += weight x the vector's number i. */
void pr__vector_add(const pr_engine *engine, const pr_item_vector *vector, double weight, double *sum);

/* The encoder's numbers given[source] as a vector of this bundle; false when the shard is missing (then noted). */
bool pr__vector_of_query(pr_engine *engine, const double *given, double *vector);

typedef struct pr_near {
    uint32_t item;
    float score; /* inner product */
} pr_near;

/* Where a search looks: into the `probes` nearest of these clusters (bits; NULL: of all). */
typedef struct pr_probing {
    pr__allowed clusters;
    uint32_t probes;
} pr_probing;

/* Room that pr__nearest needs for `limit` items at most. */
uint32_t pr__nearest_room(const pr_engine *engine, uint32_t limit);
/* The items with the largest inner products among the `allowed` ones (bits by item, NULL: all) of the clusters that are
 * looked into, best first, ties by rising row of `vectors`, into out[pr__nearest_room(limit)]; *count gets how many. A
 * vector of zeros has none. With missing shards (then noted) what was found is incomplete. PR_E_MEMORY. */
pr_status pr__nearest(pr_engine *engine, const double *vector, pr__allowed allowed, pr_probing probing, uint32_t limit,
                      pr_near *out, uint32_t *count, pr_error *error);

#endif
