/* Values of lists, and boards made of them. */
#include "purchases_board.h"
#include "fail.h"
#include "parallel.h"

#include <stdlib.h>
#include <string.h>

const char *prt_board_metric_name(uint32_t metric) {
    return metric == PRT_BOARD_COVERAGE ? "coverage" : prt_cut_metric_names[metric];
}

/* ---- values ---- */

typedef struct valuing {
    const prt_judging *judging;
    const prt_made_lists *lists;
    double *values;
    double *scratch; /* of each thread */
    size_t scratch_size;
    bool *hits;
} valuing;

static uint32_t count_relevant(const prt_judging *j, uint32_t subject) {
    const prt_item_sets *relevant = &j->split->relevant;
    uint32_t count = j->lacking ? j->split->lacking[subject] : 0;
    for (uint64_t at = relevant->starts[subject]; at < relevant->starts[subject + (size_t)1]; at++)
        count += !j->relevant_items || j->relevant_items[relevant->item[at]];
    return count;
}

static void value_list(const valuing *v, uint32_t place, double *scratch, bool *hits) {
    const prt_judging *j = v->judging;
    const uint32_t *list = v->lists->items + (size_t)place * v->lists->places;
    uint32_t subject = j->subjects[place], relevant = count_relevant(j, subject), count = 0;
    for (; count < v->lists->places && list[count] != UINT32_MAX; count++)
        hits[count] = (!j->relevant_items || j->relevant_items[list[count]]) &&
                      prt_set_holds(&j->split->relevant, subject, list[count]);
    for (uint32_t c = 0; c < j->cuts->k_count; c++) {
        double *values = v->values + ((size_t)place * j->cuts->k_count + c) * PRT_CUT_METRICS;
        uint32_t k = j->cuts->k[c];
        prt_cut_accuracy(hits, count, k, relevant, values);
        values[PRT_CUT_novelty] = prt_list_novelty(j->surprise, list, count, k);
        values[PRT_CUT_diversity] = prt_list_diversity(j->directions, list, count, k, scratch);
    }
}

static void value_share(void *context, int thread) {
    const valuing *v = context;
    for (uint32_t i = (uint32_t)thread; i < v->judging->count; i += (uint32_t)v->judging->threads)
        value_list(v, i, v->scratch + (size_t)thread * v->scratch_size,
                   v->hits + (size_t)thread * (v->lists->places + 1u));
}

double *prt_values_make(const prt_judging *judging, const prt_made_lists *lists) {
    size_t columns = (size_t)judging->cuts->k_count * PRT_CUT_METRICS, threads = (size_t)judging->threads;
    valuing v = {.judging = judging, .lists = lists, .scratch_size = prt_directions_scratch(judging->directions)};
    v.values = calloc(judging->count * columns + 1, sizeof *v.values);
    v.scratch = calloc(threads * v.scratch_size + 1, sizeof *v.scratch);
    v.hits = calloc(threads * (lists->places + 1u), sizeof *v.hits);
    bool good = v.values && v.scratch && v.hits;
    if (good)
        prt_parallel(judging->threads, value_share, &v);
    free(v.scratch);
    free(v.hits);
    if (good)
        return v.values;
    free(v.values);
    return NULL;
}

/* ---- boards ---- */

static pr_status make_row(const prt_purchase_board_order *o, const prt_model_figures *figures, prt_purchase_row *out,
                          pr_error *error) {
    prt_interval means[PRT_MOST_CUTS * PRT_CUT_METRICS];
    const prt_lists lists = {figures->lists.items, figures->lists.places, o->items};
    memset(out, 0, sizeof *out);
    out->model = figures->model;
    PRT_TRY(prt_bootstrap_means(figures->values, o->cuts->k_count * PRT_CUT_METRICS, o->places, o->count, o->seed,
                                o->threads, means, error));
    for (uint32_t c = 0; c < o->cuts->k_count; c++) {
        memcpy(out->metrics[c], means + (size_t)c * PRT_CUT_METRICS, PRT_CUT_METRICS * sizeof *means);
        PRT_TRY(prt_bootstrap_coverage(&lists, o->cuts->k[c], o->places, o->count, o->seed, o->threads,
                                       &out->metrics[c][PRT_BOARD_COVERAGE], error));
    }
    return PR_OK;
}

static const double *values_of(const prt_purchase_board_order *o, prt_score_model model) {
    uint32_t m = 0;
    while (o->figures[m].model != model)
        m++;
    return o->figures[m].values;
}

/* How far each row is behind the first. */
static pr_status compare(const prt_purchase_board_order *o, prt_purchase_board *out, pr_error *error) {
    uint32_t cuts = o->cuts->k_count, columns = cuts * PRT_BOARD_COMPARED;
    size_t rows = 0;
    for (uint32_t i = 0; i < o->count; i++)
        rows = o->places[i] >= rows ? o->places[i] + (size_t)1 : rows;
    double *difference = calloc(rows * columns + 1, sizeof *difference);
    const double *best = values_of(o, out->rows[0].model);
    pr_status status = difference ? PR_OK : prt_fail_memory(error, "evaluating");
    for (uint32_t r = 1; status == PR_OK && r < out->count; r++) {
        const double *own = values_of(o, out->rows[r].model);
        prt_interval found[PRT_MOST_CUTS * PRT_BOARD_COMPARED];
        for (size_t at = 0; at < rows * columns; at++) {
            size_t from = at / PRT_BOARD_COMPARED * PRT_CUT_METRICS + at % PRT_BOARD_COMPARED;
            difference[at] = best[from] - own[from];
        }
        status = prt_bootstrap_means(difference, columns, o->places, o->count, o->seed, o->threads, found, error);
        memcpy(out->rows[r].behind, found, columns * sizeof *found);
    }
    free(difference);
    return status;
}

static int best_first(const void *a, const void *b) {
    const prt_purchase_row *x = a, *y = b;
    double p = x->metrics[0][0].mean, q = y->metrics[0][0].mean;
    return p > q ? -1 : p < q ? 1 : x->model < y->model ? -1 : x->model > y->model;
}

pr_status prt_purchase_board_make(const prt_purchase_board_order *order, prt_purchase_board *out, pr_error *error) {
    memset(out, 0, sizeof *out);
    out->users = order->count;
    if (order->count == 0)
        return PR_OK;
    for (uint32_t m = 0; m < order->model_count; m++)
        PRT_TRY(make_row(order, &order->figures[m], &out->rows[out->count++], error));
    qsort(out->rows, out->count, sizeof *out->rows, best_first);
    return compare(order, out, error);
}
