/* Search by meaning, and by words and meaning together. */
#ifndef PR_FUSE_H
#define PR_FUSE_H

#include "search.h"

typedef enum pr_search_mode { PR_SEARCH_WORDS, PR_SEARCH_MEANING, PR_SEARCH_BOTH, PR_SEARCH_MODES } pr_search_mode;

/* What a search by meaning needs beside the words. */
typedef struct pr_meant {
    pr_search_mode mode; /* not PR_SEARCH_WORDS */
    const double *given; /* the query's numbers as the encoder gives them: engine->meaning.source of them */
    uint32_t probes;     /* clusters that are looked into */
} pr_meant;

/* As pr__search, but by nearness to the query's vector (the plan then has no slots), or by both: the convex combination
 * of scores, each divided by the best of its kind (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for
 * Hybrid Retrieval", section 4),
 *
 *     weight x nearness / best nearness + (1 - weight) x words / best words.
 *
 * What only one of the two lists has counts as much as the last of the other list where that was cut off, else 0. All
 * filters, must and must_not hold for both. Nearness ranks the pool of the nearest items that the filters let through.
 * PR_E_MEMORY. */
pr_status pr__search_meant(pr_engine *engine, const pr_search *search, const pr_meant *meant, pr_plan *plan,
                           pr_found *found, pr_error *error);

#endif
