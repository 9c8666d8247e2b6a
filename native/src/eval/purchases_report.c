/* The evaluation of purchases, for programs and for people. */
#include "purchases_eval.h"

#include <math.h>
#include <stdio.h>

static void metric_label(char out[32], uint32_t metric, uint32_t k) {
    snprintf(out, 32, "%s@%u", prt_board_metric_name(metric), k);
}

/* ---- JSON ---- */

static void put_text(pr_writer *w, const char *key, const char *text) {
    pr_write_key(w, key);
    pr_write_text(w, text);
}

static void put_integer(pr_writer *w, const char *key, int64_t value) {
    pr_write_key(w, key);
    pr_write_integer(w, value);
}

/* What cannot be told (a ratio to nothing) is null. */
static void put_number(pr_writer *w, const char *key, double value) {
    pr_write_key(w, key);
    if (isnan(value))
        pr_write_null(w);
    else
        pr_write_number(w, value);
}

static void write_row(const prt_purchase_result *r, const prt_purchase_row *row, pr_writer *w) {
    char label[32];
    pr_write_object(w);
    put_text(w, "model", prt_score_model_name(row->model));
    pr_write_key(w, "metrics");
    pr_write_object(w);
    for (uint32_t c = 0; c < r->cuts.k_count; c++) {
        for (uint32_t m = 0; m < PRT_BOARD_METRICS; m++) {
            metric_label(label, m, r->cuts.k[c]);
            prt_interval_write(label, &row->metrics[c][m], w);
        }
    }
    pr_write_end_object(w);
    pr_write_end_object(w);
}

static void write_difference(const prt_purchase_result *r, const prt_purchase_board *board, uint32_t row, uint32_t cut,
                             uint32_t metric, pr_writer *w) {
    const prt_interval *behind = &board->rows[row].behind[cut][metric];
    char label[32];
    metric_label(label, metric, r->cuts.k[cut]);
    pr_write_object(w);
    put_text(w, "model", prt_score_model_name(board->rows[0].model));
    put_text(w, "minus", prt_score_model_name(board->rows[row].model));
    put_text(w, "metric", label);
    put_number(w, "mean", behind->mean);
    put_number(w, "low", behind->low);
    put_number(w, "high", behind->high);
    pr_write_end_object(w);
}

static void write_board(const prt_purchase_result *r, const prt_purchase_board *board, pr_writer *w) {
    put_integer(w, "users", board->users);
    pr_write_key(w, "leaderboard");
    pr_write_array(w);
    for (uint32_t i = 0; i < board->count; i++)
        write_row(r, &board->rows[i], w);
    pr_write_end_array(w);
    pr_write_key(w, "differences");
    pr_write_array(w);
    for (uint32_t i = 1; i < board->count; i++) {
        for (uint32_t c = 0; c < r->cuts.k_count; c++) {
            for (uint32_t m = 0; m < PRT_BOARD_COMPARED; m++)
                write_difference(r, board, i, c, m, w);
        }
    }
    pr_write_end_array(w);
}

static void write_named_board(const char *name, const prt_purchase_result *r, const prt_purchase_board *board,
                              pr_writer *w) {
    pr_write_key(w, name);
    pr_write_object(w);
    write_board(r, board, w);
    pr_write_end_object(w);
}

