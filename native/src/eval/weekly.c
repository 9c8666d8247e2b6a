/* The protocols of weekly evaluation. */
#include "weekly.h"
#include "fail.h"
#include "leak.h"
#include "parallel.h"
#include "progress.h"
#include "weekly_ask.h"

#include <stdlib.h>
#include <string.h>

enum { RESAMPLES = 1000 };

typedef struct evaluating {
    const prt_config *config;
    const prt_dataset *dataset;
    const prt_history *history;
    const prt_weekly_options *options;
    prt_model_kind kinds[PRT_MODELS];
    uint32_t kind_count;
    pr_error *error;
} evaluating;

/* One tally for each model. */
typedef struct tallies {
    prt_ranking_tally broad[PRT_MODELS], serve[PRT_MODELS];
} tallies;

static void tallies_free(tallies *t) {
    for (uint32_t k = 0; k < PRT_MODELS; k++) {
        prt_tally_free_ranking(&t->broad[k]);
        prt_tally_free_ranking(&t->serve[k]);
    }
    free(t);
}

static tallies *tallies_make(uint32_t users) {
    tallies *t = calloc(1, sizeof *t);
    for (uint32_t k = 0; t && k < PRT_MODELS; k++) {
        if (!prt_tally_make(users, &t->broad[k]) || !prt_tally_make(users, &t->serve[k])) {
            tallies_free(t);
            return NULL;
        }
    }
    return t;
}

/* ---- one week ---- */

static pr_status judge_broad(const prt_ranker *ranker, const prt_matrix *matrix, prt_ranking_tally *tally,
                             pr_error *error) {
    pr_arena arena;
    const pr_model *model;
    pr_arena_init(&arena, NULL, 0);
    double *scores = pr_arena_array(&arena, matrix->rows + (size_t)1, sizeof *scores);
    pr_status status = scores ? pr_model_open(ranker->bytes, ranker->size, &arena, &model, error)
                              : prt_fail_memory(error, "evaluating");
    if (status == PR_OK)
        status = pr_model_score(model, matrix->values, matrix->rows, &arena, scores);
    if (status == PR_OK && !prt_tally_matrix(tally, matrix, scores))
        status = prt_fail_memory(error, "evaluating");
    pr_arena_free(&arena);
    return status;
}

typedef struct asking {
    const evaluating *e;
    const prt_ranker *rankers;
    const prt_matrix *matrix;
    const prt_dataset *past;
    int32_t week;
    tallies *t;
    pr_status status[PRT_MODELS];
    pr_error errors[PRT_MODELS];
} asking;

/* Thread t takes models t, t + threads, …: each tally is one thread's. */
static void ask_share(void *context, int thread) {
    asking *a = context;
    for (uint32_t k = (uint32_t)thread; k < a->e->kind_count; k += (uint32_t)a->e->options->threads) {
        const prt_weekly_question question = {
            a->e->config, a->past, a->e->dataset, a->e->history, a->matrix, a->week, a->e->options->most_users};
        a->status[k] = prt_weekly_ask(&question, &a->rankers[k], &a->t->serve[k], &a->errors[k]);
    }
}

static pr_status judge_serve(const evaluating *e, const prt_ranker *rankers, const prt_matrix *matrix, int32_t week,
                             tallies *t) {
    prt_dataset past;
    asking a = {.e = e, .rankers = rankers, .matrix = matrix, .past = &past, .week = week, .t = t};
    PRT_TRY(prt_past_make(e->dataset, week, &past, e->error));
    prt_parallel(e->options->threads, ask_share, &a);
    prt_past_free(&past);
    for (uint32_t k = 0; k < e->kind_count; k++) {
        if (a.status[k] == PR_OK)
            continue;
        if (e->error)
            *e->error = a.errors[k];
        return a.status[k];
    }
    return PR_OK;
}

/* Look for leaks, learn from the labels of weeks [from, to] and judge on `week`. */
static pr_status judge_week(const evaluating *e, int32_t from, int32_t to, int32_t week, tallies *t) {
    const prt_ranking_config *ranking = &e->config->ranking;
    const prt_model_options options = {ranking->trees, ranking->depth, ranking->learning_rate, 1};
    prt_ranker rankers[PRT_MODELS];
    prt_matrix learned = {0}, judged = {0};
    pr_status status = prt_leak_check(e->config, e->dataset, e->history, week, e->error);
    for (int32_t w = from; status == PR_OK && w <= to; w++)
        status = prt_matrix_add_week(e->history, ranking->label, w, e->options->threads, &learned, e->error);
    if (status == PR_OK)
        status = prt_matrix_add_week(e->history, ranking->label, week, e->options->threads, &judged, e->error);
    if (status == PR_OK)
        status = prt_models_train(e->kinds, e->kind_count, e->history, &learned, &options, e->options->threads, rankers,
                                  e->error);
    if (status == PR_OK) {
        for (uint32_t k = 0; status == PR_OK && k < e->kind_count; k++)
            status = judge_broad(&rankers[k], &judged, &t->broad[k], e->error);
        if (status == PR_OK)
            status = judge_serve(e, rankers, &judged, week, t);
        for (uint32_t k = 0; k < e->kind_count; k++)
            prt_ranker_free(&rankers[k]);
    }
    prt_matrix_free(&learned);
    prt_matrix_free(&judged);
    return status;
}

