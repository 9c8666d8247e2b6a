/* The models that are one weighted sum: popularity, and logistic regression by liblinear. */
#ifndef PRT_MODEL_LINEAR_H
#define PRT_MODEL_LINEAR_H

#include "models.h"

/* Score = bias + sum of weight x (value - mean) x scale. Arrays of `features` numbers in one piece of memory, which
 * starts at `weight`. */
typedef struct prt_linear {
    uint32_t features;
    double *weight, *mean, *scale, bias;
} prt_linear;

/* Weight 1 on the feature item_clicks. PR_E_FORMAT when there is none. */
pr_status prt_popularity_fit(const prt_history *history, prt_linear *out, pr_error *error);
/* Logistic regression with an L2 penalty on standardised features. PR_E_MEMORY. */
pr_status prt_logistic_fit(const prt_matrix *matrix, prt_linear *out, pr_error *error);
void prt_linear_free(prt_linear *linear);

/* Pack it as a shard of `linear`: fills table, bytes and size. PR_E_FORMAT, PR_E_MEMORY. */
pr_status prt_linear_pack(const prt_linear *linear, prt_ranker *out, pr_error *error);

#endif
