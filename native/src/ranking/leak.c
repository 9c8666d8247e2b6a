/* Looking for features that know the future. */
#include "leak.h"
#include "fail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_PAIRS = 20000, /* rows that are made twice */
    LEAST_USERS = 30,   /* for a feature to be judged alone */
    LEAST_ITEMS = 10    /* for a column to be judged */
};
static const double TOO_GOOD = 0.99;  /* mean AUC within users */
static const double TOO_CLOSE = 0.98; /* correlation with the future */
static const double CLEARLY = 0.02;   /* above the correlation with the past */

/* ---- 1. rows of the week and later are changed ---- */

static uint64_t noise(uint64_t row, uint64_t salt) {
    return pr_mix64(row * 4 + salt);
}

/* A copy of the log whose rows of `week` and later say something else. */
static bool change_future(const prt_weekly *log, int32_t week, prt_weekly *out) {
    size_t n = (size_t)log->count + 1;
    *out = *log;
    out->impressions = malloc(n * sizeof *out->impressions);
    out->clicks = malloc(n * sizeof *out->clicks);
    out->views = malloc(n * sizeof *out->views);
    out->likes = malloc(n * sizeof *out->likes);
    out->watch = malloc(n * sizeof *out->watch);
    if (!out->impressions || !out->clicks || !out->views || !out->likes || !out->watch)
        return false;
    for (uint64_t i = 0; i < log->count; i++) {
        bool future = log->week[i] >= week;
        out->impressions[i] = log->impressions[i] + (future ? 1 + (uint32_t)(noise(i, 0) % 7) : 0);
        out->clicks[i] = future ? (uint32_t)(noise(i, 1) % (out->impressions[i] + 1)) : log->clicks[i];
        out->views[i] = future ? (uint32_t)(noise(i, 2) % (out->clicks[i] + 1)) : log->views[i];
        out->likes[i] = future ? (uint32_t)(noise(i, 3) % (out->views[i] + 1)) : log->likes[i];
        out->watch[i] = future ? out->views[i] * (noise(i, 4) % 1001) : log->watch[i];
    }
    return true;
}

static void free_changed(prt_weekly *log) {
    free(log->impressions);
    free(log->clicks);
    free(log->views);
    free(log->likes);
    free(log->watch);
}

/* Make the row of every pair (or of an even sample) from both logs; the feature that differs, or PRT_NONE. */
static uint32_t find_moved(const prt_history *before, const prt_history *after, int32_t week, prt_row_maker make,
                           float *a, float *b) {
    uint32_t step = before->pairs.count / MOST_PAIRS + 1;
    for (uint32_t u = 0; u < before->user_count; u++) {
        for (uint32_t p = before->user_pairs[u]; p < before->user_pairs[u + 1]; p++) {
            if (p % step)
                continue;
            make(before, u, before->pair_item[p], before->user_goal[u], week, a);
            make(after, u, before->pair_item[p], before->user_goal[u], week, b);
            for (uint32_t f = 0; f < before->feature_count; f++) {
                if (memcmp(&a[f], &b[f], sizeof *a) != 0)
                    return f;
            }
        }
    }
    return PRT_NONE;
}

pr_status prt_leak_check_rows(const prt_config *config, const prt_dataset *dataset, const prt_history *history,
                              int32_t week, prt_row_maker make, pr_error *error) {
    prt_dataset changed = *dataset;
    prt_history after = {0};
    float *rows = malloc((2 * (size_t)history->feature_count + 1) * sizeof *rows);
    pr_status status = PR_OK;
    if (!rows || !change_future(&dataset->weekly, week, &changed.weekly))
        status = prt_fail_memory(error, "looking for leaks");
    if (status == PR_OK)
        status = prt_history_make(config, &changed, 1, &after, error);
    uint32_t moved =
        status == PR_OK ? find_moved(history, &after, week, make, rows, rows + history->feature_count) : PRT_NONE;
    if (moved != PRT_NONE)
        status = prt_fail(error, PR_E_REFUSED,
                          "%s: the feature \"%s\" for week %d changes with rows of week %d and later: it looks into "
                          "the future, so nothing learned from it would hold; report this as a fault",
                          config->path, history->names[moved], week, week);
    prt_history_free(&after);
    if (changed.weekly.impressions != dataset->weekly.impressions)
        free_changed(&changed.weekly);
    free(rows);
    return status;
}

/* ---- 2. columns that follow the future ---- */

/* Signals of an item over some weeks: clicks, likes, views, clicks of impressions. */
enum { SIGNALS = 4 };

static void signals_of(const prt_history *h, uint32_t item, int32_t from, int32_t to, double out[SIGNALS]) {
    double impressions = 0;
    memset(out, 0, SIGNALS * sizeof *out);
    for (uint64_t i = h->items.starts[item]; i < h->items.starts[item + 1]; i++) {
        const pr_week *w = &h->items.weeks[i];
        if (w->week < from || w->week >= to)
            continue;
        out[0] += w->clicks;
        out[1] += w->likes;
        out[2] += w->views;
        impressions += w->impressions;
    }
    out[3] = impressions > 0 ? out[0] / impressions : 0;
}

/* Pearson's correlation over the items whose value is there; 0 when either does not vary. */
static double correlation(const double *x, const double *y, uint32_t stride, uint32_t count) {
    double n = 0, mx = 0, my = 0, sxx = 0, syy = 0, sxy = 0;
    for (uint32_t i = 0; i < count; i++) {
        double a = x[i], b = y[(size_t)i * stride];
        if (isnan(a))
            continue;
        n++;
        double da = a - mx, db = b - my;
        mx += da / n;
        my += db / n;
        sxx += da * (a - mx);
        syy += db * (b - my);
        sxy += da * (b - my);
    }
    return n >= LEAST_ITEMS && sxx > 0 && syy > 0 ? sxy / sqrt(sxx * syy) : 0;
}