/* ---- leaderboards ---- */

static int best_first(const void *a, const void *b) {
    const prt_board_row *x = a, *y = b;
    if (x->metrics[0].mean != y->metrics[0].mean)
        return x->metrics[0].mean > y->metrics[0].mean ? -1 : 1;
    return x->model < y->model ? -1 : x->model > y->model;
}

static pr_status make_board(const evaluating *e, const prt_ranking_tally *tally, prt_ranking_board *out) {
    for (uint32_t k = 0; k < e->kind_count; k++) {
        out->rows[k].model = e->kinds[k];
        PRT_TRY(prt_tally_intervals(&tally[k], e->options->seed, RESAMPLES, out->rows[k].metrics, e->error));
    }
    out->count = e->kind_count;
    for (uint32_t u = 0; u < tally[0].users; u++)
        out->users += tally[0].groups[u] > 0;
    qsort(out->rows, out->count, sizeof *out->rows, best_first);
    return PR_OK;
}

static bool has_week(const prt_history *h, int32_t week) {
    for (uint32_t w = 0; w < h->week_count; w++) {
        if (h->week_numbers[w] == week)
            return true;
    }
    return false;
}

static pr_status pick_weeks(const evaluating *e, prt_weekly_result *out) {
    const prt_history *h = e->history;
    if (h->week_count < 3)
        return prt_fail(e->error, PR_E_FORMAT,
                        "%s: weekly: the log has %u weeks; an evaluation needs three at least: one to look back at, "
                        "one to learn from and one to judge on",
                        e->config->path, h->week_count);
    bool usual = has_week(h, 3) && has_week(h, 4) && h->first_week < 3;
    out->train_week = e->options->train_week >= 0 ? e->options->train_week
                      : usual                     ? 3
                                                  : h->week_numbers[h->week_count - 2];
    out->validation_week = e->options->validation_week >= 0 ? e->options->validation_week : usual ? 4 : h->last_week;
    if (!has_week(h, out->train_week) || !has_week(h, out->validation_week) ||
        out->train_week >= out->validation_week || out->train_week <= h->first_week)
        return prt_fail(e->error, PR_E_FORMAT,
                        "%s: the log has weeks %d to %d: learn from a week behind the first, and judge on a later one "
                        "(not %d and %d)",
                        e->config->path, h->first_week, h->last_week, out->train_week, out->validation_week);
    return PR_OK;
}

static pr_status run_split(const evaluating *e, prt_weekly_result *out) {
    tallies *t = tallies_make(e->history->user_count);
    if (!t)
        return prt_fail_memory(e->error, "evaluating");
    pr_status status = judge_week(e, out->train_week, out->train_week, out->validation_week, t);
    if (status == PR_OK)
        status = make_board(e, t->broad, &out->broad);
    if (status == PR_OK)
        status = make_board(e, t->serve, &out->serve);
    tallies_free(t);
    return status;
}

/* Every week with a week to learn from that has a week to look back at. */
static pr_status run_rolling(const evaluating *e, prt_weekly_result *out) {
    const prt_history *h = e->history;
    tallies *t = tallies_make(h->user_count);
    if (!t)
        return prt_fail_memory(e->error, "evaluating");
    pr_status status = PR_OK;
    uint32_t first = h->week_count - 2 > PRT_MOST_ORIGINS ? h->week_count - PRT_MOST_ORIGINS : 2;
    for (uint32_t w = first; status == PR_OK && w < h->week_count; w++) {
        uint32_t most = e->config->ranking.label_weeks, from = w > most ? w - most : 0;
        from = from < 1 ? 1 : from;
        out->origins[out->origin_count++] = h->week_numbers[w];
        status = judge_week(e, h->week_numbers[from], h->week_numbers[w - 1], h->week_numbers[w], t);
        prt_log_progress("rolling origins", w - first + 1, h->week_count - first);
    }
    if (status == PR_OK)
        status = make_board(e, t->broad, &out->rolling);
    if (status == PR_OK)
        status = make_board(e, t->serve, &out->rolling_serve);
    tallies_free(t);
    return status;
}

pr_status prt_eval_weekly(const prt_config *config, const prt_dataset *dataset, const prt_history *history,
                          const prt_weekly_options *options, prt_weekly_result *out, pr_error *error) {
    evaluating e = {.config = config, .dataset = dataset, .history = history, .options = options, .error = error};
    memset(out, 0, sizeof *out);
    for (int kind = 0; kind < PRT_MODELS; kind++) {
        if (options->only == PRT_MODEL_AUTO || (int)options->only == kind)
            e.kinds[e.kind_count++] = (prt_model_kind)kind;
    }
    PRT_TRY(pick_weeks(&e, out));
    PRT_TRY(run_split(&e, out));
    return run_rolling(&e, out);
}
