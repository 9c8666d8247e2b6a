/* Choosing the model: all learn from the weeks before the last one and are judged on it. */
#include "choose.h"
#include "fail.h"
#include "progress.h"
#include "xgboost_api.h"

#include <string.h>

/* The seed of everything that a model draws: fixed, because equal input shall give equal bytes. */
enum { SEED = 1 };

typedef struct chooser {
    const prt_config *config;
    const prt_history *history;
    int threads;
    prt_model_options options;
    prt_model_kind kinds[PRT_MODELS]; /* that are candidates, in the order of PRT_MODEL_LIST */
    uint32_t kind_count;
    prt_matrix earlier, last; /* rows to learn from for the judgement, rows of the last week */
    pr_error *error;
} chooser;

static bool needs_library(prt_model_kind kind) {
    return kind != PRT_MODEL_popularity && kind != PRT_MODEL_logistic;
}

/* Which models may be chosen. */
static void list_candidates(chooser *c) {
    const prt_xgboost *api;
    pr_error why = {0};
    if (c->config->ranking.model != PRT_MODEL_AUTO) {
        c->kinds[c->kind_count++] = c->config->ranking.model;
        return;
    }
    bool library = prt_xgboost_load("choosing among all models", &api, &why) == PR_OK;
    if (!library)
        prt_log_warning("ranking: %s; the choice is made among popularity and logistic", why.message);
    for (int kind = 0; kind < PRT_MODELS; kind++) {
        if (library || !needs_library((prt_model_kind)kind))
            c->kinds[c->kind_count++] = (prt_model_kind)kind;
    }
}

/* Rows of up to label_weeks weeks of the log that lie before week number `end` (counted from 0). The first week has
 * nothing before it and so no features that tell; it is only taken when there is no other. */
static pr_status add_weeks(const chooser *c, uint32_t end, prt_matrix *out) {
    const prt_ranking_config *ranking = &c->config->ranking;
    uint32_t first = end > ranking->label_weeks ? end - ranking->label_weeks : 0;
    if (first == 0 && end > 1)
        first = 1;
    for (uint32_t w = first; w < end; w++)
        PRT_TRY(
            prt_matrix_add_week(c->history, ranking->label, c->history->week_numbers[w], c->threads, out, c->error));
    return PR_OK;
}

static bool one_class(const prt_matrix *m) {
    uint32_t positives = 0;
    for (uint32_t i = 0; i < m->rows; i++)
        positives += m->labels[i] > 0;
    return positives == 0 || positives == m->rows;
}

static bool any_positive(const prt_matrix *m) {
    for (uint32_t i = 0; i < m->rows; i++) {
        if (m->labels[i] > 0)
            return true;
    }
    return false;
}

/* ---- without a choice ---- */

/* Popularity, learned from nothing but judged where the last week allows. */
static pr_status fall_back(const chooser *c, const char *why, prt_chosen *out) {
    uint32_t groups = 0;
    prt_log_warning("ranking: %s; the model is popularity", why);
    PRT_TRY(prt_model_train(PRT_MODEL_popularity, c->history, &c->last, &c->options, &out->ranker, c->error));
    pr_status status = prt_judge(&out->ranker, &c->last, &out->ndcg, &groups, c->error);
    if (status != PR_OK)
        prt_ranker_free(&out->ranker);
    out->judged = groups > 0 && c->history->week_count > 1; /* the first week is ordered by nothing */
    return status;
}

/* ---- the choice ---- */

static void tell(const chooser *c, prt_model_kind kind, double ndcg, uint32_t groups) {
    prt_log("model", "%s: NDCG@%d %.4f over %u people in week %d", prt_model_name(kind), PRT_JUDGED_PLACES, ndcg,
            groups, c->history->last_week);
}

static pr_status judge_all(const chooser *c, const prt_ranker *rankers, prt_model_kind *best, prt_chosen *out) {
    for (uint32_t i = 0; i < c->kind_count; i++) {
        double mean;
        uint32_t groups;
        PRT_TRY(prt_judge(&rankers[i], &c->last, &mean, &groups, c->error));
        tell(c, c->kinds[i], mean, groups);
        if (out->judged && mean <= out->ndcg)
            continue;
        *best = c->kinds[i];
        out->ndcg = mean;
        out->judged = true;
    }
    return PR_OK;
}

static pr_status find_best(const chooser *c, prt_model_kind *best, prt_chosen *out) {
    prt_ranker rankers[PRT_MODELS] = {0};
    PRT_TRY(
        prt_models_train(c->kinds, c->kind_count, c->history, &c->earlier, &c->options, c->threads, rankers, c->error));
    pr_status status = judge_all(c, rankers, best, out);
    for (uint32_t i = 0; i < c->kind_count; i++)
        prt_ranker_free(&rankers[i]);
    return status;
}

/* Learn the chosen model again, now with the last week too. */
static pr_status learn_again(const chooser *c, prt_model_kind kind, prt_chosen *out) {
    prt_matrix all = {0};
    pr_status status = add_weeks(c, c->history->week_count, &all);
    if (status == PR_OK)
        status = prt_model_train(kind, c->history, &all, &c->options, &out->ranker, c->error);
    out->rows = all.rows;
    prt_matrix_free(&all);
    if (status == PR_OK)
        prt_log("model", "the model is %s, learned from %u rows", prt_model_name(kind), out->rows);
    return status;
}

static pr_status choose(chooser *c, prt_chosen *out) {
    const prt_history *h = c->history;
    prt_model_kind best = PRT_MODEL_popularity;
    PRT_TRY(prt_matrix_add_week(h, c->config->ranking.label, h->last_week, c->threads, &c->last, c->error));
    if (h->week_count < 2)
        return fall_back(c, "the weekly log has only one week, so that there is nothing to judge a model by", out);
    PRT_TRY(add_weeks(c, h->week_count - 1, &c->earlier));
    if (!any_positive(&c->last))
        return fall_back(c, "nothing in the last week is relevant, so that there is nothing to judge a model by", out);
    if (one_class(&c->earlier))
        return fall_back(c, "the rows of the weeks before the last one are all alike, so that nothing can be learned",
                         out);
    list_candidates(c);
    PRT_TRY(find_best(c, &best, out));
    return learn_again(c, best, out);
}

pr_status prt_model_choose(const prt_config *config, const prt_history *history, int threads, prt_chosen *out,
                           pr_error *error) {
    const prt_ranking_config *r = &config->ranking;
    chooser c = {.config = config, .history = history, .threads = threads, .error = error};
    c.options =
        (prt_model_options){.trees = r->trees, .depth = r->depth, .learning_rate = r->learning_rate, .seed = SEED};
    memset(out, 0, sizeof *out);
    pr_status status = choose(&c, out);
    prt_matrix_free(&c.earlier);
    prt_matrix_free(&c.last);
    return status;
}
