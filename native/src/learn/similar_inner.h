/* How the files of similar.h hand work to each other: similar_groups.c puts equal vectors together, similar_index.c
 * lays them out for the search, similar_search.c finds the groups nearest to a group, similar.c makes lists of rows of
 * them.
 */
#ifndef PRT_SIMILAR_INNER_H
#define PRT_SIMILAR_INNER_H

#include "similar.h"

/* ---- groups: rows with equal vectors ---- */

typedef struct prt_groups {
    uint32_t count;
    uint32_t listed;   /* the first of them have members that may stand in lists; they go by their first such member */
    uint32_t *of_row;  /* each row's group */
    uint32_t *row;     /* a row of each group */
    uint32_t *starts;  /* of the members in `members`, listed + 1 */
    uint32_t *members; /* the rows that may stand in lists, rising */
} prt_groups;

bool prt_groups_make(const prt_vectors *vectors, const uint8_t *allowed, prt_groups *out); /* false: out of memory */
void prt_groups_free(prt_groups *groups);

/* ---- index: the groups' vectors with the terms by rising frequency, and the groups of each term ---- */

enum { PRT_TAILS = 24, PRT_TAIL_STEPS = 255, PRT_FETCHED = 24 /* terms that are fetched ahead */ };

typedef struct prt_tail {
    uint32_t first;                    /* the tail of a vector are its terms from this rank on */
    uint8_t *length;                   /* of each listed group's tail, in steps, rounded up */
    uint32_t *longest;                 /* the listed groups by falling length of their tails … */
    uint32_t from[PRT_TAIL_STEPS + 2]; /* … those of `s` steps or more are the first from[s] */
} prt_tail;

typedef struct prt_similar_term {
    uint32_t rank; /* 0 is the rarest term */
    float weight;
} prt_similar_term;

typedef struct prt_similar_posting {
    uint32_t group;
    float weight;
} prt_similar_posting;

typedef struct prt_similar_index {
    uint32_t groups, listed, terms;
    uint64_t *offsets;         /* of each group's terms, groups + 1 */
    prt_similar_term *vectors; /* of each group, rising; PRT_FETCHED of room behind them */
    uint64_t *lists;           /* of each rank's postings, terms + 1 */
    prt_similar_posting *postings;
    float longest; /* no listed group's vector is longer */
    float step;    /* of tails' lengths */
    uint32_t tail_count;
    prt_tail tails[PRT_TAILS];
} prt_similar_index;

bool prt_similar_index_make(const prt_vectors *vectors, const prt_groups *groups, prt_similar_index *out);
void prt_similar_index_free(prt_similar_index *index);

/* ---- search ---- */

typedef struct prt_near {
    float score;
    uint32_t group;
} prt_near;

/* The best `most` of what was offered: a heap with the least on top. */
typedef struct prt_near_heap {
    prt_near *near;
    uint32_t count, most;
} prt_near_heap;

typedef struct prt_similar_search {
    const prt_similar_index *index;
    float minimum;
    float *query;      /* weights of the group that is searched for, by rank; all 0 in between */
    float *sums;       /* by group: the products so far, -1 when its score is known; all 0 in between */
    uint32_t *touched; /* groups whose sum is not 0 */
    uint32_t touched_count;
    prt_near_heap nearest; /* by score; sorted in the end */
    prt_near_heap seeds;   /* by the products so far */
    double *rest;          /* of the query's terms from the i-th on: their length */
    size_t rest_room;
} prt_similar_search;

bool prt_similar_search_make(const prt_similar_index *index, uint32_t top, float minimum, prt_similar_search *out);
/* The `top` listed groups nearest to `group`, itself among them when it is listed, into search->nearest: by falling
 * score, ties by rising group. False: out of memory. */
bool prt_similar_search_run(prt_similar_search *search, uint32_t group);
void prt_similar_search_free(prt_similar_search *search);

#endif
