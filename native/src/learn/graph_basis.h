/* The graph of users and items, and its smoothest directions. */
#ifndef PRT_GRAPH_BASIS_H
#define PRT_GRAPH_BASIS_H

#include "neighbours_inner.h"

/* The normalised adjacency is A[u][i] = c x user_scale[u] x item_scale[i], c the interaction's weight: no vector grows
 * when it is multiplied by it. */
typedef struct prt_graph {
    const prt_interactions *train;
    const prt_columns *columns;
    float *user_scale; /* 1 / sqrt(sum of the user's weights), 0 without any */
    float *item_scale; /* of the item's */
} prt_graph;

typedef struct prt_basis {
    uint32_t rank, stride; /* numbers of a row, and how far apart rows lie; the rest is 0 */
    float *values;         /* items x stride; columns have length 1 and are orthogonal, or are 0 */
} prt_basis;

/* At most `rank` directions of items in which the adjacency is largest, the same for any number of threads. False: out
 * of memory; free out->values either way. */
bool prt_basis_make(const prt_graph *graph, uint32_t rank, int threads, prt_basis *out);

/* Product of the rows of two items: what a projection onto the basis makes one say of the other. */
float prt_basis_product(const prt_basis *basis, uint32_t a, uint32_t b);

#endif
