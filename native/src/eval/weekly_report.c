/* Leaderboards of the weekly evaluation, for programs and for people. */
#include "weekly.h"

#include <math.h>
#include <stdio.h>

static void write_board(const prt_ranking_board *board, pr_writer *w) {
    pr_write_key(w, "users");
    pr_write_integer(w, board->users);
    pr_write_key(w, "leaderboard");
    pr_write_array(w);
    for (uint32_t i = 0; i < board->count; i++) {
        pr_write_object(w);
        pr_write_key(w, "model");
        pr_write_text(w, prt_model_name(board->rows[i].model));
        pr_write_key(w, "metrics");
        pr_write_object(w);
        for (int m = 0; m < PRT_RANKING_METRICS; m++)
            prt_interval_write(prt_ranking_metric_names[m], &board->rows[i].metrics[m], w);
        pr_write_end_object(w);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

static void write_serve(const prt_ranking_board *board, pr_writer *w) {
    pr_write_key(w, "serve");
    pr_write_object(w);
    write_board(board, w);
    pr_write_end_object(w);
}

void prt_weekly_write(const prt_weekly_result *result, pr_writer *w) {
    pr_write_key(w, "protocol");
    pr_write_text(w, "weekly");
    pr_write_key(w, "train_week");
    pr_write_integer(w, result->train_week);
    pr_write_key(w, "validation_week");
    pr_write_integer(w, result->validation_week);
    write_board(&result->broad, w);
    write_serve(&result->serve, w);
    pr_write_key(w, "rolling");
    pr_write_object(w);
    pr_write_key(w, "origins");
    pr_write_array(w);
    for (uint32_t i = 0; i < result->origin_count; i++)
        pr_write_integer(w, result->origins[i]);
    pr_write_end_array(w);
    write_board(&result->rolling, w);
    write_serve(&result->rolling_serve, w);
    pr_write_end_object(w);
}

static void print_board(const char *title, const prt_ranking_board *board) {
    printf("%s (%u users)\n  %-12s", title, board->users, "model");
    for (int m = 0; m < PRT_RANKING_METRICS; m++)
        printf(" %-22s", prt_ranking_metric_names[m]);
    putchar('\n');
    for (uint32_t i = 0; i < board->count; i++) {
        printf("  %-12s", prt_model_name(board->rows[i].model));
        for (int m = 0; m < PRT_RANKING_METRICS; m++) {
            const prt_interval *interval = &board->rows[i].metrics[m];
            if (isnan(interval->mean))
                printf(" %-22s", "-");
            else
                printf(" %.4f [%.4f %.4f]", interval->mean, interval->low, interval->high);
        }
        putchar('\n');
    }
    putchar('\n');
}

void prt_weekly_print(const prt_weekly_result *result) {
    char title[160];
    snprintf(title, sizeof title, "Learned from week %d, judged on what was shown in week %d", result->train_week,
             result->validation_week);
    print_board(title, &result->broad);
    print_board("The same, as served: goal filter and backfill, through the core", &result->serve);
    snprintf(title, sizeof title, "Rolling: each of weeks %d to %d judged, learned from the weeks before",
             result->origins[0], result->origins[result->origin_count ? result->origin_count - 1 : 0]);
    print_board(title, &result->rolling);
    print_board("Rolling, as served", &result->rolling_serve);
    printf("ndcg@5, p@5, map and mrr: over users who chose something; auc: over all rows of a week. Intervals are of "
           "95 %%, users drawn again.\n");
}
