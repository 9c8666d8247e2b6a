/* Popularity and logistic regression. */
#include "model_linear.h"

#include "fail.h"
#include "model_trees.h"

#include <linear.h>
#include <math.h>
#include <stdlib.h>

enum { MOST_ROWS = 1 << 19 }; /* of a regression: with 60 features half a gigabyte; more rows change no digit shown */

static pr_status make(uint32_t features, prt_linear *out, pr_error *error) {
    double *numbers = calloc((size_t)features * 3 + 1, sizeof *numbers);
    if (!numbers)
        return prt_fail_memory(error, "training");
    *out = (prt_linear){features, numbers, numbers + features, numbers + 2 * (size_t)features, 0};
    return PR_OK;
}

void prt_linear_free(prt_linear *linear) {
    free(linear->weight);
    *linear = (prt_linear){0};
}

pr_status prt_popularity_fit(const prt_history *history, prt_linear *out, pr_error *error) {
    PRT_TRY(make(history->feature_count, out, error));
    for (uint32_t f = 0; f < history->feature_count; f++) {
        if (history->features[f].kind != PR_FEATURE_item_clicks)
            continue;
        out->weight[f] = out->scale[f] = 1;
        return PR_OK;
    }
    prt_linear_free(out);
    return prt_fail(error, PR_E_FORMAT, "the model popularity needs the feature item_clicks, which is not there");
}

/* Mean and 1 / standard deviation of a column without its NaNs; scale 0 when it is constant. */
static void standardise(const prt_matrix *matrix, uint32_t column, double *mean, double *scale) {
    double sum = 0, squares = 0, least = INFINITY, most = -INFINITY;
    uint32_t count = 0;
    *mean = *scale = 0;
    for (uint32_t r = 0; r < matrix->rows; r++) {
        double value = (double)matrix->values[(size_t)r * matrix->columns + column];
        if (isnan(value))
            continue;
        sum += value;
        least = fmin(least, value);
        most = fmax(most, value);
        count++;
    }
    if (count == 0)
        return;
    *mean = sum / count;
    for (uint32_t r = 0; r < matrix->rows; r++) {
        double away = (double)matrix->values[(size_t)r * matrix->columns + column] - *mean;
        squares += isnan(away) ? 0 : away * away;
    }
    if (least < most && squares > 0)
        *scale = 1 / sqrt(squares / count);
}

/* The rows as liblinear takes them. */
typedef struct table {
    struct problem problem;
    struct feature_node *nodes;
} table;

static struct feature_node *fill_row(const prt_matrix *matrix, uint32_t row, const prt_linear *linear,
                                     struct feature_node *node) {
    const float *values = matrix->values + (size_t)row * matrix->columns;
    for (uint32_t f = 0; f < matrix->columns; f++) {
        double value = ((double)values[f] - linear->mean[f]) * linear->scale[f];
        if (value != 0 && !isnan(value))
            *node++ = (struct feature_node){(int)f + 1, value};
    }
    *node++ = (struct feature_node){(int)matrix->columns + 1, 1};
    *node++ = (struct feature_node){-1, 0};
    return node;
}

static bool make_table(const prt_matrix *matrix, const prt_linear *linear, table *out) {
    uint32_t rows = matrix->rows < MOST_ROWS ? matrix->rows : MOST_ROWS;
    *out = (table){.problem = {.l = (int)rows, .n = (int)matrix->columns + 1, .bias = 1}};
    out->problem.y = malloc(rows * sizeof *out->problem.y);
    out->problem.x = malloc(rows * sizeof *out->problem.x);
    out->nodes = malloc((size_t)rows * (matrix->columns + 2) * sizeof *out->nodes);
    struct feature_node *node = out->nodes;
    if (!out->problem.y || !out->problem.x || !node)
        return false;
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t row = (uint32_t)((uint64_t)i * matrix->rows / rows); /* evenly spaced */
        out->problem.x[i] = node;
        out->problem.y[i] = matrix->labels[row] > 0 ? 1 : -1;
        node = fill_row(matrix, row, linear, node);
    }
    return true;
}

static void free_table(table *t) {
    free(t->problem.x);
    free(t->problem.y);
    free(t->nodes);
}

static void say_nothing(const char *text) {
    (void)text;
}

/* With labels 1 and -1 liblinear's one weight vector speaks for 1, and the bias comes last. */
static pr_status fit(const table *rows, prt_linear *out, pr_error *error) {
    struct parameter parameter = {.solver_type = L2R_LR, .eps = 1e-3, .C = 0.1};
    set_print_string_function(say_nothing);
    struct model *model = train(&rows->problem, &parameter);
    if (!model)
        return prt_fail_memory(error, "training");
    for (uint32_t f = 0; f < out->features; f++)
        out->weight[f] = model->w[f];
    out->bias = model->w[out->features];
    free_and_destroy_model(&model);
    return PR_OK;
}

pr_status prt_logistic_fit(const prt_matrix *matrix, prt_linear *out, pr_error *error) {
    table rows;
    PRT_TRY(make(matrix->columns, out, error));
    for (uint32_t f = 0; f < matrix->columns; f++)
        standardise(matrix, f, &out->mean[f], &out->scale[f]);
    pr_status status = make_table(matrix, out, &rows) ? fit(&rows, out, error) : prt_fail_memory(error, "training");
    free_table(&rows);
    if (status != PR_OK)
        prt_linear_free(out);
    return status;
}

pr_status prt_linear_pack(const prt_linear *linear, prt_ranker *out, pr_error *error) {
    pr_arena arena = {0};
    pr_buffer buffer = {.arena = &arena};
    pr_status status =
        pr_linear_write(linear->weight, linear->mean, linear->scale, linear->bias, linear->features, &buffer, error);
    if (status == PR_OK)
        status = prt_ranker_take(out, "linear", &buffer, error);
    out->rows = 1;
    pr_arena_free(&arena);
    return status;
}
