/* Split, learn, rank, judge. */
#include "purchases_eval.h"
#include "fail.h"
#include "purchases_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- scores ---- */

static pr_status score(const void *context, const prt_person *people, uint32_t count, double *scratch, float *scores,
                       pr_error *error) {
    const prt_scorer *scorer = context;
    PRT_TRY(prt_scorer_many(scorer, people, count, scratch, scores, error));
    for (uint32_t p = 0; p < count; p++) {
        for (uint32_t m = 0; people[p].count == 0 && m < PRT_SCORE_MODELS; m++)
            memcpy(scores + ((size_t)m * PRT_SCORER_PEOPLE + p) * scorer->items, scorer->popularity,
                   scorer->items * sizeof *scores);
    }
    return PR_OK;
}

prt_score_source prt_purchase_source(const prt_scorer *scorer) {
    return (prt_score_source){scorer, scorer->items, PRT_SCORE_MODELS, prt_scorer_many_scratch(scorer), score};
}

/* ---- pairs ---- */

double *prt_first_metric(const prt_purchase_run *run, const uint32_t *subjects, const prt_made_lists *lists) {
    prt_evaluation_config first = run->config.evaluation;
    first.k_count = 1;
    const prt_judging judging = {.split = &run->split,
                                 .cuts = &first,
                                 .subjects = subjects,
                                 .count = lists->count,
                                 .surprise = run->surprise,
                                 .directions = &run->directions,
                                 .lacking = true,
                                 .threads = run->options->threads};
    double *all = prt_values_make(&judging, lists);
    for (uint32_t i = 0; all && i < lists->count; i++)
        all[i] = all[(size_t)i * PRT_CUT_METRICS];
    return all;
}

double *prt_known_metric(const prt_purchase_run *run, const prt_model_figures *figures, const uint32_t *subjects,
                         uint32_t count) {
    double *values = malloc((count + (size_t)1) * sizeof *values);
    size_t columns = (size_t)run->config.evaluation.k_count * PRT_CUT_METRICS;
    for (uint32_t i = 0; values && i < count; i++)
        values[i] = figures->values[subjects[i] * columns + PRT_CUT_ndcg];
    return values;
}

pr_status prt_paired_make(const prt_purchase_run *run, const double *values, const double *reference, uint32_t count,
                          prt_paired *out, pr_error *error) {
    double *differences = malloc((count + (size_t)1) * sizeof *differences);
    uint32_t *places = malloc((count + (size_t)1) * sizeof *places);
    prt_interval behind = {0, 0, 0};
    pr_status status = differences && places ? PR_OK : prt_fail_memory(error, "evaluating");
    out->mean = out->reference = 0;
    for (uint32_t i = 0; status == PR_OK && i < count; i++) {
        differences[i] = values[i] - reference[i];
        places[i] = i;
        out->mean += values[i] / count;
        out->reference += reference[i] / count;
    }
    if (status == PR_OK)
        status = prt_bootstrap_means(differences, 1, places, count, run->options->seed, run->options->threads, &behind,
                                     error);
    free(differences);
    free(places);
    double whole = out->reference > 0 ? out->reference : NAN;
    out->ratio = (prt_interval){out->mean / whole, 1 + behind.low / whole, 1 + behind.high / whole};
    return status;
}

/* ---- the run ---- */

/* Catalogues are of today, logs of prices are not. */
static prt_config view_config(const prt_config *config, const prt_dataset *dataset) {
    prt_config view = *config;
    if (dataset->events.price)
        view.purchases.price = NULL;
    return view;
}

static pr_status learn(prt_purchase_run *run, pr_error *error) {
    uint64_t events = run->dataset->events.count;
    uint8_t *left_out = malloc(events + 1);
    if (!left_out)
        return prt_fail_memory(error, "evaluating");
    for (uint64_t e = 0; e < events; e++)
        left_out[e] = run->split.roles[e] != PRT_ROLE_TRAIN;
    pr_status status =
        prt_purchases_learn(&run->config, run->dataset, left_out, run->options->threads, &run->learned, error);
    free(left_out);
    run->scorer = prt_purchases_scorer(&run->learned);
    return status;
}

static bool has_history(const prt_purchase_run *run, uint32_t subject) {
    uint32_t user = run->split.user[subject];
    const uint64_t *offsets = run->learned.taken.offsets;
    return user != PRT_NONE && offsets[user + (size_t)1] > offsets[user];
}

