/* Alternating least squares, timed:   bench_als FILE ITEMS REPEATS OUT [NAME=NUMBER …]
 * Line u of FILE has the numbers (below ITEMS) of the items that user u took, rising, with blanks between them. The
 * names are threads and those of prt_als_options; kernels=1, 2 … takes the second, third … fastest kernels. Prints
 * JSON: seconds of the fit, the least of the repeats, and the most memory held. OUT.items and OUT.users get the vectors
 * as floats; with OUT "-" nothing is written. */
#include "als.h"
#include "timing.h"

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

int main(int argc, char **argv) {
    pr_error error = {.message = "usage: bench_als FILE ITEMS REPEATS OUT [NAME=NUMBER ...]"};
    int threads = 2;
    if (argc < 5)
        stop(error.message);
    prt_als_options options = read_options(argc - 5, argv + 5, &threads);
    prt_interactions train = read_interactions(argv[1], (uint32_t)strtoul(argv[2], NULL, 10));
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
    free_interactions(&train);
    return 0;
}
