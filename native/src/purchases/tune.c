/* The coordinate search of tune.h. */
#include "tune.h"
#include "als.h"
#include "fail.h"
#include "neighbours.h"
#include "progress.h"
#include "validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- what is tried ---- */

enum { MOST_VALUES = 8 };

/* A number of the configuration and the values that it is set to, ended by -1. A kind
 * goes by its place in KINDS. */
typedef struct knob {
    const char *name;
    void (*set)(prt_purchases_config *config, double value);
    double (*get)(const prt_purchases_config *config);
    bool (*matters)(const prt_purchases_config *config); /* NULL: always */
    double values[MOST_VALUES];
} knob;

#define KNOB(name, field, type)                                                                                        \
    static void set_##name(prt_purchases_config *config, double value) {                                               \
        config->field = (type)value;                                                                                   \
    }                                                                                                                  \
    static double get_##name(const prt_purchases_config *config) {                                                     \
        return (double)config->field;                                                                                  \
    }
KNOB(factors, als.factors, uint32_t)
KNOB(iterations, als.iterations, uint32_t)
KNOB(unobserved, als.unobserved, double)
KNOB(regularization, als.regularization, double)
KNOB(exponent, als.exponent, double)
KNOB(user_exponent, als.user_exponent, double)
KNOB(item_exponent, als.item_exponent, double)
KNOB(neighbours, item_cf.neighbours, uint32_t)
KNOB(shrinkage, item_cf.shrinkage, double)
KNOB(k1, item_cf.k1, double)
KNOB(b, item_cf.b, double)
KNOB(alpha, item_cf.alpha, double)
KNOB(beta, item_cf.beta, double)
KNOB(ridge, item_cf.regularization, double)
KNOB(candidates, item_cf.candidates, uint32_t)
KNOB(graph, item_cf.graph, double)
KNOB(low_pass, item_cf.low_pass, double)
KNOB(normalize, item_cf.normalize, double)
KNOB(als_weight, tuning.als, double)
KNOB(item_cf_weight, tuning.item_cf, double)
KNOB(popularity_weight, tuning.popularity, double)
KNOB(quadratic, tuning.quadratic, bool)
#undef KNOB

static const char *const KINDS[] = {"cosine", "bm25", "tfidf", "spending", "rp3beta", "slim", "ease"};

static void set_kind(prt_purchases_config *config, double value) {
    config->item_cf.kind = KINDS[(int)value];
}

static double get_kind(const prt_purchases_config *config) {
    int kind = 0;
    while (kind + 1 < (int)PRT_COUNT(KINDS) && strcmp(config->item_cf.kind, KINDS[kind]) != 0)
        kind++;
    return kind;
}

static bool is_kind(const prt_purchases_config *config, const char *kind) {
    return strcmp(config->item_cf.kind, kind) == 0;
}

static bool is_bm25(const prt_purchases_config *config) {
    return is_kind(config, "bm25");
}

static bool is_slim(const prt_purchases_config *config) {
    return is_kind(config, "slim");
}

static bool is_regression(const prt_purchases_config *config) {
    return is_slim(config) || is_kind(config, "ease");
}

static bool is_co_occurrence(const prt_purchases_config *config) {
    return !is_regression(config);
}

static bool is_walk(const prt_purchases_config *config) {
    return is_kind(config, "rp3beta");
}

