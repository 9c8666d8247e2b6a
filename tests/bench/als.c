/* Alternating least squares, timed:   bench_als FILE ITEMS REPEATS OUT [NAME=NUMBER …]
 * Line u of FILE has the numbers (below ITEMS) of the items that user u took, rising, with blanks between them. The
 * names are threads and those of prt_als_options; kernels=1, 2 … takes the second, third … fastest kernels. Prints
 * JSON: seconds of the fit, the least of the repeats, and the most memory held. OUT.items and OUT.users get the vectors
 * as floats; with OUT "-" nothing is written. */
#include "als.h"
#include "readfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void stop(const char *message) {
    fprintf(stderr, "bench_als: %s\n", message);
    exit(1);
}

static double read_clock(clockid_t which) {
    struct timespec now;
    clock_gettime(which, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double seconds(void) {
    return read_clock(CLOCK_MONOTONIC);
}

/* Of all threads; what other programs do at the same time matters little to it. */
static double cpu_seconds(void) {
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

/* The numbers of the text, line by line. */
static prt_interactions read_interactions(const char *text, size_t size, uint32_t items) {
    uint64_t lines = 0, numbers = 0;
    for (size_t i = 0; i < size; i++) {
        lines += text[i] == '\n';
        numbers += text[i] == '\n' || text[i] == ' ';
    }
    prt_interactions train = {.users = (uint32_t)lines, .items = items};
    train.offsets = calloc(lines + 1, sizeof *train.offsets);
    train.item = malloc((numbers + 1) * sizeof *train.item);
    train.weight = malloc((numbers + 1) * sizeof *train.weight);
    if (!train.offsets || !train.item || !train.weight)
        stop("out of memory");
    uint64_t end = 0, user = 0;
    for (const char *at = text; *at;) {
        if (*at >= '0' && *at <= '9') {
            train.item[end] = (uint32_t)strtoul(at, (char **)&at, 10);
            train.weight[end++] = *at == ':' ? strtof(at + 1, (char **)&at) : 1;
        } else if (*at++ == '\n') {
            train.offsets[++user] = end;
        }
    }
    return train;
}

static prt_als_options read_options(int count, char **words, int *threads) {
    prt_als_options o = prt_als_defaults();
    for (int i = 0; i < count; i++) {
        char *equals = strchr(words[i], '=');
        if (!equals)
            stop("settings are NAME=NUMBER");
        double value = strtod(equals + 1, NULL);
        *equals = 0;
        const char *name = words[i];
        if (strcmp(name, "threads") == 0)
            *threads = (int)value;
        else if (strcmp(name, "factors") == 0)
            o.factors = (uint32_t)value;
        else if (strcmp(name, "iterations") == 0)
            o.iterations = (uint32_t)value;
        else if (strcmp(name, "unobserved") == 0)
            o.unobserved = value;
        else if (strcmp(name, "regularization") == 0)
            o.regularization = value;
        else if (strcmp(name, "exponent") == 0)
            o.exponent = value;
        else if (strcmp(name, "init") == 0)
            o.init = value;
        else if (strcmp(name, "seed") == 0)
            o.seed = (uint64_t)value;
        else if (strcmp(name, "solver") == 0)
            o.solver = (prt_als_solver)value;
        else if (strcmp(name, "block") == 0)
            o.block = (uint32_t)value;
        else if (strcmp(name, "steps") == 0)
            o.steps = (uint32_t)value;
        else
            stop("there is no such setting; als.h lists them");
    }
    return o;
}

static void write_factors(const prt_factors *factors, const char *path, const char *side) {
    char name[4096];
    snprintf(name, sizeof name, "%s.%s", path, side);
    FILE *file = fopen(name, "wb");
    size_t count = factors->rows * (size_t)factors->factors;
    if (!file || fwrite(factors->values, sizeof *factors->values, count, file) != count || fclose(file) != 0)
        stop("the vectors cannot be written");
}

/* The most memory this process held; getrusage would also count the process that started it. */
static double peak_mib(void) {
    char line[256];
    double kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtod(line + 6, NULL);
    }
    if (file)
        fclose(file);
    return kib / 1024;
}

int main(int argc, char **argv) {
    pr_error error = {.message = "usage: bench_als FILE ITEMS REPEATS OUT [NAME=NUMBER ...]"};
    char *text;
    size_t size = 0;
    int threads = 2;
    if (argc < 5 || prt_file_read(argv[1], (size_t)1 << 31, &text, &size, &error) != PR_OK)
        stop(error.message);
    prt_als_options options = read_options(argc - 5, argv + 5, &threads);
    prt_interactions train = read_interactions(text, size, (uint32_t)strtoul(argv[2], NULL, 10));
    free(text);
    double before = peak_mib(), fit = 1e9, cpu = 1e9;
    for (int repeat = atoi(argv[3]); repeat-- > 0;) {
        prt_factors items, users;
        double start = seconds(), busy = cpu_seconds();
        if (prt_als_fit(&train, &options, threads, &items, &users, &error) != PR_OK)
            stop(error.message);
        double end = seconds(), done = cpu_seconds();
        fit = end - start < fit ? end - start : fit;
        cpu = done - busy < cpu ? done - busy : cpu;
        if (repeat == 0 && strcmp(argv[4], "-") != 0) {
            write_factors(&items, argv[4], "items");
            write_factors(&users, argv[4], "users");
        }
        prt_factors_free(&items);
        prt_factors_free(&users);
    }
    printf("{\"fit\": %.6f, \"cpu\": %.6f, \"before\": %.1f, \"peak\": %.1f}\n", fit, cpu, before, peak_mib());
    free(train.offsets);
    free(train.item);
    free(train.weight);
    return 0;
}
