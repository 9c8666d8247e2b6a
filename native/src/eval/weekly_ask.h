/* Serve-style judging: lists that visitors would have got. */
#ifndef PRT_WEEKLY_ASK_H
#define PRT_WEEKLY_ASK_H

#include "models.h"
#include "ranking_metrics.h"

/* A view of the dataset whose weekly log ends before `week`; ids and columns stay the dataset's. */
pr_status prt_past_make(const prt_dataset *dataset, int32_t week, prt_dataset *out, pr_error *error);
void prt_past_free(prt_dataset *past);

typedef struct prt_weekly_question {
    const prt_config *config;
    const prt_dataset *past, *dataset;
    const prt_history *history;
    const prt_matrix *matrix; /* what was shown and chosen in the week */
    int32_t week;
    uint32_t most_users; /* an even sample of those who chose something */
} prt_weekly_question;

/* Pack a bundle of the past with this model, ask it for each user's list and add the lists to the tally. */
pr_status prt_weekly_ask(const prt_weekly_question *question, const prt_ranker *ranker, prt_ranking_tally *tally,
                         pr_error *error);

#endif