static const knob ALS_KNOBS[] = {
    {"regularization", set_regularization, get_regularization, NULL, {0.003, 0.03, 0.001, 0.1, 0.0003, -1}},
    {"unobserved", set_unobserved, get_unobserved, NULL, {0.03, 0.3, 0.01, 1, -1}},
    {"exponent", set_exponent, get_exponent, NULL, {0.5, 1.5, 0, -1}},
    {"user_exponent", set_user_exponent, get_user_exponent, NULL, {0.25, 0.5, 0, -1}},
    {"item_exponent", set_item_exponent, get_item_exponent, NULL, {0.25, 0.5, 0, -1}},
    {"factors", set_factors, get_factors, NULL, {128, 32, -1}},
    {"iterations", set_iterations, get_iterations, NULL, {8, 25, -1}},
};
static const knob ITEM_CF_KNOBS[] = {
    {"kind", set_kind, get_kind, NULL, {5, 4, 1, 2, 3, 0, 6, -1}},
    {"regularization", set_ridge, get_ridge, is_regression, {100, 5, 500, 2000, -1}},
    {"candidates", set_candidates, get_candidates, is_slim, {250, 75, -1}},
    {"beta", set_beta, get_beta, is_walk, {0.4, 0.8, 0.2, -1}},
    {"alpha", set_alpha, get_alpha, is_walk, {0.6, 0.8, 1.3, -1}},
    {"shrinkage", set_shrinkage, get_shrinkage, is_co_occurrence, {0, 30, 100, -1}},
    {"b", set_b, get_b, is_bm25, {0.4, 0.9, -1}},
    {"k1", set_k1, get_k1, is_bm25, {0.6, 2.4, -1}},
    {"neighbours", set_neighbours, get_neighbours, NULL, {255, 200, 50, -1}},
    {"graph", set_graph, get_graph, NULL, {0.3, 1, 0, -1}},
    {"low_pass", set_low_pass, get_low_pass, NULL, {0.2, 0.6, 0, -1}},
};
static const knob HYBRID_KNOBS[] = {
    {"popularity", set_popularity_weight, get_popularity_weight, NULL, {0.05, 0, 0.1, 0.4, -1}},
    {"item_cf", set_item_cf_weight, get_item_cf_weight, NULL, {0.8, 0.2, 0.6, 1.6, 0.1, 0, -1}},
    {"als", set_als_weight, get_als_weight, NULL, {0.2, 0.8, 0.6, 0.1, 0, -1}},
    {"quadratic", set_quadratic, get_quadratic, NULL, {1, 0, -1}},
    {"normalize", set_normalize, get_normalize, NULL, {0, 1, 0.25, -1}},
};

/* ---- the search ---- */

/* The knobs of one model, and where the search stands. */
typedef struct group {
    prt_score_model model;
    const knob *knobs;
    size_t count, knob, value;
    size_t quiet; /* candidates in a row that were no better */
    double best;
} group;

typedef struct search {
    const prt_purchases_job *job;
    const prt_validation *validation;
    prt_tune_budget budget;
    double started;
    prt_interactions known;
    prt_purchases now; /* the best so far, learned from the validation's rest */
    prt_unseen_list *lists;
    uint32_t steps;
} search;

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool is_over(const search *s) {
    return (s->budget.steps && s->steps >= s->budget.steps) ||
           (s->budget.seconds > 0 && seconds_now() - s->started >= s->budget.seconds);
}

static pr_status judge(search *s, prt_purchases *learned, prt_score_model model, double *ndcg, pr_error *error) {
    prt_guess_metrics metrics;
    PRT_TRY(prt_validation_ask(s->validation, learned, model, PRT_VALIDATION_BEST, s->job->threads, s->lists, error));
    PRT_TRY(prt_validation_judge(s->validation, s->lists, &metrics, error));
    *ndcg = metrics.ndcg;
    return model == PRT_SCORE_HYBRID ? PR_OK
                                     : prt_typical(s->lists, s->validation->users, &learned->typical[model], error);
}

static void free_model(prt_purchases *p, prt_score_model model) {
    if (model == PRT_SCORE_ALS) {
        prt_factors_free(&p->factors);
        free(p->gram);
        p->gram = NULL;
    }
    if (model == PRT_SCORE_ITEM_CF)
        prt_neighbours_free(&p->neighbours);
}

/* Learn the one model of `trial` that its configuration is about; everything else it shares with the best so far. */
static pr_status learn(const search *s, prt_score_model model, prt_purchases *trial, pr_error *error) {
    if (model == PRT_SCORE_ALS) {
        trial->factors = (prt_factors){0};
        trial->gram = NULL;
        return prt_als_make(&s->known, s->job->threads, trial, error);
    }
    if (model == PRT_SCORE_ITEM_CF) {
        trial->neighbours = (prt_neighbours){0};
        return prt_item_cf_make(&s->known, s->job->threads, trial, error);
    }
    return PR_OK;
}

