/* Leaderboards with intervals and paired differences: for everybody, and for thin and thick segments. */
#include "evaluation.h"
#include "fail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS = 3, COVERAGE = PRT_EVAL_METRICS, MOST_METRICS = PRT_EVAL_METRICS + 1 };

static const char *const GROUP_NAMES[GROUPS] = {"all", "thin", "thick"};

/* Pairs of models whose difference tells something: what each step adds. */
static const uint32_t PAIRS[][2] = {{1, 0}, {2, 0}, {3, 0}, {4, 0}, {2, 1}, {3, 1}, {3, 2}};
enum { PAIR_COUNT = sizeof PAIRS / sizeof *PAIRS };

/* The subjects of each group: all, the third with the fewest started events, the third with the most. */
typedef struct groups {
    uint32_t *subjects[GROUPS];
    uint32_t counts[GROUPS];
} groups;

typedef struct weighted {
    uint32_t weight, subject;
} weighted;

static int by_weight(const void *a, const void *b) {
    const weighted *x = a, *y = b;
    return x->weight != y->weight    ? (x->weight < y->weight ? -1 : 1)
           : x->subject < y->subject ? -1
                                     : x->subject > y->subject;
}

static void groups_free(groups *g) {
    for (int i = 0; i < GROUPS; i++)
        free(g->subjects[i]);
}

static pr_status groups_make(const prt_evaluation *e, groups *g, pr_error *error) {
    weighted *order = calloc(e->subjects + 1u, sizeof *order);
    bool good = order != NULL;
    for (int i = 0; i < GROUPS; i++) {
        g->subjects[i] = calloc(e->subjects + 1u, sizeof *g->subjects[i]);
        g->counts[i] = i == 0 ? e->subjects : e->subjects / 3;
        good = good && g->subjects[i];
    }
    for (uint32_t i = 0; good && i < e->subjects; i++) {
        order[i] = (weighted){e->weight[i], i};
        g->subjects[0][i] = i;
    }
    if (good) {
        qsort(order, e->subjects, sizeof *order, by_weight);
        for (uint32_t i = 0; i < g->counts[1]; i++) {
            g->subjects[1][i] = order[i].subject;
            g->subjects[2][i] = order[e->subjects - 1 - i].subject;
        }
    }
    free(order);
    return good ? PR_OK : prt_fail_memory(error, "evaluating");
}

/* --- figures ------------------------------------------------------------------------------------------------------ */

typedef struct row {
    uint32_t model;
    prt_interval metrics[MOST_METRICS];
} row;

typedef struct leader_board {
    row rows[PRT_EVAL_MODELS]; /* best first */
    uint32_t count;
    prt_interval differences[PRT_EVAL_METRICS][PAIR_COUNT]; /* only where both models were asked */
} leader_board;

static bool has_pair(const prt_evaluation *e, uint32_t pair) {
    return PAIRS[pair][0] >= e->first_model && PAIRS[pair][1] >= e->first_model;
}

static pr_status make_row(const prt_evaluation *e, const groups *g, int group, uint64_t seed, row *out,
                          pr_error *error) {
    for (uint32_t m = 0; m < e->metric_count; m++)
        PRT_TRY(prt_bootstrap_mean(prt_evaluation_value(e, out->model, m, 0), g->subjects[group], g->counts[group],
                                   seed, &out->metrics[m], error));
    const prt_lists lists = {prt_evaluation_list(e, out->model, 0), PRT_EVAL_K, e->items};
    return prt_bootstrap_coverage(&lists, PRT_EVAL_K, g->subjects[group], g->counts[group], seed, 1,
                                  &out->metrics[COVERAGE], error);
}

static pr_status make_differences(const prt_evaluation *e, const groups *g, int group, uint64_t seed, leader_board *out,
                                  pr_error *error) {
    double *values = calloc(e->subjects + 1u, sizeof *values);
    pr_status status = values ? PR_OK : prt_fail_memory(error, "evaluating");
    for (uint32_t d = 0; status == PR_OK && d < e->difference_count * PAIR_COUNT; d++) {
        uint32_t m = d / PAIR_COUNT, p = d % PAIR_COUNT;
        if (!has_pair(e, p))
            continue;
        for (uint32_t i = 0; i < e->subjects; i++)
            values[i] = *prt_evaluation_value(e, PAIRS[p][0], m, i) - *prt_evaluation_value(e, PAIRS[p][1], m, i);
        status = prt_bootstrap_mean(values, g->subjects[group], g->counts[group], seed, &out->differences[m][p], error);
    }
    free(values);
    return status;
}

static int best_first(const void *a, const void *b) {
    const row *x = a, *y = b;
    double p = x->metrics[0].mean, q = y->metrics[0].mean;
    return p > q ? -1 : p < q ? 1 : x->model < y->model ? -1 : x->model > y->model;
}

static pr_status make_board(const prt_evaluation *e, const groups *g, int group, uint64_t seed, leader_board *out,
                            pr_error *error) {
    memset(out, 0, sizeof *out);
    for (uint32_t model = e->first_model; model < PRT_EVAL_MODELS; model++) {
        out->rows[out->count].model = model;
        PRT_TRY(make_row(e, g, group, seed, &out->rows[out->count++], error));
    }
    qsort(out->rows, out->count, sizeof *out->rows, best_first);
    return make_differences(e, g, group, seed, out, error);
}