static pr_status sort_subjects(prt_purchase_run *run, pr_error *error) {
    size_t room = run->split.subjects + (size_t)1;
    run->subjects = malloc(room * sizeof *run->subjects);
    run->warm = malloc(room * sizeof *run->warm);
    run->cold = malloc(room * sizeof *run->cold);
    if (!run->subjects || !run->warm || !run->cold)
        return prt_fail_memory(error, "evaluating");
    for (uint32_t i = 0; i < run->split.subjects; i++) {
        run->subjects[i] = i;
        if (has_history(run, i))
            run->warm[run->warm_count++] = i;
        else
            run->cold[run->cold_count++] = i;
    }
    return PR_OK;
}

/* Directions by factors, else by the categories of the configuration. */
static pr_status make_directions(prt_purchase_run *run, pr_error *error) {
    const prt_name_list *names = &run->config.purchases.category;
    const prt_column *columns[8];
    uint32_t count = 0;
    for (uint32_t i = 0; i < names->count && count < PRT_COUNT(columns); i++) {
        const prt_column *column = prt_column_find(&run->dataset->items, names->names[i]);
        if (column && (column->type == PRT_CATEGORY || column->type == PRT_LIST))
            columns[count++] = column;
    }
    return prt_directions_make(run->scorer.factors, columns, count, run->dataset->items.count, &run->directions, error);
}

static pr_status prepare(prt_purchase_run *run, pr_error *error) {
    const prt_evaluation_config *cuts = &run->config.evaluation;
    PRT_TRY(learn(run, error));
    PRT_TRY(sort_subjects(run, error));
    PRT_TRY(make_directions(run, error));
    run->surprise = prt_surprise_make(&run->learned.taken);
    for (uint32_t c = 0; c < cuts->k_count; c++)
        run->places = cuts->k[c] > run->places ? cuts->k[c] : run->places;
    return run->surprise ? PR_OK : prt_fail_memory(error, "evaluating");
}

static void clean_up(prt_purchase_run *run) {
    for (uint32_t m = 0; m < run->model_count; m++) {
        prt_made_lists_free(&run->figures[m].lists);
        free(run->figures[m].values);
    }
    prt_directions_free(&run->directions);
    prt_purchases_free(&run->learned);
    prt_split_free(&run->split);
    free(run->surprise);
    free(run->subjects);
    free(run->warm);
    free(run->cold);
}

/* ---- boards ---- */

static prt_judging judging_of(const prt_purchase_run *run) {
    return (prt_judging){.split = &run->split,
                         .cuts = &run->config.evaluation,
                         .subjects = run->subjects,
                         .count = run->split.subjects,
                         .surprise = run->surprise,
                         .directions = &run->directions,
                         .lacking = true,
                         .threads = run->options->threads};
}

static pr_status rank_all(prt_purchase_run *run, pr_error *error) {
    const prt_score_source source = prt_purchase_source(&run->scorer);
    const prt_judging judging = judging_of(run);
    const prt_list_order order = {&run->split,         &run->learned.taken, run->subjects,
                                  run->split.subjects, run->places,         run->options->threads};
    prt_made_lists lists[PRT_SCORE_MODELS] = {0};
    pr_status status = prt_lists_make(&source, &order, lists, error);
    for (int m = 0; m < PRT_SCORE_MODELS; m++) {
        if (!prt_scorer_has(&run->scorer, (prt_score_model)m)) {
            prt_made_lists_free(&lists[m]);
            continue;
        }
        prt_model_figures *figures = &run->figures[run->model_count++];
        figures->model = (prt_score_model)m;
        figures->lists = lists[m];
        figures->values = status == PR_OK ? prt_values_make(&judging, &lists[m]) : NULL;
        if (status == PR_OK && !figures->values)
            status = prt_fail_memory(error, "evaluating");
    }
    return status;
}

static pr_status make_board(const prt_purchase_run *run, const prt_model_figures *figures, uint32_t models,
                            const uint32_t *places, uint32_t count, prt_purchase_board *out, pr_error *error) {
    const prt_purchase_board_order order = {
        &run->config.evaluation, figures, models, places, count, run->dataset->items.count, run->options->seed,
        run->options->threads};
    PRT_TRY(prt_purchase_board_make(&order, out, error));
    bool placed = run->directions.dense || run->directions.code_count;
    for (uint32_t r = 0; !placed && r < out->count; r++) {
        for (uint32_t c = 0; c < PRT_MOST_CUTS; c++)
            out->rows[r].metrics[c][PRT_CUT_diversity].mean = NAN; /* nothing tells items apart */
    }
    return PR_OK;
}

