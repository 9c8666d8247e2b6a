/* bench_trainers BUNDLE PATH STATE COUNT: how long a request takes natively; prints p50, p95 and p99 in milliseconds.
 * Each request is timed once, with a seed of its own; the first COUNT / 10 warm up. */
#include "small_bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int count, char **arguments) {
    long runs = count == 5 ? strtol(arguments[4], NULL, 10) : 0;
    if (runs < 100 || runs > 1000000) {
        fputs("usage: bench_trainers BUNDLE PATH STATE COUNT, with a COUNT from 100 to 1000000\n", stderr);
        return 2;
    }
    pr_test_bundle bundle;
    pr_engine *engine;
    pr_error error = {0};
    pr_test_bundle_read(arguments[1], &bundle);
    if (pr_test_bundle_open(&bundle, NULL, &engine, &error) != PR_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    double *times = malloc((size_t)runs * sizeof *times);
    for (long i = -runs / 10; times && i < runs; i++) {
        pr_request request = pr_test_request("GET", arguments[2], NULL, arguments[3]);
        pr_response response;
        request.now = 1742000000;
        request.seed = (uint64_t)(i + runs);
        double start = now_ms();
        pr_status status = pr_engine_call(engine, &request, &response, &error);
        if (i >= 0)
            times[i] = now_ms() - start;
        if (status != PR_OK || response.status != 200) {
            fprintf(stderr, "%s: not answered\n", arguments[2]);
            return 1;
        }
    }
    if (!times)
        return 1;
    qsort(times, (size_t)runs, sizeof *times, by_value);
    printf("%.4f %.4f %.4f\n", times[runs / 2], times[runs * 95 / 100], times[runs * 99 / 100]);
    free(times);
    pr_engine_close(engine);
    pr_test_bundle_free(&bundle);
    return 0;
}
