/* Forest, boosting, pairwise and listwise models by XGBoost. */
#ifndef PRT_MODEL_TREES_H
#define PRT_MODEL_TREES_H

#include "models.h"
#include "xgboost_api.h"

/* A trained ensemble; free the booster with api->XGBoosterFree. */
typedef struct prt_ensemble {
    const prt_xgboost *api;
    xgboost_booster booster;
    float base; /* the raw score before the first tree */
} prt_ensemble;

/* Train on one thread, which makes the result the same everywhere. PR_E_IO without the library or when it fails. */
pr_status prt_trees_fit(prt_model_kind kind, const prt_matrix *matrix, const prt_model_options *options,
                        prt_ensemble *out, pr_error *error);
/* Pack the ensemble as a shard of `trees`: fills table, bytes, size and library_bytes. PR_E_IO, PR_E_FORMAT,
 * PR_E_MEMORY. */
pr_status prt_trees_pack(const prt_ensemble *ensemble, uint32_t features, prt_ranker *out, pr_error *error);

/* PR_E_IO with the first line of what XGBoost says; for use where one of its functions gave anything but 0. */
pr_status prt_xgboost_failed(const prt_xgboost *api, const char *doing, pr_error *error);
/* Rows for XGBoost, NaN for what is missing. */
pr_status prt_xgboost_rows(const prt_xgboost *api, const float *values, uint32_t rows, uint32_t columns,
                           xgboost_matrix *out, pr_error *error);

/* The table's bytes, copied from what the core wrote. PR_E_MEMORY. */
pr_status prt_ranker_take(prt_ranker *ranker, const char *table, const pr_buffer *buffer, pr_error *error);

#endif
