/* The scores of scorer.h, each summed in double precision in the order of items and neighbours. */
#include "scorer.h"
#include "als.h"
#include "fail.h"
#include "scorer_rows.h"

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

/* An item without factors takes no part: not even its weight counts. The scratch, as many doubles as there are items,
 * holds what is left of the history. */
static pr_status fold_in(const prt_scorer *scorer, const prt_person *person, double *scratch, float *vector,
                         pr_error *error) {
    prt_als_options options = prt_als_defaults();
    float *known_weights = (float *)scratch + scorer->items;
    uint32_t *known = (uint32_t *)scratch, n = 0;
    options.factors = scorer->factors->factors;
    options.unobserved = scorer->unobserved;
    options.regularization = scorer->regularization;
    options.exponent = scorer->exponent;
    for (uint32_t h = 0; h < person->count; h++) {
        if (!has_factors(scorer, person->items[h]))
            continue;
        known[n] = person->items[h];
        known_weights[n++] = person->weights[h];
    }
    for (uint32_t h = 0; h < n; h++)
        known_weights[h] *= (float)pr_balance_of(&scorer->balance, n, scorer->buyers ? scorer->buyers[known[h]] : 0);
    return prt_als_fold_in(scorer->factors, scorer->gram, &options, known, known_weights, n, vector, error);
}

