/* Metrics of rankings and their bootstrap over users. */
#include "ranking_metrics.h"
#include "fail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const prt_ranking_metric_names[PRT_RANKING_METRICS] = {"ndcg@5", "p@5", "map", "mrr", "auc"};

/* All rows of one week, by rising score. */
typedef struct prt_auc_week {
    uint32_t rows;
    uint32_t *user;
    uint8_t *label;
    uint32_t *tie; /* number of the run of equal scores that the row belongs to */
} prt_auc_week;

/* ---- one list ---- */

void prt_list_metrics(const float *labels, uint32_t count, uint32_t relevant, double values[PRT_RANKING_METRICS]) {
    double gain = 0, ideal = 0, hits = 0, hits_at_k = 0, precision_sum = 0, first = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (labels[i] <= 0)
            continue;
        hits++;
        precision_sum += hits / (i + 1.0);
        if (first == 0)
            first = i + 1.0;
        if (i < PRT_RANKING_K) {
            hits_at_k++;
            gain += 1 / log2(i + 2.0);
        }
    }
    for (uint32_t i = 0; i < relevant && i < PRT_RANKING_K; i++)
        ideal += 1 / log2(i + 2.0);
    values[0] = ideal > 0 ? gain / ideal : 0;
    values[1] = hits_at_k / PRT_RANKING_K;
    values[2] = relevant ? precision_sum / relevant : 0;
    values[3] = first > 0 ? 1 / first : 0;
    values[PRT_RANKING_AUC] = 0;
}

/* ---- many lists ---- */

bool prt_tally_make(uint32_t users, prt_ranking_tally *out) {
    *out = (prt_ranking_tally){.users = users};
    out->sums = calloc(users + (size_t)1, sizeof *out->sums);
    out->groups = calloc(users + (size_t)1, sizeof *out->groups);
    if (out->sums && out->groups)
        return true;
    prt_tally_free_ranking(out);
    return false;
}

void prt_tally_free_ranking(prt_ranking_tally *tally) {
    for (uint32_t w = 0; w < tally->week_count; w++) {
        free(tally->weeks[w].user);
        free(tally->weeks[w].label);
        free(tally->weeks[w].tie);
    }
    free(tally->weeks);
    free(tally->sums);
    free(tally->groups);
    memset(tally, 0, sizeof *tally);
}

void prt_tally_list(prt_ranking_tally *tally, uint32_t user, const float *labels, uint32_t count, uint32_t relevant) {
    double values[PRT_RANKING_METRICS];
    if (!relevant)
        return;
    prt_list_metrics(labels, count, relevant, values);
    for (int m = 0; m < PRT_RANKING_METRICS; m++)
        tally->sums[user][m] += values[m];
    tally->groups[user]++;
}

typedef struct scored {
    double score;
    float label;
    uint32_t item, user;
} scored;

