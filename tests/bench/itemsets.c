/* Frequent itemsets of a basket file, timed:   bench_itemsets FILE MIN_SUPPORT_COUNT MAX_SIZE REPEATS [OUT]
 * A line is a basket of item numbers with blanks between them. Prints JSON: seconds to lay the baskets out and to mine
 * them, the least of the repeats, the sets and the most memory held. OUT gets a line for each set: its support and its
 * items. */
#include "itemsets.h"
#include "readfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void stop(const pr_error *error) {
    fprintf(stderr, "bench_itemsets: %s\n", error->message);
    exit(1);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The numbers of the text, basket by basket; `items` and `ends` have room for as many as it has bytes. */
static uint32_t read_baskets(const char *text, uint32_t *items, uint64_t *ends) {
    uint32_t count = 0;
    uint64_t end = 0;
    for (const char *at = text; *at;) {
        if (*at >= '0' && *at <= '9')
            items[end++] = (uint32_t)strtoul(at, (char **)&at, 10);
        else if (*at++ == '\n')
            ends[count++] = end;
    }
    return count;
}

/* What a caller has to do with items and ends before mining: offsets, and the number of items. */
static prt_baskets lay_out(const uint32_t *items, const uint64_t *ends, uint32_t count) {
    uint64_t *offsets = calloc(count + (size_t)1, sizeof *offsets), total = count ? ends[count - 1] : 0;
    uint32_t *copy = malloc((total + 1) * sizeof *copy), most = 0;
    pr_error error = {.message = "out of memory"};
    if (!offsets || !copy)
        stop(&error);
    for (uint32_t b = 0; b < count; b++)
        offsets[b + 1] = ends[b];
    for (uint64_t k = 0; k < total; k++) {
        copy[k] = items[k];
        most = items[k] > most ? items[k] : most;
    }
    return (prt_baskets){count, most + 1, offsets, copy};
}

static void write_sets(const prt_itemsets *sets, const char *path) {
    FILE *file = fopen(path, "w");
    pr_error error = {.message = "the sets cannot be written"};
    if (!file)
        stop(&error);
    for (uint32_t s = 0; s < sets->count; s++) {
        fprintf(file, "%u", sets->supports[s]);
        for (uint64_t k = sets->offsets[s]; k < sets->offsets[s + 1]; k++)
            fprintf(file, " %u", sets->items[k]);
        fputc('\n', file);
    }
    if (fclose(file) != 0)
        stop(&error);
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
    pr_error error = {.message = "usage: bench_itemsets FILE MIN_SUPPORT_COUNT MAX_SIZE REPEATS [OUT]"};
    char *text;
    size_t size = 0;
    if (argc < 5 || prt_file_read(argv[1], (size_t)1 << 30, &text, &size, &error) != PR_OK)
        stop(&error);
    uint32_t *items = malloc((size + 1) * sizeof *items);
    uint64_t *ends = malloc((size + 1) * sizeof *ends);
    error.message[0] = 0;
    if (!items || !ends)
        stop(&error);
    uint32_t count = read_baskets(text, items, ends), found = 0;
    double before = peak_mib(), prepare = 1e9, mine = 1e9;
    for (int repeat = atoi(argv[4]); repeat-- > 0;) {
        prt_itemsets sets;
        double start = seconds();
        prt_baskets baskets = lay_out(items, ends, count);
        double middle = seconds();
        if (prt_itemsets_mine(&baskets, (uint32_t)atoi(argv[2]), (uint32_t)atoi(argv[3]), &sets, &error) != PR_OK)
            stop(&error);
        double end = seconds();
        prepare = middle - start < prepare ? middle - start : prepare;
        mine = end - middle < mine ? end - middle : mine;
        found = sets.count;
        if (repeat == 0 && argc > 5)
            write_sets(&sets, argv[5]);
        prt_itemsets_free(&sets);
        free((void *)baskets.offsets);
        free((void *)baskets.items);
    }
    printf("{\"sets\": %u, \"prepare\": %.6f, \"mine\": %.6f, \"before\": %.1f, \"peak\": %.1f}\n", found, prepare,
           mine, before, peak_mib());
    free(text);
    free(items);
    free(ends);
    return 0;
}