/* The strongest correlation of a column with any signal. */
static double strongest(const double *column, const double *signals, uint32_t items) {
    double most = 0;
    for (int s = 0; s < SIGNALS; s++)
        most = fmax(most, fabs(correlation(column, signals + s, SIGNALS, items)));
    return most;
}

/* How close the column comes to the future: the week itself, and all weeks from it on. */
static double future_of(const prt_history *h, const double *column, int32_t week, double *signals) {
    double most = 0;
    for (int32_t to = week + 1;; to = INT32_MAX) {
        for (uint32_t i = 0; i < h->item_count; i++)
            signals_of(h, i, week, to, signals + (size_t)i * SIGNALS);
        most = fmax(most, strongest(column, signals, h->item_count));
        if (to == INT32_MAX)
            return most;
    }
}

static pr_status check_columns(const prt_config *config, const prt_history *h, int32_t week, pr_error *error) {
    double *column = malloc((h->item_count + (size_t)1) * sizeof *column),
           *signals = malloc(((size_t)h->item_count * SIGNALS + 1) * sizeof *signals);
    pr_status status = column && signals ? PR_OK : prt_fail_memory(error, "looking for leaks");
    for (uint32_t f = 0; status == PR_OK && f < h->feature_count; f++) {
        if (h->features[f].kind != PR_FEATURE_column)
            continue;
        for (uint32_t i = 0; i < h->item_count; i++)
            column[i] = h->columns[(size_t)i * h->column_count + h->features[f].argument];
        double future = future_of(h, column, week, signals);
        for (uint32_t i = 0; i < h->item_count; i++)
            signals_of(h, i, INT32_MIN, week, signals + (size_t)i * SIGNALS);
        double past = strongest(column, signals, h->item_count);
        if (future >= TOO_CLOSE && future > past + CLEARLY)
            status = prt_fail(error, PR_E_REFUSED,
                              "%s: the column \"%s\" of the items follows what happened in week %d and later "
                              "(correlation %.3f, before it %.3f): it was made with knowledge of the future; leave it "
                              "out of ranking.columns",
                              config->path, h->names[f], week, future, past);
    }
    free(column);
    free(signals);
    return status;
}

/* ---- 3. features that are too good alone ---- */

typedef struct valued {
    float value, label;
} valued;

static int by_value(const void *a, const void *b) {
    float x = ((const valued *)a)->value, y = ((const valued *)b)->value;
    return x < y ? -1 : x > y;
}

/* Area under the ROC curve (Mann-Whitney; ties count half) of one group; NaN when only one label occurs. */
static double auc_of(valued *rows, uint32_t count) {
    double positives = 0, ranks = 0;
    qsort(rows, count, sizeof *rows, by_value);
    for (uint32_t i = 0, end; i < count; i = end) {
        double found = 0;
        for (end = i; end < count && rows[end].value == rows[i].value; end++)
            found += rows[end].label;
        ranks += found * ((double)i + 1 + end) / 2;
        positives += found;
    }
    double negatives = count - positives;
    return positives > 0 && negatives > 0 ? (ranks - positives * (positives + 1) / 2) / (positives * negatives) : NAN;
}

/* Mean AUC within users, in whichever direction is better; 0 when too few users have both labels. */
static double alone(const prt_matrix *m, uint32_t feature, valued *rows) {
    double sum = 0, groups = 0;
    for (uint32_t g = 0; g < m->group_count; g++) {
        uint32_t first = m->group_starts[g], count = m->group_starts[g + 1] - first;
        for (uint32_t i = 0; i < count; i++) {
            float value = m->values[(size_t)(first + i) * m->columns + feature];
            rows[i] = (valued){isnan(value) ? -INFINITY : value, m->labels[first + i]};
        }
        double auc = auc_of(rows, count);
        if (isnan(auc))
            continue;
        sum += auc;
        groups++;
    }
    double mean = groups >= LEAST_USERS ? sum / groups : 0.5;
    return fmax(mean, 1 - mean);
}

static pr_status check_alone(const prt_config *config, const prt_history *h, int32_t week, pr_error *error) {
    prt_matrix m = {0};
    PRT_TRY(prt_matrix_add_week(h, config->ranking.label, week, 1, &m, error));
    valued *rows = malloc((m.rows + (size_t)1) * sizeof *rows);
    pr_status status = rows ? PR_OK : prt_fail_memory(error, "looking for leaks");
    for (uint32_t f = 0; status == PR_OK && f < m.columns; f++) {
        double auc = alone(&m, f, rows);
        if (auc >= TOO_GOOD)
            status = prt_fail(error, PR_E_REFUSED,
                              "%s: the feature \"%s\" alone tells the labels of week %d apart (AUC %.4f within users): "
                              "that is too good to be known beforehand; find out where it comes from, and leave it out",
                              config->path, h->names[f], week, auc);
    }
    free(rows);
    prt_matrix_free(&m);
    return status;
}

pr_status prt_leak_check(const prt_config *config, const prt_dataset *dataset, const prt_history *history, int32_t week,
                         pr_error *error) {
    PRT_TRY(prt_leak_check_rows(config, dataset, history, week, prt_history_row, error));
    PRT_TRY(check_columns(config, history, week, error));
    return check_alone(config, history, week, error);
}