/* Falling score, ties by item. */
static int best_first(const void *a, const void *b) {
    const scored *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static int by_score(const void *a, const void *b) {
    double x = ((const scored *)a)->score, y = ((const scored *)b)->score;
    return x < y ? -1 : x > y;
}

/* Order a group and add its list; `labels` has room for it. */
static void add_group(prt_ranking_tally *tally, scored *rows, uint32_t count, float *labels) {
    uint32_t relevant = 0;
    qsort(rows, count, sizeof *rows, best_first);
    for (uint32_t i = 0; i < count; i++) {
        labels[i] = rows[i].label;
        relevant += rows[i].label > 0;
    }
    prt_tally_list(tally, rows[0].user, labels, count, relevant);
}

static bool keep_week(prt_ranking_tally *tally, scored *rows, uint32_t count) {
    prt_auc_week *weeks = realloc(tally->weeks, (tally->week_count + (size_t)1) * sizeof *weeks);
    if (!weeks)
        return false;
    tally->weeks = weeks;
    prt_auc_week *week = &weeks[tally->week_count++];
    *week = (prt_auc_week){.rows = count,
                           .user = malloc((count + (size_t)1) * sizeof *week->user),
                           .label = malloc(count + (size_t)1),
                           .tie = malloc((count + (size_t)1) * sizeof *week->tie)};
    if (!week->user || !week->label || !week->tie)
        return false;
    qsort(rows, count, sizeof *rows, by_score);
    for (uint32_t i = 0; i < count; i++) {
        week->user[i] = rows[i].user;
        week->label[i] = rows[i].label > 0;
        week->tie[i] = i == 0 ? 0 : week->tie[i - 1] + (rows[i].score != rows[i - 1].score);
    }
    return true;
}

bool prt_tally_matrix(prt_ranking_tally *tally, const prt_matrix *matrix, const double *scores) {
    scored *rows = malloc((matrix->rows + (size_t)1) * sizeof *rows);
    float *labels = malloc((matrix->rows + (size_t)1) * sizeof *labels);
    bool done = rows && labels;
    for (uint32_t i = 0; done && i < matrix->rows; i++)
        rows[i] = (scored){scores[i], matrix->labels[i], matrix->item[i], matrix->user[i]};
    for (uint32_t g = 0; done && g < matrix->group_count; g++) {
        uint32_t first = matrix->group_starts[g];
        add_group(tally, rows + first, matrix->group_starts[g + 1] - first, labels);
    }
    done = done && keep_week(tally, rows, matrix->rows);
    free(rows);
    free(labels);
    return done;
}

/* ---- intervals ---- */

/* Area under the ROC curve when user u counts weight[u] times: positives of a run of equal scores win against the
 * negatives before it, and half against those in it. NaN when one label is missing. */
static double weighted_auc(const prt_auc_week *week, const uint32_t *weight) {
    double below = 0, wins = 0, positives = 0;
    for (uint32_t i = 0; i < week->rows;) {
        double run_positive = 0, run_negative = 0;
        uint32_t tie = week->tie[i];
        for (; i < week->rows && week->tie[i] == tie; i++)
            *(week->label[i] ? &run_positive : &run_negative) += weight[week->user[i]];
        wins += run_positive * (below + run_negative / 2);
        below += run_negative;
        positives += run_positive;
    }
    return positives > 0 && below > 0 ? wins / (positives * below) : NAN;
}

/* The figures when user u counts weight[u] times. */
static void weighted_means(const prt_ranking_tally *tally, const uint32_t *weight, double out[PRT_RANKING_METRICS]) {
    double groups = 0, weeks = 0, auc = 0;
    memset(out, 0, PRT_RANKING_METRICS * sizeof *out);
    for (uint32_t u = 0; u < tally->users; u++) {
        if (!weight[u] || !tally->groups[u])
            continue;
        groups += (double)weight[u] * tally->groups[u];
        for (int m = 0; m < PRT_RANKING_AUC; m++)
            out[m] += weight[u] * tally->sums[u][m];
    }
    for (int m = 0; m < PRT_RANKING_AUC; m++)
        out[m] = groups > 0 ? out[m] / groups : NAN;
    for (uint32_t w = 0; w < tally->week_count; w++) {
        double of_week = weighted_auc(&tally->weeks[w], weight);
        if (isnan(of_week))
            continue;
        auc += of_week;
        weeks++;
    }
    out[PRT_RANKING_AUC] = weeks > 0 ? auc / weeks : NAN;
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The users that can be drawn: those with a group or a row. */
static uint32_t list_users(const prt_ranking_tally *tally, uint32_t *weight, uint32_t *users) {
    uint32_t count = 0;
    memset(weight, 0, (tally->users + (size_t)1) * sizeof *weight);
    for (uint32_t u = 0; u < tally->users; u++)
        weight[u] = tally->groups[u] > 0;
    for (uint32_t w = 0; w < tally->week_count; w++) {
        for (uint32_t i = 0; i < tally->weeks[w].rows; i++)
            weight[tally->weeks[w].user[i]] = 1;
    }
    for (uint32_t u = 0; u < tally->users; u++) {
        if (weight[u])
            users[count++] = u;
    }
    return count;
}

/* Resamples without a figure (nobody in them chose anything) are left out: NaN has no place in an order. */
static void read_percentiles(double *samples, uint32_t count, prt_interval *out) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!isnan(samples[i]))
            samples[kept++] = samples[i];
    }
    if (!kept)
        return;
    qsort(samples, kept, sizeof *samples, rising);
    out->low = samples[(uint32_t)(0.025 * kept)];
    out->high = samples[kept - 1 - (uint32_t)(0.025 * kept)];
}

pr_status prt_tally_intervals(const prt_ranking_tally *tally, uint64_t seed, uint32_t resamples,
                              prt_interval out[PRT_RANKING_METRICS], pr_error *error) {
    uint32_t *weight = malloc((tally->users + (size_t)1) * sizeof *weight),
             *users = malloc((tally->users + (size_t)1) * sizeof *users);
    double *samples = malloc(((size_t)resamples * PRT_RANKING_METRICS + 1) * sizeof *samples);
    double means[PRT_RANKING_METRICS];
    if (!weight || !users || !samples) {
        free(weight);
        free(users);
        free(samples);
        return prt_fail_memory(error, "evaluating");
    }
    uint32_t count = list_users(tally, weight, users);
    weighted_means(tally, weight, means);
    for (int m = 0; m < PRT_RANKING_METRICS; m++)
        out[m] = (prt_interval){means[m], means[m], means[m]};
    for (uint32_t r = 0; r < resamples && count; r++) {
        memset(weight, 0, (tally->users + (size_t)1) * sizeof *weight);
        for (uint32_t i = 0; i < count; i++)
            weight[users[(uint32_t)(pr_uniform(seed, (uint64_t)r * count + i) * count)]]++;
        weighted_means(tally, weight, means);
        for (int m = 0; m < PRT_RANKING_METRICS; m++)
            samples[(size_t)m * resamples + r] = means[m];
    }
    for (int m = 0; m < PRT_RANKING_METRICS && resamples && count; m++) {
        if (!isnan(out[m].mean))
            read_percentiles(samples + (size_t)m * resamples, resamples, &out[m]);
    }
    free(weight);
    free(users);
    free(samples);
    return PR_OK;
}
