/* The feature rows of one week, as bench_ltr reads them:   bench_rows CONFIG WEEK OUT
 * Prints the column of item_clicks. */
#include "history.h"
#include "ingest.h"

#include <stdio.h>
#include <stdlib.h>

static void stop(const pr_error *error) {
    fprintf(stderr, "bench_rows: %s\n", error->message);
    exit(1);
}

static void write_rows(const prt_matrix *m, const char *path) {
    uint32_t head[] = {m->rows, m->columns, m->group_count};
    FILE *file = fopen(path, "wb");
    pr_error error = {.message = "the rows cannot be written"};
    if (!file || fwrite(head, sizeof *head, 3, file) != 3 ||
        fwrite(m->group_starts, sizeof *m->group_starts, m->group_count + 1, file) != m->group_count + 1 ||
        fwrite(m->labels, sizeof *m->labels, m->rows, file) != m->rows ||
        fwrite(m->values, sizeof *m->values * m->columns, m->rows, file) != m->rows || fclose(file) != 0)
        stop(&error);
}

int main(int argc, char **argv) {
    pr_error error = {.message = "usage: bench_rows CONFIG WEEK OUT"};
    prt_config config;
    prt_dataset dataset;
    prt_history history;
    prt_matrix matrix = {0};
    if (argc != 4 || prt_config_read(argv[1], &config, &error) != PR_OK ||
        prt_ingest(&config, 2, &dataset, &error) != PR_OK ||
        prt_history_make(&config, &dataset, 2, &history, &error) != PR_OK ||
        prt_matrix_add_week(&history, config.ranking.label, atoi(argv[2]), 2, &matrix, &error) != PR_OK)
        stop(&error);
    write_rows(&matrix, argv[3]);
    for (uint32_t f = 0; f < history.feature_count; f++) {
        if (history.features[f].kind == PR_FEATURE_item_clicks)
            printf("%u\n", f);
    }
    prt_matrix_free(&matrix);
    prt_history_free(&history);
    prt_dataset_free(&dataset);
    prt_config_free(&config);
    return 0;
}
