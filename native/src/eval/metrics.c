/* Metrics and the bootstrap. */
#include "metrics.h"
#include "fail.h"

#include <math.h>
#include <stdlib.h>

enum { RESAMPLES = 1000 };

double prt_ndcg(const double *gains, uint32_t count, const double *ideal, uint32_t ideal_count) {
    double sum = 0, best = 0;
    for (uint32_t i = 0; i < count && i < PRT_EVAL_K; i++)
        sum += gains[i] / log2(i + 2.0);
    for (uint32_t i = 0; i < ideal_count && i < PRT_EVAL_K; i++)
        best += ideal[i] / log2(i + 2.0);
    return best > 0 ? sum / best : 0.0;
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The 2.5 % and 97.5 % points of the resampled values. */
static void set_interval(double *resampled, double mean, prt_interval *out) {
    qsort(resampled, RESAMPLES, sizeof *resampled, rising);
    out->mean = mean;
    out->low = resampled[(RESAMPLES * 25) / 1000];
    out->high = resampled[RESAMPLES - 1 - (RESAMPLES * 25) / 1000];
}

/* The subject drawn at place i of resample r. */
static uint32_t draw(const uint32_t *subjects, uint32_t count, uint64_t seed, uint32_t r, uint32_t i) {
    uint32_t at = (uint32_t)(pr_uniform(seed, (uint64_t)r * count + i) * count);
    return subjects[at < count ? at : count - 1];
}

pr_status prt_bootstrap_mean(const double *values, const uint32_t *subjects, uint32_t count, uint64_t seed,
                             prt_interval *out, pr_error *error) {
    double *resampled = calloc(RESAMPLES, sizeof *resampled), mean = 0;
    if (!resampled)
        return prt_fail_memory(error, "evaluating");
    for (uint32_t i = 0; i < count; i++)
        mean += values[subjects[i]] / count;
    for (uint32_t r = 0; count && r < RESAMPLES; r++) {
        double sum = 0;
        for (uint32_t i = 0; i < count; i++)
            sum += values[draw(subjects, count, seed, r, i)];
        resampled[r] = sum / count;
    }
    set_interval(resampled, mean, out);
    free(resampled);
    return PR_OK;
}

/* Marks of resample r: an item is covered when its mark is r + 1, so nothing needs to be cleared. */
static uint32_t cover(const uint32_t *list, uint32_t *marks, uint32_t mark) {
    uint32_t fresh = 0;
    for (uint32_t k = 0; k < PRT_EVAL_K; k++) {
        if (list[k] != UINT32_MAX && marks[list[k]] != mark) {
            marks[list[k]] = mark;
            fresh++;
        }
    }
    return fresh;
}

pr_status prt_bootstrap_coverage(const uint32_t *lists, const uint32_t *subjects, uint32_t count, uint32_t items,
                                 uint64_t seed, prt_interval *out, pr_error *error) {
    double *resampled = calloc(RESAMPLES, sizeof *resampled);
    uint32_t *marks = calloc(items + 1u, sizeof *marks), covered = 0;
    if (!resampled || !marks) {
        free(resampled);
        free(marks);
        return prt_fail_memory(error, "evaluating");
    }
    for (uint32_t i = 0; i < count; i++)
        covered += cover(lists + (size_t)subjects[i] * PRT_EVAL_K, marks, UINT32_MAX);
    for (uint32_t r = 0; r < RESAMPLES; r++) {
        uint32_t found = 0;
        for (uint32_t i = 0; i < count; i++)
            found += cover(lists + (size_t)draw(subjects, count, seed, r, i) * PRT_EVAL_K, marks, r + 1);
        resampled[r] = (double)found / items;
    }
    double coverage = (double)covered / items;
    set_interval(resampled, coverage, out);
    /* A resample repeats subjects and so covers less, always: the interval is reflected at the estimate (basic
     * bootstrap), else it would lie below it. */
    prt_interval reflected = {coverage, 2 * coverage - out->high, 2 * coverage - out->low};
    reflected.high = reflected.high > 1 ? 1 : reflected.high;
    *out = reflected;
    free(resampled);
    free(marks);
    return PR_OK;
}

void prt_interval_write(const char *name, const prt_interval *interval, pr_writer *w) {
    pr_write_key(w, name);
    if (isnan(interval->mean)) {
        pr_write_null(w);
        return;
    }
    pr_write_object(w);
    pr_write_key(w, "mean");
    pr_write_number(w, interval->mean);
    pr_write_key(w, "low");
    pr_write_number(w, interval->low);
    pr_write_key(w, "high");
    pr_write_number(w, interval->high);
    pr_write_end_object(w);
}