static void say(const search *s, const group *g, const knob *k, const prt_purchases_config *config, double ndcg,
                bool better) {
    char value[32];
    double number = k->get(config);
    if (k->set == set_kind)
        snprintf(value, sizeof value, "%s", config->item_cf.kind);
    else
        value[pr_format_number(number, value)] = 0;
    prt_log("tune", "%4u  %-10s %-15s %-10s NDCG@10 %.5f%s", s->steps, prt_score_model_name(g->model), k->name, value,
            ndcg, better ? "  better" : "");
}

/* One candidate: the best so far with one number changed. */
static pr_status try_value(search *s, group *g, const knob *k, double value, pr_error *error) {
    prt_purchases trial = s->now;
    double ndcg = 0;
    pr_error inner = {0};
    k->set(&trial.config, value);
    s->steps++;
    pr_status status = learn(s, g->model, &trial, &inner);
    if (status != PR_OK && status != PR_E_MEMORY) {
        prt_log("tune", "%4u  %-10s passed over: %s", s->steps, prt_score_model_name(g->model), inner.message);
        free_model(&trial, g->model);
        g->quiet++;
        return PR_OK;
    }
    if (status == PR_OK)
        status = judge(s, &trial, g->model, &ndcg, error);
    bool better = status == PR_OK && ndcg > g->best;
    if (status == PR_OK)
        say(s, g, k, &trial.config, ndcg, better);
    free_model(better ? &s->now : &trial, g->model);
    if (better) {
        s->now = trial;
        g->best = ndcg;
    }
    g->quiet = better ? 0 : g->quiet + 1;
    return status;
}

/* The group's next candidate; NULL when a whole round has changed nothing. */
static const knob *next_candidate(const search *s, group *g, double *value) {
    size_t all = 0;
    for (size_t k = 0; k < g->count; k++)
        all += MOST_VALUES;
    for (; g->quiet < all; g->quiet++) {
        const knob *k = &g->knobs[g->knob];
        *value = k->values[g->value];
        bool skip = k->matters && !k->matters(&s->now.config);
        if (!skip && *value >= 0)
            g->value++;
        else {
            g->quiet += MOST_VALUES - g->value - 1; /* what is not tried counts as tried */
            g->knob = (g->knob + 1) % g->count;
            g->value = 0;
            continue;
        }
        if (k->get(&s->now.config) != *value)
            return k;
    }
    return NULL;
}

/* After other models changed, the hybrid stands elsewhere. */
static pr_status search_group(search *s, group *g, bool *changed, pr_error *error) {
    double value;
    const knob *k = next_candidate(s, g, &value);
    if (!k)
        return PR_OK;
    if (g->model == PRT_SCORE_HYBRID)
        PRT_TRY(judge(s, &s->now, PRT_SCORE_HYBRID, &g->best, error));
    *changed = true;
    return try_value(s, g, k, value, error);
}

static pr_status search_all(search *s, prt_tuned *out, pr_error *error) {
    group groups[] = {
        {.model = PRT_SCORE_ITEM_CF, .knobs = ITEM_CF_KNOBS, .count = PRT_COUNT(ITEM_CF_KNOBS)},
        {.model = PRT_SCORE_ALS, .knobs = ALS_KNOBS, .count = PRT_COUNT(ALS_KNOBS)},
        {.model = PRT_SCORE_HYBRID, .knobs = HYBRID_KNOBS, .count = PRT_COUNT(HYBRID_KNOBS)},
    };
    double ignored;
    PRT_TRY(judge(s, &s->now, PRT_SCORE_POPULARITY, &ignored, error)); /* for its typical score */
    for (size_t g = 0; g < PRT_COUNT(groups); g++) {
        bool learned = groups[g].model == PRT_SCORE_ALS       ? s->now.has_als
                       : groups[g].model == PRT_SCORE_ITEM_CF ? s->now.has_item_cf
                                                              : true;
        groups[g].count = learned ? groups[g].count : 0;
        if (learned)
            PRT_TRY(judge(s, &s->now, groups[g].model, &groups[g].best, error));
    }
    out->before = groups[2].best;
    for (bool changed = true; changed && !is_over(s);) {
        changed = false;
        for (size_t g = 0; g < PRT_COUNT(groups) && !is_over(s); g++)
            PRT_TRY(search_group(s, &groups[g], &changed, error));
    }
    PRT_TRY(judge(s, &s->now, PRT_SCORE_HYBRID, &out->after, error));
    out->config = s->now.config;
    out->steps = s->steps;
    return PR_OK;
}

