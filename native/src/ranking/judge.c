/* NDCG@5 of a model on a matrix. */
#include "choose.h"
#include "fail.h"

#include <math.h>
#include <stdlib.h>

typedef struct ranked {
    double score;
    uint32_t item;
    float label;
} ranked;

static int by_score(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* NDCG@5 of a list with at least one relevant row. */
static double ndcg(const ranked *list, uint32_t count, uint32_t relevant) {
    double sum = 0, ideal = 0;
    for (uint32_t i = 0; i < PRT_JUDGED_PLACES && i < count; i++) {
        double gain = 1 / log2((double)i + 2);
        sum += list[i].label > 0 ? gain : 0;
        ideal += i < relevant ? gain : 0;
    }
    return sum / ideal;
}

static uint32_t longest_group(const prt_matrix *m) {
    uint32_t longest = 0;
    for (uint32_t g = 0; g < m->group_count; g++) {
        uint32_t size = m->group_starts[g + 1] - m->group_starts[g];
        longest = size > longest ? size : longest;
    }
    return longest;
}

typedef struct judging {
    const prt_matrix *matrix;
    const pr_model *model;
    double *scores; /* of one group */
    ranked *list;
    pr_arena scratch;
} judging;

/* Sort the group into j->list; returns how many of its rows are relevant. */
static pr_status rank_group(judging *j, uint32_t first, uint32_t count, uint32_t *relevant) {
    const prt_matrix *m = j->matrix;
    pr_status status = pr_model_score(j->model, m->values + (size_t)first * m->columns, count, &j->scratch, j->scores);
    pr_arena_reset(&j->scratch);
    *relevant = 0;
    for (uint32_t i = 0; status == PR_OK && i < count; i++) {
        j->list[i] = (ranked){j->scores[i], m->item[first + i], m->labels[first + i]};
        *relevant += m->labels[first + i] > 0;
    }
    if (status == PR_OK)
        qsort(j->list, count, sizeof *j->list, by_score);
    return status;
}

static pr_status judge_groups(judging *j, double *mean, uint32_t *groups) {
    const prt_matrix *m = j->matrix;
    double sum = 0;
    for (uint32_t g = 0; g < m->group_count; g++) {
        uint32_t first = m->group_starts[g], count = m->group_starts[g + 1] - first, relevant;
        pr_status status = rank_group(j, first, count, &relevant);
        if (status != PR_OK)
            return status;
        if (relevant == 0)
            continue;
        sum += ndcg(j->list, count, relevant);
        *groups += 1;
    }
    *mean = *groups ? sum / *groups : 0;
    return PR_OK;
}

pr_status prt_judge(const prt_ranker *ranker, const prt_matrix *matrix, double *mean, uint32_t *groups,
                    pr_error *error) {
    pr_arena arena;
    judging j = {.matrix = matrix};
    uint32_t longest = longest_group(matrix);
    *mean = 0;
    *groups = 0;
    pr_arena_init(&arena, NULL, 0);
    pr_arena_init(&j.scratch, NULL, 0);
    pr_status status = pr_model_open(ranker->bytes, ranker->size, &arena, &j.model, error);
    if (status == PR_OK && pr_model_features(j.model) != matrix->columns)
        status = prt_fail(error, PR_E_FORMAT, "the model %s takes %u features where the rows have %u; train it again",
                          prt_model_name(ranker->kind), pr_model_features(j.model), matrix->columns);
    if (status == PR_OK) {
        j.scores = malloc((longest + (size_t)1) * sizeof *j.scores);
        j.list = malloc((longest + (size_t)1) * sizeof *j.list);
        status = j.scores && j.list ? judge_groups(&j, mean, groups) : PR_E_MEMORY;
        if (status != PR_OK)
            prt_fail_memory(error, "judging the models");
    }
    free(j.scores);
    free(j.list);
    pr_arena_free(&j.scratch);
    pr_arena_free(&arena);
    return status;
}