static void write_calibration(const prt_calibration *c, pr_writer *w) {
    pr_write_key(w, prt_score_model_name(c->model));
    pr_write_object(w);
    put_integer(w, "items", (int64_t)c->items);
    put_number(w, "expected_calibration_error", c->error);
    pr_write_key(w, "bins");
    pr_write_array(w);
    for (uint32_t g = 0; g < c->group_count; g++) {
        pr_write_object(w);
        put_integer(w, "items", (int64_t)c->groups[g].items);
        put_number(w, "confidence", c->groups[g].confidence);
        put_number(w, "share", c->groups[g].share);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
    pr_write_end_object(w);
}

/* The names of the two means differ by question. */
static void write_pairs(const prt_purchase_result *r, const char *name, const prt_paired *pairs, uint32_t count,
                        const char *const means[2], pr_writer *w) {
    char label[32];
    metric_label(label, 0, r->cuts.k[0]);
    pr_write_key(w, name);
    pr_write_array(w);
    for (uint32_t i = 0; i < count; i++) {
        pr_write_object(w);
        put_text(w, "model", prt_score_model_name(pairs[i].model));
        put_text(w, "metric", label);
        put_number(w, means[0], pairs[i].mean);
        put_number(w, means[1], pairs[i].reference);
        put_number(w, "loss_percent", 100 * (1 - pairs[i].ratio.mean));
        prt_interval_write("ratio", &pairs[i].ratio, w);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

static void write_questions(const prt_purchase_result *r, pr_writer *w) {
    static const char *const fold_in[] = {"folded_in", "trained_on"}, *const served[] = {"served", "native"};
    if (r->fold_in.users) {
        pr_write_key(w, "fold_in");
        pr_write_object(w);
        put_integer(w, "users", r->fold_in.users);
        put_integer(w, "trainings", r->fold_in.trainings);
        write_pairs(r, "models", r->fold_in.models, r->fold_in.count, fold_in, w);
        pr_write_end_object(w);
    }
    if (r->served.users) {
        pr_write_key(w, "served");
        pr_write_object(w);
        put_integer(w, "users", r->served.users);
        put_integer(w, "users_with_too_long_a_history", r->served.too_long);
        write_pairs(r, "models", r->served.plain, r->served.count, served, w);
        if (r->served.has_tuning)
            write_pairs(r, "tuned", r->served.tuned, r->served.count, served, w);
        pr_write_end_object(w);
    }
}

void prt_purchase_write(const prt_purchase_result *r, pr_writer *w) {
    put_text(w, "protocol", r->protocol);
    put_text(w, "part", r->valid ? "valid" : "test");
    if (r->cut != PRT_NO_INTEGER)
        put_integer(w, "cut", r->cut);
    put_integer(w, "events_trained", (int64_t)r->trained);
    put_integer(w, "events_judged", (int64_t)r->judged);
    write_board(r, &r->warm, w);
    write_named_board("warm", r, &r->warm, w);
    write_named_board("cold", r, &r->cold, w);
    write_named_board("warm_items", r, &r->warm_items, w);
    write_named_board("cold_items", r, &r->cold_items, w);
    write_questions(r, w);
    pr_write_key(w, "calibration");
    pr_write_object(w);
    for (uint32_t i = 0; i < r->calibration_count; i++)
        write_calibration(&r->calibrations[i], w);
    pr_write_end_object(w);
}

/* ---- text ---- */

/* One cut: the metric that decides with its interval, the others' means. */
static void print_cut(const prt_purchase_result *r, const prt_purchase_board *board, uint32_t cut) {
    char label[32];
    metric_label(label, 0, r->cuts.k[cut]);
    printf("  %-12s%-24s", "", label);
    for (uint32_t m = 1; m < PRT_BOARD_METRICS; m++)
        printf("%10s", prt_board_metric_name(m));
    for (uint32_t i = 0; i < board->count; i++) {
        const prt_interval *row = board->rows[i].metrics[cut];
        printf("\n  %-12s%.4f [%.4f %.4f] ", prt_score_model_name(board->rows[i].model), row[0].mean, row[0].low,
               row[0].high);
        for (uint32_t m = 1; m < PRT_BOARD_METRICS; m++) {
            if (isnan(row[m].mean))
                printf("%10s", "-");
            else
                printf("%10.4f", row[m].mean);
        }
    }
    putchar('\n');
}

static void print_board(const prt_purchase_result *r, const char *title, const prt_purchase_board *board,
                        uint32_t cuts) {
    char label[32];
    if (!board->users)
        return;
    printf("%s (%u people)\n", title, board->users);
    for (uint32_t c = 0; c < cuts; c++)
        print_cut(r, board, c);
    metric_label(label, 0, r->cuts.k[0]);
    for (uint32_t i = 1; i < board->count; i++) {
        const prt_interval *x = &board->rows[i].behind[0][0];
        printf("  %s - %s: %s %+.4f [%+.4f %+.4f]%s\n", prt_score_model_name(board->rows[0].model),
               prt_score_model_name(board->rows[i].model), label, x->mean, x->low, x->high,
               x->low > 0 || x->high < 0 ? "" : "  (may be chance)");
    }
    putchar('\n');
}

static void print_pairs(const char *title, const prt_paired *pairs, uint32_t count) {
    printf("%s\n", title);
    for (uint32_t i = 0; i < count; i++)
        printf("  %-12s  %.4f / %.4f = %.4f [%.4f %.4f]\n", prt_score_model_name(pairs[i].model), pairs[i].mean,
               pairs[i].reference, pairs[i].ratio.mean, pairs[i].ratio.low, pairs[i].ratio.high);
    putchar('\n');
}

static void print_questions(const prt_purchase_result *r) {
    char title[160], label[32];
    metric_label(label, 0, r->cuts.k[0]);
    if (r->fold_in.users) {
        snprintf(title, sizeof title, "Never seen by the training / trained on, %s (%u people)", label,
                 r->fold_in.users);
        print_pairs(title, r->fold_in.models, r->fold_in.count);
    }
    if (r->served.users) {
        snprintf(title, sizeof title, "Served by the core without tuning / in floating point, %s (%u people)", label,
                 r->served.users);
        print_pairs(title, r->served.plain, r->served.count);
        snprintf(title, sizeof title, "Served as configured / in floating point, %s", label);
        if (r->served.has_tuning)
            print_pairs(title, r->served.tuned, r->served.count);
    }
}

static void print_calibration(const prt_calibration *c) {
    printf("  %-12s  error %.4f  ", prt_score_model_name(c->model), c->error);
    for (uint32_t g = 0; g < c->group_count; g++)
        printf(" %.3f:%.3f", c->groups[g].confidence, c->groups[g].share);
    putchar('\n');
}

void prt_purchase_print(const prt_purchase_result *r) {
    printf("Protocol %s, judged on the %s part: %llu events trained, %llu judged\n\n", r->protocol,
           r->valid ? "validation" : "test", (unsigned long long)r->trained, (unsigned long long)r->judged);
    print_board(r, "People with a history", &r->warm, r->cuts.k_count);
    print_board(r, "People without one", &r->cold, 1);
    print_board(r, "Items that somebody took before", &r->warm_items, 1);
    print_board(r, "Items that nobody took before", &r->cold_items, 1);
    print_questions(r);
    printf("Confidence stated : share that was taken, in groups of equal size\n");
    for (uint32_t i = 0; i < r->calibration_count; i++)
        print_calibration(&r->calibrations[i]);
    printf("\nIntervals are of 95 %%, people drawn again.\n");
}
