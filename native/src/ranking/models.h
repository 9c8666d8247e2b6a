/* The models behind one interface: each learns from a matrix and becomes the bytes of a bundle's shard, which the core
 * opens with pr_model_open. */
#ifndef PRT_MODELS_H
#define PRT_MODELS_H

#include "history.h"

typedef struct prt_model_options {
    uint32_t trees, depth; /* of boosting, pairwise and listwise */
    double learning_rate;
    uint64_t seed;
} prt_model_options;

typedef struct prt_ranker {
    prt_model_kind kind;
    const char *table; /* "trees" or "linear" */
    char *bytes;       /* of the shard; malloc'ed */
    size_t size;
    uint32_t rows, nodes; /* of the table: trees and their nodes, or 1 and 0 of a linear model */
    size_t library_bytes; /* size of the library's own model file (XGBoost: UBJ); 0 where there is none */
} prt_ranker;

/* Learn one model; the same bytes on every run, whatever else runs at the same time. `history` gives the features'
 * meaning (popularity is a linear model with the one weight 1 on item_clicks). PR_E_IO when XGBoost's library cannot be
 * loaded, PR_E_FORMAT when there is nothing to learn from (no rows, or one class only), PR_E_MEMORY. On failure nothing
 * needs to be freed. */
pr_status prt_model_train(prt_model_kind kind, const prt_history *history, const prt_matrix *matrix,
                          const prt_model_options *options, prt_ranker *out, pr_error *error);

/* Learn several at a time on up to `threads` threads; out[i] is of kinds[i]. All or nothing. */
pr_status prt_models_train(const prt_model_kind *kinds, uint32_t count, const prt_history *history,
                           const prt_matrix *matrix, const prt_model_options *options, int threads, prt_ranker *out,
                           pr_error *error);
void prt_ranker_free(prt_ranker *ranker);

const char *prt_model_name(prt_model_kind kind); /* "auto" for PRT_MODEL_AUTO */

#endif
