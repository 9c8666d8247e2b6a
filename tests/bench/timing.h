/* What the programs of ./dev bench share: reading what users took, clocks, memory. */
#ifndef PR_BENCH_TIMING_H
#define PR_BENCH_TIMING_H

#include "interactions.h"
#include "readfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline void stop(const char *message) {
    fprintf(stderr, "bench: %s\n", message);
    exit(1);
}

static inline double read_clock(clockid_t which) {
    struct timespec now;
    clock_gettime(which, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static inline double seconds(void) {
    return read_clock(CLOCK_MONOTONIC);
}

/* Of all threads; what other programs do at the same time matters little to it. */
static inline double cpu_seconds(void) {
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

/* The most memory this process held; getrusage would also count the process that started it. */
static inline double peak_mib(void) {
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

/* Line u has the items of user u, rising, with blanks between them: "7" or with a weight "7:0.5". */
static inline prt_interactions read_interactions(const char *path, uint32_t items) {
    pr_error error;
    char *text;
    size_t size;
    if (prt_file_read(path, (size_t)1 << 31, &text, &size, &error) != PR_OK)
        stop(error.message);
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
    free(text);
    return train;
}

static inline void free_interactions(prt_interactions *train) {
    free(train->offsets);
    free(train->item);
    free(train->weight);
}

#endif
