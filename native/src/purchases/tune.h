/* Choosing the numbers of the models by how well they guess what is held out. */
#ifndef PRT_TUNE_H
#define PRT_TUNE_H

#include "purchases.h"

/* When to stop: after so many candidates or so many seconds, whichever comes first; 0: no such limit. */
typedef struct prt_tune_budget {
    uint32_t steps;
    double seconds;
} prt_tune_budget;

typedef struct prt_tuned {
    prt_purchases_config config; /* the best that was found */
    uint32_t steps;              /* candidates that were tried */
    double before, after;        /* NDCG@10 of the hybrid on what was held out */
} prt_tuned;

/* Coordinate search from config->purchases: one number after the other is set to the values of a fixed list, and the
 * best by NDCG@10 of its own model stays; als, item_cf and the hybrid's weights take turns. The candidates and their
 * order are the same in every run, so what comes out depends on the number of steps only; with seconds that number
 * depends on the machine. Ends early when a whole round changes nothing. Every step is logged. PR_E_MEMORY, or what
 * the learners fail with for the configuration itself; a candidate that cannot be learned is passed over. */
pr_status prt_purchases_tune(const prt_config *config, const prt_dataset *dataset, prt_tune_budget budget, int threads,
                             prt_tuned *out, pr_error *error);

/* Log what was chosen as members of the configuration's purchases, to be copied into it. */
void prt_tuned_say(const prt_purchases_config *config);

#endif