/* Warm people to whom an item of that kind is relevant. */
static uint32_t with_relevant(const prt_purchase_run *run, const prt_judging *judging, uint32_t *out) {
    const prt_item_sets *relevant = &run->split.relevant;
    uint32_t count = 0;
    for (uint32_t i = 0; i < run->warm_count; i++) {
        uint32_t subject = run->warm[i];
        bool any = judging->lacking && run->split.lacking[subject];
        for (uint64_t at = relevant->starts[subject]; at < relevant->starts[subject + (size_t)1]; at++)
            any = any || judging->relevant_items[relevant->item[at]];
        if (any)
            out[count++] = subject;
    }
    return count;
}

/* The board of those items alone whose mark is 1. */
static pr_status board_of_items(const prt_purchase_run *run, const uint8_t *marks, bool lacking,
                                prt_purchase_board *out, pr_error *error) {
    prt_model_figures figures[PRT_SCORE_MODELS] = {0};
    prt_judging judging = judging_of(run);
    uint32_t *places = malloc((run->warm_count + (size_t)1) * sizeof *places);
    bool good = places != NULL;
    judging.relevant_items = marks;
    judging.lacking = lacking;
    for (uint32_t m = 0; good && m < run->model_count; m++) {
        figures[m] = run->figures[m]; /* the lists are borrowed */
        figures[m].values = prt_values_make(&judging, &run->figures[m].lists);
        good = figures[m].values != NULL;
    }
    pr_status status = good ? PR_OK : prt_fail_memory(error, "evaluating");
    if (good)
        status = make_board(run, figures, run->model_count, places, with_relevant(run, &judging, places), out, error);
    for (uint32_t m = 0; m < run->model_count && figures[m].values != run->figures[m].values; m++)
        free(figures[m].values);
    free(places);
    return status;
}

/* Does anybody with a history take what nobody took before? */
static bool any_cold(const prt_purchase_run *run, const uint8_t *warm) {
    const prt_item_sets *relevant = &run->split.relevant;
    for (uint32_t i = 0; i < run->warm_count; i++) {
        if (run->split.lacking[run->warm[i]])
            return true;
        for (uint64_t at = relevant->starts[run->warm[i]]; at < relevant->starts[run->warm[i] + (size_t)1]; at++) {
            if (!warm[relevant->item[at]])
                return true;
        }
    }
    return false;
}

static pr_status boards_by_item(const prt_purchase_run *run, prt_purchase_result *out, pr_error *error) {
    const prt_interactions *taken = &run->learned.taken;
    uint8_t *marks = calloc(taken->items + (size_t)1, 1);
    if (!marks)
        return prt_fail_memory(error, "evaluating");
    for (uint64_t at = 0; at < taken->offsets[taken->users]; at++)
        marks[taken->item[at]] = 1;
    pr_status status = PR_OK;
    if (any_cold(run, marks)) {
        status = board_of_items(run, marks, false, &out->warm_items, error);
        for (uint32_t i = 0; i < taken->items; i++)
            marks[i] = !marks[i];
        if (status == PR_OK)
            status = board_of_items(run, marks, true, &out->cold_items, error);
    } else {
        out->warm_items = out->warm;
    }
    free(marks);
    return status;
}

static pr_status evaluate(prt_purchase_run *run, prt_purchase_result *out, pr_error *error) {
    out->cut = run->split.cut;
    out->trained = run->split.trained;
    out->judged = run->split.judged;
    PRT_TRY(prepare(run, error));
    PRT_TRY(rank_all(run, error));
    const prt_model_figures *popular = run->figures;
    while (popular->model != PRT_SCORE_POPULARITY)
        popular++;
    PRT_TRY(make_board(run, run->figures, run->model_count, run->warm, run->warm_count, &out->warm, error));
    PRT_TRY(make_board(run, popular, 1, run->cold, run->cold_count, &out->cold, error));
    PRT_TRY(boards_by_item(run, out, error));
    for (uint32_t m = 0; m < run->model_count; m++)
        PRT_TRY(prt_calibration_make(run, &run->figures[m], &out->calibrations[out->calibration_count++], error));
    if (run->options->board_alone)
        return PR_OK;
    PRT_TRY(prt_eval_fold_in(run, &out->fold_in, error));
    return prt_eval_served(run, &out->served, error);
}

pr_status prt_eval_purchases(const prt_config *config, const prt_dataset *dataset, const prt_purchase_options *options,
                             prt_purchase_result *out, pr_error *error) {
    prt_purchase_run run = {.config = view_config(config, dataset), .dataset = dataset, .options = options};
    memset(out, 0, sizeof *out);
    out->cuts = config->evaluation;
    out->protocol = prt_protocol_name(config->evaluation.protocol);
    out->valid = options->valid;
    pr_status status = prt_split_make(&run.config, dataset, options->valid, options->threads, &run.split, error);
    if (status == PR_OK)
        status = evaluate(&run, out, error);
    clean_up(&run);
    return status;
}
