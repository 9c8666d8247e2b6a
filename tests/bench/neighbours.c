/* Item-item models, timed:   bench_neighbours FILE ITEMS REPEATS OUT KIND [NAME=NUMBER …]
 * Line u of FILE has the numbers (below ITEMS) of the items that user u took, rising, with blanks between them, each
 * with a weight if need be ("7:0.5"). KIND is cosine, spending, tfidf, bm25, rp3beta, ease or slim, the names are
 * threads and those of prt_neighbours_options. Prints JSON: seconds of the fit, the least of the repeats, and the most
 * memory held. OUT gets the rows, a line an item: "neighbour:weight" by falling weight; with OUT "-" nothing is
 * written. */
#include "neighbours.h"
#include "timing.h"

static const char *const kinds[] = {"cosine", "spending", "tfidf", "bm25", "rp3beta", "ease", "slim"};

static prt_neighbours_kind read_kind(const char *word) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(word, kinds[i]) == 0)
            return (prt_neighbours_kind)i;
    }
    stop("there is no such kind; neighbours.h lists them");
    return PRT_NEIGHBOURS_COSINE;
}

static void read_option(prt_neighbours_options *o, const char *name, double value, int *threads) {
    if (strcmp(name, "threads") == 0)
        *threads = (int)value;
    else if (strcmp(name, "top") == 0)
        o->top = (uint32_t)value;
    else if (strcmp(name, "shrinkage") == 0)
        o->shrinkage = value;
    else if (strcmp(name, "k1") == 0)
        o->k1 = value;
    else if (strcmp(name, "b") == 0)
        o->b = value;
    else if (strcmp(name, "alpha") == 0)
        o->alpha = value;
    else if (strcmp(name, "beta") == 0)
        o->beta = value;
    else if (strcmp(name, "regularization") == 0)
        o->regularization = value;
    else if (strcmp(name, "candidates") == 0)
        o->candidates = (uint32_t)value;
    else
        stop("there is no such setting; neighbours.h lists them");
}

static void write_rows(const prt_neighbours *n, const char *path) {
    FILE *file = fopen(path, "w");
    for (uint32_t i = 0; file && i < n->items; i++) {
        for (uint64_t k = n->offsets[i]; k < n->offsets[i + (size_t)1]; k++)
            fprintf(file, "%s%u:%.9g", k > n->offsets[i] ? " " : "", n->neighbour[k], (double)n->weight[k]);
        fputc('\n', file);
    }
    if (!file || fclose(file) != 0)
        stop("the rows cannot be written");
}

int main(int argc, char **argv) {
    pr_error error = {0};
    int threads = 2;
    if (argc < 6)
        stop("usage: bench_neighbours FILE ITEMS REPEATS OUT KIND [NAME=NUMBER ...]");
    prt_neighbours_options options = prt_neighbours_defaults();
    options.kind = read_kind(argv[5]);
    for (int i = 6; i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (!equals)
            stop("settings are NAME=NUMBER");
        *equals = 0;
        read_option(&options, argv[i], strtod(equals + 1, NULL), &threads);
    }
    prt_interactions train = read_interactions(argv[1], (uint32_t)strtoul(argv[2], NULL, 10));
    double before = peak_mib(), fit = 1e9, cpu = 1e9;
    for (int repeat = atoi(argv[3]); repeat-- > 0;) {
        prt_neighbours rows;
        double start = seconds(), busy = cpu_seconds();
        if (prt_neighbours_make(&train, &options, threads, &rows, &error) != PR_OK)
            stop(error.message);
        double end = seconds(), done = cpu_seconds();
        fit = end - start < fit ? end - start : fit;
        cpu = done - busy < cpu ? done - busy : cpu;
        if (repeat == 0 && strcmp(argv[4], "-") != 0)
            write_rows(&rows, argv[4]);
        prt_neighbours_free(&rows);
    }
    printf("{\"fit\": %.6f, \"cpu\": %.6f, \"before\": %.1f, \"peak\": %.1f}\n", fit, cpu, before, peak_mib());
    free_interactions(&train);
    return 0;
}
