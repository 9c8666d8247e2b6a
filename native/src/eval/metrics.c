/* Metrics and the bootstrap. */
#include "metrics.h"
#include "fail.h"
#include "parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- means ---- */

typedef struct resampling {
    const double *values;
    uint32_t columns;
    const uint32_t *subjects;
    uint32_t count;
    uint64_t seed;
    int threads;
    double *resampled; /* [column][resample] */
    double *sums;      /* [thread][column] */
} resampling;

/* One of each `threads` resamples. */
static void resample_means(void *context, int thread) {
    const resampling *s = context;
    double *sums = s->sums + (size_t)thread * s->columns;
    for (uint32_t r = (uint32_t)thread; r < RESAMPLES; r += (uint32_t)s->threads) {
        memset(sums, 0, s->columns * sizeof *sums);
        for (uint32_t i = 0; i < s->count; i++) {
            const double *row = s->values + (size_t)draw(s->subjects, s->count, s->seed, r, i) * s->columns;
            for (uint32_t c = 0; c < s->columns; c++)
                sums[c] += row[c];
        }
        for (uint32_t c = 0; c < s->columns; c++)
            s->resampled[(size_t)c * RESAMPLES + r] = sums[c] / s->count;
    }
}

pr_status prt_bootstrap_means(const double *values, uint32_t columns, const uint32_t *subjects, uint32_t count,
                              uint64_t seed, int threads, prt_interval *out, pr_error *error) {
    resampling s = {values, columns, subjects, count, seed, threads, NULL, NULL};
    s.resampled = calloc((size_t)columns * RESAMPLES + 1, sizeof *s.resampled);
    s.sums = calloc((size_t)columns * (size_t)threads + 1, sizeof *s.sums);
    if (s.resampled && s.sums) {
        if (count)
            prt_parallel(threads, resample_means, &s);
        for (uint32_t c = 0; c < columns; c++) {
            double mean = 0;
            for (uint32_t i = 0; i < count; i++)
                mean += values[(size_t)subjects[i] * columns + c] / count;
            set_interval(s.resampled + (size_t)c * RESAMPLES, mean, &out[c]);
        }
    }
    bool done = s.resampled && s.sums;
    free(s.resampled);
    free(s.sums);
    return done ? PR_OK : prt_fail_memory(error, "evaluating");
}

pr_status prt_bootstrap_mean(const double *values, const uint32_t *subjects, uint32_t count, uint64_t seed,
                             prt_interval *out, pr_error *error) {
    return prt_bootstrap_means(values, 1, subjects, count, seed, 1, out, error);
}

/* ---- coverage ---- */

typedef struct covering {
    const prt_lists *lists;
    uint32_t k;
    const uint32_t *subjects;
    uint32_t count;
    uint64_t seed;
    int threads;
    double *resampled;
    uint32_t *marks; /* [thread][item] */
} covering;

/* Marks of resample r: an item is covered when its mark is r + 1, so nothing needs to be cleared. */
static uint32_t cover(const covering *c, uint32_t subject, uint32_t *marks, uint32_t mark) {
    const uint32_t *list = c->lists->items_of + (size_t)subject * c->lists->places;
    uint32_t fresh = 0;
    for (uint32_t place = 0; place < c->k; place++) {
        if (list[place] != UINT32_MAX && marks[list[place]] != mark) {
            marks[list[place]] = mark;
            fresh++;
        }
    }
    return fresh;
}

static void resample_coverage(void *context, int thread) {
    const covering *c = context;
    uint32_t *marks = c->marks + (size_t)thread * (c->lists->items + 1u);
    for (uint32_t r = (uint32_t)thread; r < RESAMPLES; r += (uint32_t)c->threads) {
        uint32_t found = 0;
        for (uint32_t i = 0; i < c->count; i++)
            found += cover(c, draw(c->subjects, c->count, c->seed, r, i), marks, r + 1);
        c->resampled[r] = (double)found / c->lists->items;
    }
}

/* A resample repeats subjects and so covers less, always: what is told is how far resamples scatter around their own
 * mean, laid around the estimate. */
static void set_centred(double *resampled, double coverage, prt_interval *out) {
    double mean = 0;
    for (uint32_t r = 0; r < RESAMPLES; r++)
        mean += resampled[r] / RESAMPLES;
    set_interval(resampled, coverage, out);
    out->low = fmax(0, coverage + fmin(0, out->low - mean));
    out->high = fmin(1, coverage + fmax(0, out->high - mean));
}

pr_status prt_bootstrap_coverage(const prt_lists *lists, uint32_t k, const uint32_t *subjects, uint32_t count,
                                 uint64_t seed, int threads, prt_interval *out, pr_error *error) {
    covering c = {lists, k, subjects, count, seed, threads, NULL, NULL};
    uint32_t covered = 0;
    c.resampled = calloc(RESAMPLES, sizeof *c.resampled);
    c.marks = calloc(((size_t)lists->items + 1) * (size_t)threads, sizeof *c.marks);
    bool done = c.resampled && c.marks;
    if (done) {
        for (uint32_t i = 0; i < count; i++)
            covered += cover(&c, subjects[i], c.marks, UINT32_MAX);
        prt_parallel(threads, resample_coverage, &c);
        set_centred(c.resampled, (double)covered / lists->items, out);
    }
    free(c.resampled);
    free(c.marks);
    return done ? PR_OK : prt_fail_memory(error, "evaluating");
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
