/* Which model a bundle gets: each is judged on the last week of the log, the best is learned again with that week. */
#ifndef PRT_CHOOSE_H
#define PRT_CHOOSE_H

#include "models.h"

enum { PRT_JUDGED_PLACES = 5 };

/* A model ready to be packed. */
typedef struct prt_chosen {
    prt_ranker ranker;
    bool judged;   /* is `ndcg` known? */
    double ndcg;   /* mean NDCG@5 over the people of the last week, learned from the weeks before it */
    uint32_t rows; /* that the packed model was learned from */
} prt_chosen;

/* Learn config->ranking.model, or with PRT_MODEL_AUTO whichever is best by NDCG@5 on the last week (of equals the first
 * in PRT_MODEL_LIST). Labels are those of the latest config->ranking.label_weeks weeks. With fewer than two weeks, or
 * without a single relevant row where one is needed, it is popularity, with a warning. Without XGBoost's library
 * PRT_MODEL_AUTO chooses among the others, with a warning; a model that is asked for by name fails with PR_E_IO. The
 * same bytes whatever the number of threads. On failure nothing needs to be freed; else free out->ranker with
 * prt_ranker_free. */
pr_status prt_model_choose(const prt_config *config, const prt_history *history, int threads, prt_chosen *out,
                           pr_error *error);

/* Mean over the groups of `matrix` of NDCG@5 with binary gains and the discount 1 / log2(place + 1), rows sorted by
 * falling score and then rising item; groups without a relevant row are left out. *groups gets how many count; the
 * mean of none is 0. PR_E_FORMAT when `ranker` is no model for the matrix, PR_E_MEMORY. */
pr_status prt_judge(const prt_ranker *ranker, const prt_matrix *matrix, double *mean, uint32_t *groups,
                    pr_error *error);

#endif
