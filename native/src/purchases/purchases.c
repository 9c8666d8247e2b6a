/* The steps of learning from purchases in their order. */
#include "purchases.h"
#include "als.h"
#include "fail.h"
#include "neighbours.h"
#include "progress.h"
#include "purchases_inner.h"
#include "validation.h"

#include <stdlib.h>
#include <string.h>

static pr_status learn_models(const prt_purchases_job *job, prt_purchases *out, pr_error *error) {
    prt_interactions known;
    PRT_TRY(prt_known_make(out, job->min_users, &known, error));
    pr_status status = PR_OK;
    /* where nobody took anything there is nothing to learn: what is popular is all there is */
    bool any = known.offsets[known.users] > 0;
    if (any && out->config.has_als)
        status = prt_als_make(&known, job->threads, out, error);
    if (any && out->config.has_item_cf && status == PR_OK)
        status = prt_item_cf_make(&known, job->threads, out, error);
    prt_interactions_free(&known);
    return status;
}

static pr_status learn_steps(const prt_purchases_job *job, const prt_ledger *ledger, prt_purchases *out,
                             pr_error *error) {
    PRT_TRY(prt_facts_make(job, ledger, out, error));
    PRT_TRY(prt_strengths_make(job, ledger, out, error));
    PRT_TRY(prt_popularity_make(ledger, out, error));
    return learn_models(job, out, error);
}

pr_status prt_purchases_learn_ledger(const prt_purchases_job *job, const prt_purchases_config *config,
                                     const prt_ledger *ledger, prt_purchases *out, pr_error *error) {
    *out = (prt_purchases){.users = ledger->users, .items = ledger->items, .config = *config};
    for (int m = 0; m < PRT_SCORE_SIMPLE; m++)
        out->typical[m] = 1;
    pr_status status = learn_steps(job, ledger, out, error);
    if (status != PR_OK)
        prt_purchases_free(out);
    return status;
}

static pr_status learn_rest(const prt_purchases_job *job, const prt_ledger *ledger, prt_purchases *out,
                            pr_error *error) {
    prt_validation validation;
    PRT_TRY(prt_cycles_make(job, ledger, out, error));
    PRT_TRY(prt_bands_make(job, ledger, out, error));
    PRT_TRY(prt_validation_make(ledger, &validation, error));
    pr_status status = prt_calibrate(job, &validation, out, error);
    prt_validation_free(&validation);
    return status;
}

/* What validation tells is taken from `like`, or found out when that is NULL. */
static pr_status learn_all(const prt_config *config, const prt_dataset *dataset, const uint8_t *left_out,
                           const prt_purchases *like, int threads, prt_purchases *out, pr_error *error) {
    const prt_purchases_job job = {dataset, config->limits.min_users, threads < 1 ? 1 : threads};
    prt_ledger ledger;
    memset(out, 0, sizeof *out);
    PRT_TRY(prt_ledger_make(config, dataset, left_out, job.threads, &ledger, error));
    pr_status status = prt_purchases_learn_ledger(&job, &config->purchases, &ledger, out, error);
    if (status == PR_OK && !like)
        status = learn_rest(&job, &ledger, out, error);
    prt_ledger_free(&ledger);
    if (status != PR_OK)
        prt_purchases_free(out);
    else if (like)
        memcpy(out->typical, like->typical, sizeof out->typical);
    return status;
}

pr_status prt_purchases_learn(const prt_config *config, const prt_dataset *dataset, const uint8_t *left_out,
                              int threads, prt_purchases *out, pr_error *error) {
    return learn_all(config, dataset, left_out, NULL, threads, out, error);
}

pr_status prt_purchases_learn_like(const prt_config *config, const prt_dataset *dataset, const uint8_t *left_out,
                                   const prt_purchases *like, int threads, prt_purchases *out, pr_error *error) {
    return learn_all(config, dataset, left_out, like, threads, out, error);
}

void prt_purchases_free(prt_purchases *purchases) {
    prt_interactions_free(&purchases->taken);
    free(purchases->price);
    free(purchases->units);
    free(purchases->popularity);
    free(purchases->cycle);
    free(purchases->buyers);
    free(purchases->average_price);
    free(purchases->spend);
    prt_factors_free(&purchases->factors);
    free(purchases->gram);
    prt_neighbours_free(&purchases->neighbours);
    memset(purchases, 0, sizeof *purchases);
}

typedef struct ranked {
    float popularity;
    uint32_t row;
} ranked;

static int by_popularity(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->popularity != y->popularity)
        return x->popularity > y->popularity ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

pr_status prt_purchases_order(const prt_purchases *purchases, pr_arena *arena, const uint32_t **order,
                              pr_error *error) {
    ranked *items = malloc((purchases->items + (size_t)1) * sizeof *items);
    uint32_t *rows = pr_arena_array(arena, purchases->items + (size_t)1, sizeof *rows);
    if (!items || !rows) {
        free(items);
        return prt_fail_memory(error, "ordering the items");
    }
    for (uint32_t i = 0; i < purchases->items; i++)
        items[i] = (ranked){purchases->popularity[i], i};
    qsort(items, purchases->items, sizeof *items, by_popularity);
    for (uint32_t i = 0; i < purchases->items; i++)
        rows[i] = items[i].row;
    free(items);
    *order = rows;
    return PR_OK;
}

prt_scorer prt_purchases_scorer(const prt_purchases *purchases) {
    const prt_purchases_config *config = &purchases->config;
    prt_scorer scorer = {
        .items = purchases->items,
        .factors = purchases->has_als ? &purchases->factors : NULL,
        .gram = purchases->gram,
        .unobserved = config->als.unobserved,
        .regularization = config->als.regularization,
        .exponent = config->als.exponent,
        .balance = purchases->balance,
        .buyers = purchases->buyers,
        .neighbours = purchases->has_item_cf ? &purchases->neighbours : NULL,
        .normalize = config->item_cf.normalize,
        .popularity = purchases->popularity,
        .weight = {config->tuning.als, config->tuning.item_cf, config->tuning.popularity},
        .quadratic = config->tuning.quadratic,
    };
    memcpy(scorer.typical, purchases->typical, sizeof scorer.typical);
    return scorer;
}
