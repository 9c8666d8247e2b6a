/* Our models on somebody's feature rows: reads rows to learn from and rows to score, writes each model's scores.
 *
 *     bench_ltr LEARN SCORE OUT POPULARITY THREADS TREES DEPTH LEARNING_RATE
 *
 * writes OUT.<model>, a float64 for each row of SCORE.
 *
 * A file of rows: uint32 rows, columns, groups; uint32 group starts [groups + 1]; float32 labels [rows]; float32
 * values [rows x columns]. POPULARITY is the column that counts as item_clicks. Prints each model with its bytes
 * and those of the library's own file. */
#include "models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void stop(const char *message) {
    fprintf(stderr, "bench_ltr: %s\n", message);
    exit(1);
}

static void *take(FILE *file, size_t count, size_t size) {
    void *values = malloc(count * size + 1);
    if (!values || fread(values, size, count, file) != count)
        stop("the file of rows is too short");
    return values;
}

static prt_matrix read_matrix(const char *path) {
    uint32_t head[3];
    FILE *file = fopen(path, "rb");
    if (!file || fread(head, sizeof *head, 3, file) != 3)
        stop("the file of rows cannot be read");
    prt_matrix m = {.rows = head[0], .columns = head[1], .group_count = head[2]};
    m.group_starts = take(file, (size_t)m.group_count + 1, sizeof *m.group_starts);
    m.labels = take(file, m.rows, sizeof *m.labels);
    m.values = take(file, (size_t)m.rows * m.columns, sizeof *m.values);
    fclose(file);
    return m;
}

static void free_matrix(prt_matrix *m) {
    free(m->group_starts);
    free(m->labels);
    free(m->values);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void write_scores(const prt_ranker *ranker, const prt_matrix *rows, const char *out) {
    pr_arena arena = {0}, scratch = {0};
    pr_error error = {0};
    const pr_model *model = NULL;
    char path[1024];
    double *scores = malloc(sizeof *scores * (rows->rows + 1));
    if (!scores || pr_model_open(ranker->bytes, ranker->size, &arena, &model, &error) != PR_OK ||
        pr_model_score(model, rows->values, rows->rows, &scratch, scores) != PR_OK)
        stop(error.message);
    snprintf(path, sizeof path, "%s.%s", out, prt_model_name(ranker->kind));
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(scores, sizeof *scores, rows->rows, file) != rows->rows || fclose(file) != 0)
        stop("the scores cannot be written");
    free(scores);
    pr_arena_free(&arena);
    pr_arena_free(&scratch);
}

int main(int argc, char **argv) {
    if (argc != 9)
        stop("usage: bench_ltr LEARN SCORE OUT POPULARITY THREADS TREES DEPTH LEARNING_RATE");
    prt_matrix learn = read_matrix(argv[1]), score = read_matrix(argv[2]);
    prt_model_options options = {
        .trees = (uint32_t)atoi(argv[6]), .depth = (uint32_t)atoi(argv[7]), .learning_rate = atof(argv[8]), .seed = 42};
    pr_feature *features = calloc(learn.columns + 1, sizeof *features);
    prt_history history = {.feature_count = learn.columns, .features = features};
    prt_ranker rankers[PRT_MODELS];
    prt_model_kind kinds[PRT_MODELS];
    pr_error error = {0};
    if (!features || (uint32_t)atoi(argv[4]) >= learn.columns || learn.columns != score.columns)
        stop("the columns do not fit");
    features[atoi(argv[4])].kind = PR_FEATURE_item_clicks;
    for (int k = 0; k < PRT_MODELS; k++)
        kinds[k] = (prt_model_kind)k;
    double start = now();
    if (prt_models_train(kinds, PRT_MODELS, &history, &learn, &options, atoi(argv[5]), rankers, &error) != PR_OK)
        stop(error.message);
    fprintf(stderr, "all models: %.2f s\n", now() - start);
    for (int k = 0; k < PRT_MODELS; k++) {
        write_scores(&rankers[k], &score, argv[3]);
        printf("%s %zu %zu\n", prt_model_name(rankers[k].kind), rankers[k].size, rankers[k].library_bytes);
        prt_ranker_free(&rankers[k]);
    }
    free(features);
    free_matrix(&learn);
    free_matrix(&score);
    return 0;
}
