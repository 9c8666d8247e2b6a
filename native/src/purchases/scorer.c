/* The scores of scorer.h, each summed in double precision in the order of items and neighbours. */
#include "scorer.h"
#include "als.h"
#include "fail.h"

#include <math.h>
#include <string.h>

const char *prt_score_model_name(prt_score_model model) {
    static const char *const names[] = {
#define NAME(name, text) text,
        PRT_SCORE_MODEL_LIST(NAME)
#undef NAME
    };
    return names[model];
}

bool prt_scorer_has(const prt_scorer *scorer, prt_score_model model) {
    return model == PRT_SCORE_ALS ? scorer->factors != NULL : model != PRT_SCORE_ITEM_CF || scorer->neighbours;
}

size_t prt_scorer_scratch(const prt_scorer *scorer) {
    size_t factors = scorer->factors ? scorer->factors->factors : 0;
    return scorer->items + factors + scorer->items / 2 + 1; /* sums of the items, then as floats: vector, one model's
                                                               scores */
}

static bool has_factors(const prt_scorer *scorer, uint32_t item) {
    const float *own = scorer->factors->values + item * (size_t)scorer->factors->factors;
    for (uint32_t f = 0; f < scorer->factors->factors; f++) {
        if (own[f] != 0)
            return true;
    }
    return false;
}

/* An item without factors takes no part: not even its weight counts. The scratch holds what is left of the history. */
static pr_status score_als(const prt_scorer *scorer, const uint32_t *items, const float *weights, uint32_t count,
                           double *scratch, float *scores, pr_error *error) {
    uint32_t factors = scorer->factors->factors;
    prt_als_options options = prt_als_defaults();
    float *vector = (float *)(scratch + scorer->items), *known_weights = (float *)scratch + scorer->items;
    uint32_t *known = (uint32_t *)scratch, n = 0;
    options.factors = factors;
    options.unobserved = scorer->unobserved;
    options.regularization = scorer->regularization;
    options.exponent = scorer->exponent;
    for (uint32_t h = 0; h < count; h++) {
        if (!has_factors(scorer, items[h]))
            continue;
        known[n] = items[h];
        known_weights[n++] = weights[h];
    }
    PRT_TRY(prt_als_fold_in(scorer->factors, scorer->gram, &options, known, known_weights, n, vector, error));
    for (uint32_t i = 0; i < scorer->items; i++) {
        const float *own = scorer->factors->values + i * (size_t)factors;
        float sums[8] = {0}; /* eight, so that the compiler may add them side by side; factors are a multiple of 16 */
        for (uint32_t f = 0; f < factors; f += 8) {
            for (uint32_t k = 0; k < 8; k++)
                sums[k] += vector[f + k] * own[f + k];
        }
        scores[i] = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
    }
    return PR_OK;
}

static void score_item_cf(const prt_scorer *scorer, const uint32_t *items, const float *weights, uint32_t count,
                          double *sums, float *scores) {
    const prt_neighbours *n = scorer->neighbours;
    double whole = 0;
    memset(sums, 0, scorer->items * sizeof *sums);
    for (uint32_t h = 0; h < count; h++) {
        whole += (double)weights[h];
        for (uint64_t k = n->offsets[items[h]]; k < n->offsets[items[h] + (size_t)1]; k++)
            sums[n->neighbour[k]] += (double)weights[h] * (double)n->weight[k];
    }
    double divisor = scorer->normalize > 0 && whole > 0 ? pr_exp(scorer->normalize * pr_log(whole)) : 1;
    for (uint32_t i = 0; i < scorer->items; i++)
        scores[i] = (float)(sums[i] / divisor);
}

static pr_status score_simple(const prt_scorer *scorer, prt_score_model model, const uint32_t *items,
                              const float *weights, uint32_t count, double *scratch, float *scores, pr_error *error) {
    if (model == PRT_SCORE_POPULARITY)
        memcpy(scores, scorer->popularity, scorer->items * sizeof *scores);
    else if (!prt_scorer_has(scorer, model) || count == 0)
        memset(scores, 0, scorer->items * sizeof *scores);
    else if (model == PRT_SCORE_ALS)
        return score_als(scorer, items, weights, count, scratch, scores, error);
    else
        score_item_cf(scorer, items, weights, count, scratch, scores);
    return PR_OK;
}

/* The models' scores come into `part` one after another and add up in `scores`. */
static pr_status score_hybrid(const prt_scorer *scorer, const uint32_t *items, const float *weights, uint32_t count,
                              double *scratch, float *part, float *scores, pr_error *error) {
    double whole = 0;
    memset(scores, 0, scorer->items * sizeof *scores);
    for (int m = 0; m < PRT_SCORE_SIMPLE; m++)
        whole += prt_scorer_has(scorer, (prt_score_model)m) ? scorer->weight[m] : 0;
    for (int m = 0; m < PRT_SCORE_SIMPLE; m++) {
        if (!prt_scorer_has(scorer, (prt_score_model)m) || scorer->weight[m] <= 0)
            continue;
        PRT_TRY(score_simple(scorer, (prt_score_model)m, items, weights, count, scratch, part, error));
        float share = (float)(scorer->weight[m] / (whole * scorer->typical[m]));
        for (uint32_t i = 0; i < scorer->items; i++)
            scores[i] += part[i] > 0 ? share * part[i] : 0;
    }
    return PR_OK;
}

pr_status prt_scorer_scores(const prt_scorer *scorer, prt_score_model model, const uint32_t *items,
                            const float *weights, uint32_t count, double *scratch, float *scores, pr_error *error) {
    for (uint32_t h = 0; h < count; h++) {
        if (items[h] >= scorer->items || !(weights[h] > 0 && weights[h] < HUGE_VALF))
            return prt_fail(error, PR_E_ARGUMENT, "entry %u of a history is none: item %u of %u, weight %g", h,
                            items[h], scorer->items, (double)weights[h]);
    }
    if (model != PRT_SCORE_HYBRID)
        return score_simple(scorer, model, items, weights, count, scratch, scores, error);
    float *part = (float *)(scratch + scorer->items + (scorer->factors ? scorer->factors->factors : 0));
    return score_hybrid(scorer, items, weights, count, scratch, part, scores, error);
}
