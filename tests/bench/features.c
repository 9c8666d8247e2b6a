/* Times the making of weekly features in process, from tables in memory: rolling the log up, then the rows of one week.
 *
 *   bench_features CONFIG WEEK THREADS REPEATS   prints the seconds of each repeat, one a line
 */
#include "history.h"
#include "ingest.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static pr_status make(const prt_config *config, const prt_dataset *dataset, int32_t week, int threads,
                      pr_error *error) {
    prt_history history = {0};
    prt_matrix matrix = {0};
    double start = seconds();
    pr_status status = prt_history_make(config, dataset, threads, &history, error);
    double made = seconds();
    if (status == PR_OK)
        status = prt_matrix_add_week(&history, config->ranking.label, week, threads, &matrix, error);
    double end = seconds();
    printf("%.5f %.5f %.5f %u %u\n", end - start, made - start, end - made, matrix.rows, matrix.columns);
    prt_matrix_free(&matrix);
    prt_history_free(&history);
    return status;
}

int main(int argc, char **argv) {
    prt_config config = {0};
    prt_dataset dataset = {0};
    pr_error error = {0};
    if (argc != 5) {
        fputs("bench_features CONFIG WEEK THREADS REPEATS\n", stderr);
        return 2;
    }
    int threads = atoi(argv[3]);
    pr_status status = prt_config_read(argv[1], &config, &error);
    if (status == PR_OK)
        status = prt_ingest(&config, threads, &dataset, &error);
    for (int i = 0; status == PR_OK && i < atoi(argv[4]); i++)
        status = make(&config, &dataset, atoi(argv[2]), threads, &error);
    if (status != PR_OK)
        fprintf(stderr, "%s\n", error.message);
    prt_dataset_free(&dataset);
    prt_config_free(&config);
    return status == PR_OK ? 0 : 1;
}
