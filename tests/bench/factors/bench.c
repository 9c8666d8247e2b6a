/* The bench of factor models: a WebAssembly module whose functions measure.mjs times one by one, beside the anchors'
 * kernel in a module of its own; natively a program, linked with that kernel where it is at hand (-DREFERENCE). Not
 * part of the product. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "made.h"

#ifdef __EMSCRIPTEN__
#define EXPORTED __attribute__((used, visibility("default")))
#else
#define EXPORTED
#endif

enum { ROWS = 100000, MOST_KEPT = 2000, MASKS = 5 };

const uint64_t *bench_checksum(uint32_t part);
void bench_make(uint32_t dims);
const void *bench_values(void);
int32_t bench_top(uint32_t mask, uint32_t kept);
int32_t bench_scores(void);
int32_t bench_select(uint32_t mask, uint32_t kept);
void bench_fold_make(uint32_t dims, uint32_t count, double nu);
int32_t bench_fold(void);
int32_t bench_effects(uint32_t item);
int32_t bench_without(uint32_t event);

/* Percent of the rows that are allowed; 100 stands for no mask. */
static const uint32_t percents[MASKS] = {100, 99, 50, 10, 1};

static pr_arena rows_arena, fold_arena, scratch;
static pr_made made;
static uint64_t *masks[MASKS];
static float *scores;
static pr__best_row found[MOST_KEPT];

EXPORTED const uint64_t *bench_checksum(uint32_t part) {
    static uint64_t checksum;
    checksum = pr_made_checksum(part);
    return &checksum;
}

EXPORTED void bench_make(uint32_t dims) {
    pr_arena_reset(&rows_arena);
    pr_made_factors(ROWS, dims, 1, &rows_arena, &made);
    for (uint32_t m = 1; m < MASKS; m++)
        masks[m] = pr_made_allowed(ROWS, percents[m], m, &rows_arena);
    scores = pr_arena_array(&rows_arena, ROWS, sizeof *scores);
    pr__factors_scores(&made.rows, &made.query, scores);
}

EXPORTED const void *bench_values(void) {
    return made.rows.values;
}

EXPORTED int32_t bench_top(uint32_t mask, uint32_t kept) {
    pr__best best;
    pr_arena_reset(&scratch);
    if (!pr__best_start(&best, kept, &scratch))
        return -1;
    pr__factors_top(&made.rows, &made.query, masks[mask], &best);
    return (int32_t)pr__best_finish(&best, found);
}

EXPORTED int32_t bench_scores(void) {
    pr__factors_scores(&made.rows, &made.query, scores);
    return 0;
}

EXPORTED int32_t bench_select(uint32_t mask, uint32_t kept) {
    pr__best best;
    pr_arena_reset(&scratch);
    if (!pr__best_start(&best, kept, &scratch))
        return -1;
    pr__best_offer(&best, scores, 0, ROWS, masks[mask]);
    return (int32_t)pr__best_finish(&best, found);
}

static pr_made_history history;
static pr__fold_in fold;
static pr__fold_base base;
static pr__fold_change change;
static double effects[500], weights[500], vector[PR_MAX_FACTORS];

EXPORTED void bench_fold_make(uint32_t dims, uint32_t count, double nu) {
    pr_arena_reset(&fold_arena);
    pr_made_fold(dims, count, nu, 1, &fold_arena, &history);
    pr__fold_in_room(&history.model, count, &fold_arena, &fold, NULL);
    pr__fold_in_solve(&fold, history.events, count);
    pr__fold_base_make(&fold, &fold_arena, &base, NULL);
    pr__fold_change_room(&base, &fold_arena, &change, NULL);
}

EXPORTED int32_t bench_fold(void) {
    return pr__fold_in_solve(&fold, history.events, history.count) ? 1 : -1;
}

EXPORTED int32_t bench_effects(uint32_t item) {
    pr__fold_in_inverse(&fold, &history.events[item], vector);
    for (uint32_t e = 0; e < history.count; e++)
        effects[e] = history.events[e].weight * pr__fold_in_event_product(&fold, e, vector);
    return 1;
}

EXPORTED int32_t bench_without(uint32_t event) {
    for (uint32_t e = 0; e < history.count; e++)
        weights[e] = e == event ? 0 : history.events[e].weight * 1.01;
    pr__fold_change_make(&change, event, weights);
    return change.bound < HUGE_VAL ? 1 : -1;
}

#ifndef __EMSCRIPTEN__
#ifdef REFERENCE
void top_i8(const int8_t *x, int n, const int8_t *q, int k, int32_t *id, int32_t *sc);

static int32_t reference(uint32_t mask, uint32_t kept) {
    static int8_t query[64];
    static int32_t rows[10], dots[10];
    (void)mask;
    memcpy(query, made.rows.values, sizeof query);
    top_i8(made.rows.values, ROWS, query, (int)kept, rows, dots);
    return rows[0];
}
#endif

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

enum { WARM = 20, RUNS = 201 };
#define TIME(name, call)                                                                                               \
    do {                                                                                                               \
        for (int run = -WARM; run < RUNS; run++) {                                                                     \
            const double begin = now_ms();                                                                             \
            if ((call) < 0)                                                                                            \
                return 1;                                                                                              \
            if (run >= 0)                                                                                              \
                times[run] = now_ms() - begin;                                                                         \
        }                                                                                                              \
        qsort(times, RUNS, sizeof *times, by_value);                                                                   \
        printf("%s\"%s\":{\"p50\":%.4f,\"p95\":%.4f}", comma, name, times[RUNS / 2], times[RUNS * 95 / 100]);          \
        comma = ",";                                                                                                   \
    } while (0)

static int measure(void) {
    static double times[RUNS];
    const char *comma = "{";
    bench_make(64);
#ifdef REFERENCE
    TIME("reference", reference(0, 10));
#endif
    for (uint32_t m = 0; m < MASKS; m++) {
        char name[32];
        snprintf(name, sizeof name, "top10 %u", (unsigned)percents[m]);
        TIME(name, bench_top(m, 10));
    }
    TIME("top200 100", bench_top(0, 200));
    TIME("scores", bench_scores());
    TIME("select200 100", bench_select(0, 200));
    TIME("select2000 100", bench_select(0, 2000));
    bench_fold_make(64, 50, 1);
    TIME("fold 64 50", bench_fold());
    TIME("effects 64 50", bench_effects(3));
    TIME("without 64 50", bench_without(7));
    bench_fold_make(64, 500, 1);
    TIME("fold 64 500", bench_fold());
    bench_fold_make(256, 50, 1);
    TIME("fold 256 50", bench_fold());
    puts("}");
    return 0;
}

/* `checksums` prints a line for each part; no argument: measures, and prints one line of JSON. */
int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "checksums") == 0) {
        for (uint32_t part = 0; part < MADE_PARTS; part++)
            printf("%s %016llx\n", pr_made_parts[part], (unsigned long long)*bench_checksum(part));
        return 0;
    }
    if (count != 1) {
        fputs("usage: bench_factors [checksums]\n", stderr);
        return 2;
    }
    return measure();
}
#endif