static pr_status score_als(const prt_scorer *scorer, const prt_person *person, double *scratch, float *scores,
                           pr_error *error) {
    uint32_t factors = scorer->factors->factors;
    float *vector = (float *)(scratch + scorer->items);
    PRT_TRY(fold_in(scorer, person, scratch, vector, error));
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

static void score_item_cf(const prt_scorer *scorer, const prt_person *person, double *sums, float *scores) {
    const prt_neighbours *n = scorer->neighbours;
    double whole = 0;
    memset(sums, 0, scorer->items * sizeof *sums);
    for (uint32_t h = 0; h < person->count; h++) {
        uint32_t item = person->items[h];
        double weight = (double)person->weights[h];
        whole += weight;
        for (uint64_t k = n->offsets[item]; k < n->offsets[item + (size_t)1]; k++)
            sums[n->neighbour[k]] += weight * (double)n->weight[k];
    }
    double divisor = scorer->normalize > 0 && whole > 0 ? pr_exp(scorer->normalize * pr_log(whole)) : 1;
    for (uint32_t i = 0; i < scorer->items; i++)
        scores[i] = (float)(sums[i] / divisor);
}

static pr_status score_simple(const prt_scorer *scorer, prt_score_model model, const prt_person *person,
                              double *scratch, float *scores, pr_error *error) {
    if (model == PRT_SCORE_POPULARITY)
        memcpy(scores, scorer->popularity, scorer->items * sizeof *scores);
    else if (!prt_scorer_has(scorer, model) || person->count == 0)
        memset(scores, 0, scorer->items * sizeof *scores);
    else if (model == PRT_SCORE_ALS)
        return score_als(scorer, person, scratch, scores, error);
    else
        score_item_cf(scorer, person, scratch, scores);
    return PR_OK;
}

/* What a model's scores are multiplied by in the hybrid; 0 when it takes no part. */
static float share_of(const prt_scorer *scorer, prt_score_model model) {
    double whole = 0;
    if (!prt_scorer_has(scorer, model) || scorer->weight[model] <= 0)
        return 0;
    for (int m = 0; m < PRT_SCORE_SIMPLE; m++)
        whole += prt_scorer_has(scorer, (prt_score_model)m) ? scorer->weight[m] : 0;
    const double weight = scorer->weight[model] / whole;
    return (float)((scorer->quadratic ? sqrt(weight) : weight) / scorer->typical[model]);
}

static void add_share(const prt_scorer *scorer, float share, const float *part, float *scores) {
    for (uint32_t i = 0; i < scorer->items; i++) {
        const float shared = part[i] > 0 ? share * part[i] : 0;
        scores[i] += scorer->quadratic ? shared * shared : shared;
    }
}

/* What the sum over the models still lacks. */
static void finish_hybrid(const prt_scorer *scorer, float *scores) {
    for (uint32_t i = 0; scorer->quadratic && i < scorer->items; i++)
        scores[i] = sqrtf(scores[i]);
}

/* The models' scores come into `part` one after another and add up in `scores`. */
static pr_status score_hybrid(const prt_scorer *scorer, const prt_person *person, double *scratch, float *part,
                              float *scores, pr_error *error) {
    memset(scores, 0, scorer->items * sizeof *scores);
    for (int m = 0; m < PRT_SCORE_SIMPLE; m++) {
        float share = share_of(scorer, (prt_score_model)m);
        if (share <= 0)
            continue;
        PRT_TRY(score_simple(scorer, (prt_score_model)m, person, scratch, part, error));
        add_share(scorer, share, part, scores);
    }
    finish_hybrid(scorer, scores);
    return PR_OK;
}

static pr_status check_person(const prt_scorer *scorer, const prt_person *person, pr_error *error) {
    for (uint32_t h = 0; h < person->count; h++) {
        if (person->items[h] >= scorer->items || !(person->weights[h] > 0 && person->weights[h] < HUGE_VALF))
            return prt_fail(error, PR_E_ARGUMENT, "entry %u of a history is none: item %u of %u, weight %g", h,
                            person->items[h], scorer->items, (double)person->weights[h]);
    }
    return PR_OK;
}

pr_status prt_scorer_scores(const prt_scorer *scorer, prt_score_model model, const uint32_t *items,
                            const float *weights, uint32_t count, double *scratch, float *scores, pr_error *error) {
    const prt_person person = {items, weights, count};
    PRT_TRY(check_person(scorer, &person, error));
    if (model != PRT_SCORE_HYBRID)
        return score_simple(scorer, model, &person, scratch, scores, error);
    float *part = (float *)(scratch + scorer->items + (scorer->factors ? scorer->factors->factors : 0));
    return score_hybrid(scorer, &person, scratch, part, scores, error);
}

/* ---- many people ---- */

size_t prt_scorer_many_scratch(const prt_scorer *scorer) {
    size_t factors = scorer->factors ? scorer->factors->factors : 0;
    return scorer->items + (factors * (PRT_SCORER_PEOPLE + 1) + 1) / 2; /* one vector, then the vectors side by side */
}

static float *scores_of(const prt_scorer *scorer, float *scores, prt_score_model model, uint32_t person) {
    return scores + ((size_t)model * PRT_SCORER_PEOPLE + person) * scorer->items;
}

/* Vectors of people who took nothing are 0, and so are their scores. */
static pr_status score_als_many(const prt_scorer *scorer, const prt_person *people, uint32_t count, double *scratch,
                                float *scores, pr_error *error) {
    uint32_t factors = scorer->factors->factors;
    float *vector = (float *)(scratch + scorer->items), *vectors = vector + factors;
    memset(vectors, 0, (size_t)factors * PRT_SCORER_PEOPLE * sizeof *vectors);
    for (uint32_t p = 0; p < count; p++) {
        if (people[p].count == 0)
            continue;
        PRT_TRY(fold_in(scorer, &people[p], scratch, vector, error));
        for (uint32_t f = 0; f < factors; f++)
            vectors[f * PRT_SCORER_PEOPLE + p] = vector[f];
    }
    prt_score_rows(scorer->factors, vectors, scores_of(scorer, scores, PRT_SCORE_ALS, 0));
    return PR_OK;
}

pr_status prt_scorer_many(const prt_scorer *scorer, const prt_person *people, uint32_t count, double *scratch,
                          float *scores, pr_error *error) {
    for (uint32_t p = 0; p < count; p++)
        PRT_TRY(check_person(scorer, &people[p], error));
    if (scorer->factors)
        PRT_TRY(score_als_many(scorer, people, count, scratch, scores, error));
    for (uint32_t p = 0; p < count; p++) {
        float *hybrid = scores_of(scorer, scores, PRT_SCORE_HYBRID, p);
        memset(hybrid, 0, scorer->items * sizeof *hybrid);
        for (int m = 0; m < PRT_SCORE_SIMPLE; m++) {
            float *part = scores_of(scorer, scores, (prt_score_model)m, p);
            float share = share_of(scorer, (prt_score_model)m);
            if (m != PRT_SCORE_ALS || !scorer->factors)
                PRT_TRY(score_simple(scorer, (prt_score_model)m, &people[p], scratch, part, error));
            if (share > 0)
                add_share(scorer, share, part, hybrid);
        }
        finish_hybrid(scorer, hybrid);
    }
    return PR_OK;
}