static const char *metric_name(const prt_evaluation *e, uint32_t metric) {
    return metric == COVERAGE ? "coverage@10" : e->metrics[metric];
}

static bool has_metric(const prt_evaluation *e, uint32_t metric) {
    return metric < e->metric_count || metric == COVERAGE;
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

static void write_interval(const prt_interval *interval, pr_writer *w) {
    pr_write_key(w, "mean");
    pr_write_number(w, interval->mean);
    pr_write_key(w, "low");
    pr_write_number(w, interval->low);
    pr_write_key(w, "high");
    pr_write_number(w, interval->high);
}

static void write_rows(const prt_evaluation *e, const leader_board *board, pr_writer *w) {
    pr_write_array(w);
    for (uint32_t i = 0; i < board->count; i++) {
        pr_write_object(w);
        pr_write_key(w, "model");
        pr_write_text(w, prt_eval_models[board->rows[i].model]);
        pr_write_key(w, "metrics");
        pr_write_object(w);
        for (uint32_t m = 0; m < MOST_METRICS; m++) {
            if (!has_metric(e, m))
                continue;
            pr_write_key(w, metric_name(e, m));
            pr_write_object(w);
            write_interval(&board->rows[i].metrics[m], w);
            pr_write_end_object(w);
        }
        pr_write_end_object(w);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

static void write_differences(const prt_evaluation *e, const leader_board *board, pr_writer *w) {
    pr_write_array(w);
    for (uint32_t d = 0; d < e->difference_count * PAIR_COUNT; d++) {
        uint32_t m = d / PAIR_COUNT, p = d % PAIR_COUNT;
        if (!has_pair(e, p))
            continue;
        pr_write_object(w);
        pr_write_key(w, "model");
        pr_write_text(w, prt_eval_models[PAIRS[p][0]]);
        pr_write_key(w, "minus");
        pr_write_text(w, prt_eval_models[PAIRS[p][1]]);
        pr_write_key(w, "metric");
        pr_write_text(w, metric_name(e, m));
        write_interval(&board->differences[m][p], w);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

static void write_board(const prt_evaluation *e, const groups *g, int group, const leader_board *board, pr_writer *w) {
    pr_write_key(w, e->subject);
    pr_write_integer(w, g->counts[group]);
    pr_write_key(w, "leaderboard");
    write_rows(e, board, w);
    pr_write_key(w, "differences");
    write_differences(e, board, w);
}

pr_status prt_evaluation_write(const prt_evaluation *e, uint64_t seed, pr_writer *w, pr_error *error) {
    groups g = {0};
    leader_board board;
    pr_status status = groups_make(e, &g, error);
    pr_write_key(w, "protocol");
    pr_write_text(w, e->protocol);
    for (int group = 0; status == PR_OK && group < GROUPS; group++) {
        status = make_board(e, &g, group, seed, &board, error);
        if (group > 0) {
            pr_write_key(w, GROUP_NAMES[group]);
            pr_write_object(w);
        }
        write_board(e, &g, group, &board, w);
        if (group > 0)
            pr_write_end_object(w);
    }
    groups_free(&g);
    return status;
}

/* --- text --------------------------------------------------------------------------------------------------------- */

static void print_board(const prt_evaluation *e, const groups *g, int group, const leader_board *board) {
    printf("\n%s, %s: %u %s\n%-24s", e->protocol, GROUP_NAMES[group], g->counts[group], e->subject, "");
    for (uint32_t m = 0; m < MOST_METRICS; m++) {
        if (has_metric(e, m))
            printf("  %-22s", metric_name(e, m));
    }
    for (uint32_t i = 0; i < board->count; i++) {
        printf("\n%-24s", prt_eval_models[board->rows[i].model]);
        for (uint32_t m = 0; m < MOST_METRICS; m++) {
            const prt_interval *x = &board->rows[i].metrics[m];
            if (has_metric(e, m))
                printf("  %.4f [%.4f %.4f]", x->mean, x->low, x->high);
        }
    }
    putchar('\n');
    for (uint32_t d = 0; d < e->difference_count * PAIR_COUNT; d++) {
        uint32_t m = d / PAIR_COUNT, p = d % PAIR_COUNT;
        const prt_interval *x = &board->differences[m][p];
        if (has_pair(e, p))
            printf("  %-12s  %-22s - %-18s  %+.4f [%+.4f %+.4f]%s\n", metric_name(e, m), prt_eval_models[PAIRS[p][0]],
                   prt_eval_models[PAIRS[p][1]], x->mean, x->low, x->high,
                   x->low > 0 || x->high < 0 ? "" : "  (may be chance)");
    }
}

pr_status prt_evaluation_print(const prt_evaluation *e, uint64_t seed, pr_error *error) {
    groups g = {0};
    leader_board board;
    pr_status status = groups_make(e, &g, error);
    printf("%s\n", e->note);
    for (int group = 0; status == PR_OK && group < GROUPS; group++) {
        status = make_board(e, &g, group, seed, &board, error);
        if (status == PR_OK)
            print_board(e, &g, group, &board);
    }
    groups_free(&g);
    return status;
}
