/* The collaborative models: matrix factorisation and item-item neighbours. */
#include "als.h"
#include "fail.h"
#include "neighbours.h"
#include "purchases_inner.h"

#include <stdlib.h>
#include <string.h>

pr_status prt_known_make(const prt_purchases *purchases, uint32_t min_users, prt_interactions *out, pr_error *error) {
    const prt_interactions *taken = &purchases->taken;
    uint64_t entries = taken->offsets[taken->users], kept = 0;
    *out = (prt_interactions){.users = taken->users, .items = taken->items};
    out->offsets = calloc(taken->users + (size_t)1, sizeof *out->offsets);
    out->item = malloc((entries + 1) * sizeof *out->item);
    out->weight = malloc((entries + 1) * sizeof *out->weight);
    if (!out->offsets || !out->item || !out->weight) {
        prt_interactions_free(out);
        return prt_fail_memory(error, "choosing what models are learned from");
    }
    for (uint32_t u = 0; u < taken->users; u++) {
        for (uint64_t k = taken->offsets[u]; k < taken->offsets[u + (size_t)1]; k++) {
            if (purchases->buyers[taken->item[k]] < min_users)
                continue;
            out->item[kept] = taken->item[k];
            out->weight[kept++] = taken->weight[k];
        }
        out->offsets[u + (size_t)1] = kept;
    }
    return PR_OK;
}

static prt_als_options als_options(const prt_purchases_config *config) {
    prt_als_options options = prt_als_defaults();
    options.factors = config->als.factors;
    options.iterations = config->als.iterations;
    options.unobserved = config->als.unobserved;
    options.regularization = config->als.regularization;
    options.exponent = config->als.exponent;
    options.seed = config->als.seed;
    options.solver = strcmp(config->als.solver, "direct") == 0      ? PRT_ALS_DIRECT
                     : strcmp(config->als.solver, "conjugate") == 0 ? PRT_ALS_CONJUGATE
                                                                    : PRT_ALS_BLOCK;
    options.block = options.block < options.factors ? options.block : options.factors;
    return options;
}

/* The interactions with their weights balanced, the mean balance being 1. weights: as many as there are interactions.
 */
static void balance(const prt_interactions *known, prt_purchases *out, float *weights) {
    uint64_t entries = known->offsets[known->users];
    double sum = 0;
    out->balance = (pr_balance){1, out->config.als.user_exponent, out->config.als.item_exponent};
    for (int turn = 0; turn < 2; turn++) {
        for (uint32_t u = 0; u < known->users; u++) {
            uint32_t taken = (uint32_t)(known->offsets[u + (size_t)1] - known->offsets[u]);
            for (uint64_t k = known->offsets[u]; k < known->offsets[u + (size_t)1]; k++) {
                double share = pr_balance_of(&out->balance, taken, out->buyers[known->item[k]]);
                sum += turn == 0 ? share : 0;
                weights[k] = known->weight[k] * (float)share;
            }
        }
        out->balance.scale = turn == 0 && sum > 0 ? (double)entries / sum : out->balance.scale;
    }
}

pr_status prt_als_make(const prt_interactions *known, int threads, prt_purchases *out, pr_error *error) {
    const prt_als_options options = als_options(&out->config);
    prt_interactions balanced = *known;
    balanced.weight = malloc((known->offsets[known->users] + 1) * sizeof *balanced.weight);
    if (!balanced.weight)
        return prt_fail_memory(error, "learning factors");
    balance(known, out, balanced.weight);
    pr_status status = prt_als_fit(&balanced, &options, threads, &out->factors, NULL, error);
    free(balanced.weight);
    PRT_TRY(status);
    out->has_als = true;
    out->gram = prt_als_gram(&out->factors);
    return out->gram ? PR_OK : prt_fail_memory(error, "learning factors");
}

static prt_neighbours_options neighbours_options(const prt_purchases_config *config) {
    static const char *const kinds[] = {"cosine", "spending", "tfidf", "bm25", "rp3beta", "ease", "slim"};
    prt_neighbours_options options = {.top = config->item_cf.neighbours,
                                      .shrinkage = config->item_cf.shrinkage,
                                      .k1 = config->item_cf.k1,
                                      .b = config->item_cf.b,
                                      .alpha = config->item_cf.alpha,
                                      .beta = config->item_cf.beta,
                                      .regularization = config->item_cf.regularization,
                                      .candidates = config->item_cf.candidates,
                                      .graph = config->item_cf.graph,
                                      .low_pass = config->item_cf.low_pass,
                                      .rank = config->item_cf.rank};
    for (int kind = PRT_NEIGHBOURS_COSINE; kind <= PRT_NEIGHBOURS_SLIM; kind++) {
        if (strcmp(config->item_cf.kind, kinds[kind]) == 0)
            options.kind = (prt_neighbours_kind)kind;
    }
    return options;
}

pr_status prt_item_cf_make(const prt_interactions *known, int threads, prt_purchases *out, pr_error *error) {
    const prt_neighbours_options options = neighbours_options(&out->config);
    PRT_TRY(prt_neighbours_make(known, &options, threads, &out->neighbours, error));
    out->has_item_cf = true;
    return PR_OK;
}
