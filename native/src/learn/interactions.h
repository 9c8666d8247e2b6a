/* Who took what, and how much: a sparse matrix of users x items, and what the collaborative learners make of it. */
#ifndef PRT_INTERACTIONS_H
#define PRT_INTERACTIONS_H

#include "pocketrec.h"

/* User u took item[offsets[u]] ... item[offsets[u + 1] - 1]. */
typedef struct prt_interactions {
    uint32_t users, items;
    uint64_t *offsets; /* users + 1 */
    uint32_t *item;    /* rising within a user, each once */
    float *weight;     /* of each: finite, above 0 */
} prt_interactions;

/* Items and what goes with them: item i has neighbour[offsets[i]] ... neighbour[offsets[i + 1] - 1]. What a user has of
 * item i raises the score of each neighbour by weight x share (docs/models.md). */
typedef struct prt_neighbours {
    uint32_t items;
    uint64_t *offsets;   /* items + 1 */
    uint32_t *neighbour; /* by falling weight, ties by rising number; never the item itself */
    float *weight;       /* finite, above 0 */
} prt_neighbours;

/* A dense matrix, row after row. */
typedef struct prt_factors {
    uint32_t rows, factors;
    float *values; /* rows x factors */
} prt_factors;

#endif