static pr_status start(search *s, const prt_purchases_config *config, pr_error *error) {
    s->lists = calloc(s->validation->users + (size_t)1, sizeof *s->lists);
    if (!s->lists)
        return prt_fail_memory(error, "tuning");
    PRT_TRY(prt_purchases_learn_ledger(s->job, config, &s->validation->rest, &s->now, error));
    return prt_known_make(&s->now, s->job->min_users, &s->known, error);
}

static pr_status tune(const prt_purchases_job *job, const prt_purchases_config *config, prt_tune_budget budget,
                      const prt_validation *validation, prt_tuned *out, pr_error *error) {
    search s = {.job = job, .validation = validation, .budget = budget, .started = seconds_now()};
    pr_status status = start(&s, config, error);
    if (status == PR_OK)
        status = search_all(&s, out, error);
    prt_interactions_free(&s.known);
    prt_purchases_free(&s.now);
    free(s.lists);
    return status;
}

pr_status prt_purchases_tune(const prt_config *config, const prt_dataset *dataset, prt_tune_budget budget, int threads,
                             prt_tuned *out, pr_error *error) {
    const prt_purchases_job job = {dataset, config->limits.min_users, threads < 1 ? 1 : threads};
    prt_ledger ledger;
    prt_validation validation;
    *out = (prt_tuned){.config = config->purchases};
    PRT_TRY(prt_ledger_make(config, dataset, NULL, job.threads, &ledger, error));
    pr_status status = prt_validation_make(&ledger, &validation, error);
    prt_ledger_free(&ledger);
    if (status != PR_OK)
        return status;
    if (validation.users)
        status = tune(&job, &config->purchases, budget, &validation, out, error);
    prt_validation_free(&validation);
    return status;
}

void prt_tuned_say(const prt_purchases_config *config) {
    if (config->has_als)
        prt_log("tune",
                "\"als\": {\"factors\": %u, \"iterations\": %u, \"unobserved\": %g, \"regularization\": %g, "
                "\"exponent\": %g, \"user_exponent\": %g, \"item_exponent\": %g}",
                config->als.factors, config->als.iterations, config->als.unobserved, config->als.regularization,
                config->als.exponent, config->als.user_exponent, config->als.item_exponent);
    if (config->has_item_cf)
        prt_log("tune",
                "\"item_cf\": {\"kind\": \"%s\", \"neighbours\": %u, \"shrinkage\": %g, \"k1\": %g, \"b\": %g, "
                "\"alpha\": %g, \"beta\": %g, \"regularization\": %g, \"candidates\": %u, \"graph\": %g, "
                "\"low_pass\": %g, \"rank\": %u, \"normalize\": %g}",
                config->item_cf.kind, config->item_cf.neighbours, config->item_cf.shrinkage, config->item_cf.k1,
                config->item_cf.b, config->item_cf.alpha, config->item_cf.beta, config->item_cf.regularization,
                config->item_cf.candidates, config->item_cf.graph, config->item_cf.low_pass, config->item_cf.rank,
                config->item_cf.normalize);
    prt_log(
        "tune",
        "\"tuning\": {\"model_weights\": {\"als\": %g, \"item_cf\": %g, \"popularity\": %g}, \"model_mean\": \"%s\"}",
        config->tuning.als, config->tuning.item_cf, config->tuning.popularity,
        config->tuning.quadratic ? "quadratic" : "arithmetic");
}
