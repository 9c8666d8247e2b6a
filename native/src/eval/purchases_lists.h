/* The best items of each subject by a model, found by several threads. */
#ifndef PRT_PURCHASES_LISTS_H
#define PRT_PURCHASES_LISTS_H

#include "purchases_split.h"
#include "scorer.h"

enum { PRT_LIST_MODELS = PRT_SCORE_MODELS };

/* Who gives scores: by models 0 … models - 1 (at most PRT_LIST_MODELS), of up to PRT_SCORER_PEOPLE people at once. Of
 * person p by model m: scores[(m * PRT_SCORER_PEOPLE + p) * items] and on. Called by several threads, each with a
 * scratch of its own. */
typedef struct prt_score_source {
    const void *context;
    uint32_t items, models;
    size_t scratch; /* doubles */
    pr_status (*score)(const void *context, const prt_person *people, uint32_t count, double *scratch, float *scores,
                       pr_error *error);
} prt_score_source;

/* What is asked for. */
typedef struct prt_list_order {
    const prt_split *split;
    const prt_interactions *histories; /* of the dataset's users */
    const uint32_t *subjects;          /* those of the split that are asked for */
    uint32_t count, places;
    int threads;
} prt_list_order;

/* Lists of `count` subjects: places of one after another, falling score, ties by rising item. */
typedef struct prt_made_lists {
    uint32_t count, places;
    uint32_t *items; /* UINT32_MAX where a list is shorter */
    float *scores;
} prt_made_lists;

/* Rank by each model for each subject what it has not had (or its choices): out[source->models]. A score that is not a
 * number counts as the lowest. PR_E_MEMORY, or what the source says. Free each with prt_made_lists_free, also after a
 * failure. */
pr_status prt_lists_make(const prt_score_source *source, const prt_list_order *order, prt_made_lists *out,
                         pr_error *error);
void prt_made_lists_free(prt_made_lists *lists);

/* The best `places` of the items whose mark is 0 (NULL: of all), as above; returns how many there are. */
uint32_t prt_best_items(const float *scores, const uint8_t *out_of_question, uint32_t count, uint32_t places,
                        uint32_t *items, float *best);

#endif
