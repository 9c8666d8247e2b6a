/* The learners beside the libraries that they use. Needs libxgboost.so: in POCKETREC_XGBOOST, else where the build puts
 * it. */
#include "fail.h"
#include "model_linear.h"
#include "model_trees.h"
#include "ubj.h"

#include <float.h>
#include <linear.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    FEATURES = 30,
    CATEGORIES = 6, /* the last features: one of them is 1, or none for an unseen category */
    NUMBERS = FEATURES - CATEGORIES,
    GROUP = 25,
    GROUPS = 400,
    ROWS = GROUP * GROUPS,
    PROBES = 100000,
    CLICKS = 1 /* the feature that counts as item_clicks */
};

static const prt_model_kind tree_kinds[] = {PRT_MODEL_forest, PRT_MODEL_boosting, PRT_MODEL_pairwise,
                                            PRT_MODEL_listwise};
static const prt_model_options options = {.trees = 200, .depth = 6, .learning_rate = 0.05, .seed = 42};
static prt_matrix matrix;
static prt_history history;

/* A row of whole numbers, rates and categories: one value in ten is missing, one in ten zero. */
static void random_row(uint64_t seed, uint32_t row, float *out) {
    for (uint32_t f = 0; f < NUMBERS; f++) {
        double chance = pr_uniform(seed, 3 * ((uint64_t)row * FEATURES + f));
        double value = pr_uniform(seed, 3 * ((uint64_t)row * FEATURES + f) + 1);
        out[f] = (float)(f % 3 == 0 ? floor(10 * value) : f % 3 == 1 ? value : 3 - 6 * value);
        if (chance < 0.1 && f != CLICKS)
            out[f] = NAN;
        else if (chance < 0.2)
            out[f] = 0;
    }
    uint32_t category = (uint32_t)(pr_uniform(seed, 3 * (uint64_t)row * FEATURES + 2) * (CATEGORIES + 1));
    for (uint32_t c = 0; c < CATEGORIES; c++)
        out[NUMBERS + c] = c == category ? 1 : 0;
}

static double truth(const float *row) {
    double score = -2 + 0.2 * (isnan(row[0]) ? 4 : (double)row[0]) + 1.5 * (double)row[CLICKS] - (double)row[NUMBERS];
    return score + (isnan(row[3]) ? 1 : 0) + (row[5] > 0 && row[2] > 0 ? 1 : 0);
}

static int make_data(void **state) {
    (void)state;
    static pr_feature features[FEATURES];
    matrix = (prt_matrix){.rows = ROWS, .columns = FEATURES, .group_count = GROUPS};
    matrix.values = malloc(sizeof(float) * ROWS * FEATURES);
    matrix.labels = malloc(sizeof(float) * ROWS);
    matrix.group_starts = malloc(sizeof(uint32_t) * (GROUPS + 1));
    if (!matrix.values || !matrix.labels || !matrix.group_starts)
        return -1;
    for (uint32_t r = 0; r < ROWS; r++) {
        float *row = matrix.values + (size_t)r * FEATURES;
        random_row(1, r, row);
        matrix.labels[r] = pr_uniform(2, r) < pr_logistic(truth(row)) ? 1 : 0;
    }
    for (uint32_t g = 0; g <= GROUPS; g++)
        matrix.group_starts[g] = g * GROUP;
    features[CLICKS].kind = PR_FEATURE_item_clicks;
    history.feature_count = FEATURES;
    history.features = features;
    return 0;
}

static int free_data(void **state) {
    (void)state;
    free(matrix.values);
    free(matrix.labels);
    free(matrix.group_starts);
    return 0;
}

static void find_library(void) {
    char path[512];
    const char *source = getenv("PR_TEST_SOURCE");
    snprintf(path, sizeof path, "%s/build/xgboost", source ? source : ".");
    setenv("POCKETREC_XGBOOST", path, 0);
}

static void must(pr_status status, const pr_error *error) {
    if (status != PR_OK)
        fail_msg("%s", error->message);
}

static void expect_words(const char *text, const char *words) {
    if (!strstr(text, words))
        fail_msg("\"%s\" is not in: %s", words, text);
}

/* Runs first: what is loaded once stays. */
static void without_the_library_trees_are_refused(void **state) {
    (void)state;
    pr_error error = {0};
    prt_ranker out;
    char *chosen = getenv("POCKETREC_XGBOOST") ? strdup(getenv("POCKETREC_XGBOOST")) : NULL;
    setenv("POCKETREC_XGBOOST", "/nowhere", 1);
    assert_int_equal(prt_model_train(PRT_MODEL_listwise, &history, &matrix, &options, &out, &error), PR_E_IO);
    expect_words(error.message, "the model listwise needs it");
    expect_words(error.message, "POCKETREC_XGBOOST");
    must(prt_model_train(PRT_MODEL_logistic, &history, &matrix, &options, &out, &error), &error);
    prt_ranker_free(&out);
    unsetenv("POCKETREC_XGBOOST");
    if (chosen)
        setenv("POCKETREC_XGBOOST", chosen, 1);
    free(chosen);
    find_library();
}

static void nothing_to_learn_from_is_refused(void **state) {
    (void)state;
    pr_error error = {0};
    prt_ranker out;
    prt_matrix none = matrix;
    none.rows = none.group_count = 0;
    float *labels = calloc(ROWS, sizeof *labels);
    prt_matrix same = matrix;
    same.labels = labels;
    for (int kind = PRT_MODEL_logistic; kind < PRT_MODELS; kind++) {
        assert_int_equal(prt_model_train((prt_model_kind)kind, &history, &none, &options, &out, &error), PR_E_FORMAT);
        expect_words(error.message, "nobody was shown anything");
        assert_int_equal(prt_model_train((prt_model_kind)kind, &history, &same, &options, &out, &error), PR_E_FORMAT);
        expect_words(error.message, "none of the 10000 rows is relevant");
    }
    free(labels);
}

/* A model's scores; the arenas live until the caller frees them. */
static void score_rows(const prt_ranker *ranker, const float *rows, size_t count, double *scores) {
    pr_arena arena = {0}, scratch = {0};
    pr_error error = {0};
    const pr_model *model = NULL;
    must(pr_model_open(ranker->bytes, ranker->size, &arena, &model, &error), &error);
    assert_int_equal(pr_model_features(model), FEATURES);
    assert_int_equal(pr_model_score(model, rows, count, &scratch, scores), PR_OK);
    pr_arena_free(&arena);
    pr_arena_free(&scratch);
}

static const pr_json *header_of(const prt_ranker *ranker, pr_arena *arena, size_t *data) {
    uint64_t size;
    const pr_json *header = NULL;
    pr_error error = {0};
    memcpy(&size, ranker->bytes, sizeof size);
    must(pr_json_parse(ranker->bytes + 8, size, NULL, arena, &header, &error), &error);
    *data = 8 + size;
    return header;
}

/* Threshold `i` of all in a table of trees; modulo how many there are. */
static float threshold(const prt_ranker *ranker, const pr_json *header, size_t data, uint32_t feature, uint32_t i) {
    const pr_json *offsets = pr_json_get(pr_json_get(header, "threshold_offsets"), "data_offsets");
    const pr_json *values = pr_json_get(pr_json_get(header, "thresholds"), "data_offsets");
    uint32_t range[2];
    float value = 0;
    assert_non_null(offsets);
    assert_non_null(values);
    memcpy(range, ranker->bytes + data + (size_t)offsets->first->number + 4 * feature, sizeof range);
    assert_true(range[1] - range[0] <= 255);
    if (range[1] > range[0])
        memcpy(&value,
               ranker->bytes + data + (size_t)values->first->number + 4 * (range[0] + i % (range[1] - range[0])),
               sizeof value);
    return value;
}

/* Random rows; in a third of them most values are thresholds, or lie right below one. */
static float *make_probes(const prt_ranker *ranker) {
    float *rows = malloc(sizeof(float) * PROBES * FEATURES);
    assert_non_null(rows);
    pr_arena arena = {0};
    size_t data = 0;
    const pr_json *header = ranker ? header_of(ranker, &arena, &data) : NULL;
    for (uint32_t r = 0; r < PROBES; r++) {
        float *row = rows + (size_t)r * FEATURES;
        random_row(3, r, row);
        for (uint32_t f = 0; header && r % 3 == 0 && f < FEATURES; f++) {
            uint64_t draw = pr_mix64((uint64_t)r * FEATURES + f);
            float value = threshold(ranker, header, data, f, (uint32_t)(draw >> 8));
            if (draw % 4 < 3)
                row[f] = draw % 4 == 0 ? nextafterf(value, -FLT_MAX) : value;
        }
    }
    for (uint32_t f = 0; f < FEATURES; f++) { /* the first rows: all zero, missing, largest and smallest */
        rows[f] = 0;
        rows[FEATURES + f] = NAN;
        rows[2 * FEATURES + f] = FLT_MAX;
        rows[3 * FEATURES + f] = -FLT_MAX;
    }
    pr_arena_free(&arena);
    return rows;
}

/* The library's own raw scores; they live as long as the booster is not used. */
static const float *library_scores(const prt_ensemble *ensemble, const float *rows) {
    const prt_xgboost *api = ensemble->api;
    xgboost_matrix given = NULL;
    const xgboost_size *shape = NULL;
    xgboost_size dimensions = 0;
    const float *scores = NULL;
    pr_error error = {0};
    must(prt_xgboost_rows(api, rows, PROBES, FEATURES, &given, &error), &error);
    assert_int_equal(api->XGBoosterPredictFromDMatrix(ensemble->booster, given,
                                                      "{\"type\":1,\"training\":false,\"iteration_begin\":0,"
                                                      "\"iteration_end\":0,\"strict_shape\":false}",
                                                      &shape, &dimensions, &scores),
                     0);
    assert_int_equal(shape[0], PROBES);
    api->XGDMatrixFree(given);
    return scores;
}

static void expect_same_bits(prt_model_kind kind, const prt_ensemble *ensemble, const prt_ranker *ranker) {
    float *rows = make_probes(ranker);
    double *ours = malloc(sizeof(double) * PROBES);
    assert_non_null(ours);
    score_rows(ranker, rows, PROBES, ours);
    const float *theirs = library_scores(ensemble, rows);
    uint32_t different = 0, distinct = 0;
    for (uint32_t r = 0; r < PROBES; r++) {
        different += ours[r] != (double)theirs[r];
        distinct += r > 0 && theirs[r] != theirs[r - 1];
    }
    print_message("%s: %u of %d scores differ; table %zu bytes, XGBoost's file %zu\n", prt_model_name(kind), different,
                  PROBES, ranker->size, ranker->library_bytes);
    assert_int_equal(different, 0);
    assert_true(distinct > PROBES / 2);
    free(rows);
    free(ours);
}

static void trees_score_as_the_library_bit_for_bit(void **state) {
    (void)state;
    for (size_t k = 0; k < PRT_COUNT(tree_kinds); k++) {
        pr_error error = {0};
        prt_ensemble ensemble;
        prt_ranker ranker = {.kind = tree_kinds[k]};
        must(prt_trees_fit(tree_kinds[k], &matrix, &options, &ensemble, &error), &error);
        must(prt_trees_pack(&ensemble, FEATURES, &ranker, &error), &error);
        assert_string_equal(ranker.table, "trees");
        assert_true(4 * ranker.size <= ranker.library_bytes);
        expect_same_bits(tree_kinds[k], &ensemble, &ranker);
        ensemble.api->XGBoosterFree(ensemble.booster);
        prt_ranker_free(&ranker);
    }
}

/* XGBoost refuses infinite values; for us they are as far out as the largest floats. */
static void infinite_values_go_where_the_largest_go(void **state) {
    (void)state;
    pr_error error = {0};
    prt_ranker ranker;
    float rows[4 * FEATURES];
    double scores[4];
    const prt_xgboost *api = NULL;
    xgboost_matrix refused = NULL;
    must(prt_model_train(PRT_MODEL_boosting, &history, &matrix, &options, &ranker, &error), &error);
    for (uint32_t f = 0; f < FEATURES; f++) {
        rows[f] = f % 2 ? INFINITY : 0;
        rows[FEATURES + f] = f % 2 ? FLT_MAX : 0;
        rows[2 * FEATURES + f] = f % 2 ? -INFINITY : 0;
        rows[3 * FEATURES + f] = f % 2 ? -FLT_MAX : 0;
    }
    score_rows(&ranker, rows, 4, scores);
    assert_true(scores[0] == scores[1] && scores[2] == scores[3] && scores[0] != scores[2]);
    must(prt_xgboost_load("this test", &api, &error), &error);
    assert_int_equal(prt_xgboost_rows(api, rows, 4, FEATURES, &refused, &error), PR_E_IO);
    expect_words(error.message, "inf");
    prt_ranker_free(&ranker);
}

/* liblinear's own model with the same weights, asked about standardised values. */
static double liblinear_score(const prt_linear *linear, double *weights, const float *row) {
    struct feature_node nodes[FEATURES + 2], *node = nodes;
    int labels[2] = {1, -1};
    struct model theirs = {.param = {.solver_type = L2R_LR}, .nr_class = 2, .nr_feature = FEATURES, .w = weights};
    double score = 0;
    theirs.label = labels;
    theirs.bias = 1;
    for (uint32_t f = 0; f < FEATURES; f++) {
        double value = ((double)row[f] - linear->mean[f]) * linear->scale[f];
        if (!isnan(value))
            *node++ = (struct feature_node){(int)f + 1, value};
    }
    *node++ = (struct feature_node){FEATURES + 1, 1};
    *node = (struct feature_node){-1, 0};
    predict_values(&theirs, nodes, &score);
    return score;
}

static void logistic_scores_as_the_library_within_a_millionth(void **state) {
    (void)state;
    pr_error error = {0};
    prt_linear linear;
    prt_ranker ranker = {.kind = PRT_MODEL_logistic};
    must(prt_logistic_fit(&matrix, &linear, &error), &error);
    must(prt_linear_pack(&linear, &ranker, &error), &error);
    assert_string_equal(ranker.table, "linear");
    float *rows = make_probes(NULL);
    double *ours = malloc(sizeof(double) * PROBES), weights[FEATURES + 1], largest = 0;
    assert_non_null(ours);
    memcpy(weights, linear.weight, sizeof(double) * FEATURES);
    weights[FEATURES] = linear.bias;
    for (uint32_t f = 0; f < FEATURES; f++) /* beyond float32's range nothing is a millionth */
        rows[2 * FEATURES + f] = rows[3 * FEATURES + f] = 1;
    score_rows(&ranker, rows, PROBES, ours);
    for (uint32_t r = 0; r < PROBES; r++)
        largest = fmax(largest, fabs(ours[r] - liblinear_score(&linear, weights, rows + (size_t)r * FEATURES)));
    print_message("logistic: scores differ by at most %.3g\n", largest);
    assert_true(largest <= 1e-6);
    free(rows);
    free(ours);
    prt_linear_free(&linear);
    prt_ranker_free(&ranker);
}

/* At the least loss its slope is zero: C x (sum of errors x value) = weight, for every feature. */
static void logistic_regression_found_the_minimum(void **state) {
    (void)state;
    pr_error error = {0};
    prt_linear linear;
    double slope[FEATURES] = {0}, begin[FEATURES] = {0};
    must(prt_logistic_fit(&matrix, &linear, &error), &error);
    for (uint32_t r = 0; r < ROWS; r++) {
        double value[FEATURES], score = linear.bias;
        for (uint32_t f = 0; f < FEATURES; f++) {
            value[f] = ((double)matrix.values[(size_t)r * FEATURES + f] - linear.mean[f]) * linear.scale[f];
            value[f] = isnan(value[f]) ? 0 : value[f];
            score += linear.weight[f] * value[f];
        }
        for (uint32_t f = 0; f < FEATURES; f++) {
            slope[f] += ((double)matrix.labels[r] - pr_logistic(score)) * value[f];
            begin[f] += ((double)matrix.labels[r] - 0.5) * value[f];
        }
    }
    for (uint32_t f = 0; f < FEATURES; f++)
        assert_true(fabs(slope[f] - linear.weight[f] / 0.1) <= 0.005 * fabs(begin[CLICKS]));
    assert_true(linear.weight[CLICKS] > 0 && linear.weight[NUMBERS] < 0);
    prt_linear_free(&linear);
}

static void a_constant_or_empty_column_weighs_nothing(void **state) {
    (void)state;
    pr_error error = {0};
    prt_matrix odd = matrix;
    prt_linear linear;
    odd.values = malloc(sizeof(float) * ROWS * FEATURES);
    assert_non_null(odd.values);
    memcpy(odd.values, matrix.values, sizeof(float) * ROWS * FEATURES);
    for (uint32_t r = 0; r < ROWS; r++) {
        odd.values[(size_t)r * FEATURES] = 0.1F;
        odd.values[(size_t)r * FEATURES + 2] = NAN;
    }
    must(prt_logistic_fit(&odd, &linear, &error), &error);
    assert_true(linear.scale[0] == 0 && linear.weight[0] == 0);
    assert_true(linear.scale[2] == 0 && linear.weight[2] == 0 && linear.mean[2] == 0);
    assert_true(linear.scale[CLICKS] > 0);
    prt_linear_free(&linear);
    free(odd.values);
}

/* Two short lists and a column without any value: every model still comes out, and says finite numbers. */
static void a_few_rows_are_enough(void **state) {
    (void)state;
    prt_matrix few = matrix;
    few.group_count = 2;
    few.rows = 2 * GROUP;
    few.values = malloc(sizeof(float) * 2 * GROUP * FEATURES);
    assert_non_null(few.values);
    memcpy(few.values, matrix.values, sizeof(float) * 2 * GROUP * FEATURES);
    for (uint32_t r = 0; r < 2 * GROUP; r++)
        few.values[(size_t)r * FEATURES + 2] = NAN;
    for (int kind = 0; kind < PRT_MODELS; kind++) {
        pr_error error = {0};
        prt_ranker ranker;
        double scores[GROUP];
        must(prt_model_train((prt_model_kind)kind, &history, &few, &options, &ranker, &error), &error);
        score_rows(&ranker, matrix.values, GROUP, scores);
        for (int r = 0; r < GROUP; r++)
            assert_true(isfinite(scores[r]));
        prt_ranker_free(&ranker);
    }
    free(few.values);
}

static void the_same_bytes_again_and_side_by_side(void **state) {
    (void)state;
    static const prt_model_options small = {.trees = 30, .depth = 5, .learning_rate = 0.1, .seed = 7};
    prt_model_kind kinds[PRT_MODELS];
    prt_ranker first[PRT_MODELS], second[PRT_MODELS];
    pr_error error = {0};
    for (int k = 0; k < PRT_MODELS; k++) {
        kinds[k] = (prt_model_kind)k;
        must(prt_model_train(kinds[k], &history, &matrix, &small, &first[k], &error), &error);
    }
    for (int threads = 1; threads <= 4; threads += 3) {
        must(prt_models_train(kinds, PRT_MODELS, &history, &matrix, &small, threads, second, &error), &error);
        for (int k = 0; k < PRT_MODELS; k++) {
            assert_int_equal(second[k].kind, k);
            assert_int_equal(first[k].size, second[k].size);
            assert_memory_equal(first[k].bytes, second[k].bytes, first[k].size);
            prt_ranker_free(&second[k]);
        }
    }
    for (int k = 0; k < PRT_MODELS; k++)
        prt_ranker_free(&first[k]);
}

static void when_one_fails_none_is_handed_out(void **state) {
    (void)state;
    static const prt_model_kind kinds[] = {PRT_MODEL_popularity, PRT_MODEL_logistic};
    prt_ranker out[2];
    pr_error error = {0};
    prt_matrix none = matrix;
    none.rows = none.group_count = 0;
    assert_int_equal(prt_models_train(kinds, 2, &history, &none, &options, 2, out, &error), PR_E_FORMAT);
    expect_words(error.message, "nothing to learn a ranking from");
    assert_null(out[0].bytes);
    assert_null(out[1].bytes);
}

static void popularity_is_the_items_clicks(void **state) {
    (void)state;
    pr_error error = {0};
    prt_ranker ranker;
    double scores[100];
    must(prt_model_train(PRT_MODEL_popularity, &history, &matrix, &options, &ranker, &error), &error);
    score_rows(&ranker, matrix.values, 100, scores);
    for (int r = 0; r < 100; r++)
        assert_true(scores[r] == (double)matrix.values[r * FEATURES + CLICKS]);
    prt_ranker_free(&ranker);
}

/* Chance that a relevant row scores above another one of its group. */
static double pairs_in_order(const float *rows, const float *labels, const double *scores) {
    double right = 0, pairs = 0;
    (void)rows;
    for (uint32_t a = 0; a < ROWS; a++) {
        for (uint32_t b = a - a % GROUP; b < a - a % GROUP + GROUP; b++) {
            if (labels[a] <= labels[b])
                continue;
            right += scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0;
            pairs++;
        }
    }
    return right / pairs;
}

static void every_model_learns_what_was_planted(void **state) {
    (void)state;
    float *rows = malloc(sizeof(float) * ROWS * FEATURES), *labels = malloc(sizeof(float) * ROWS);
    double *scores = malloc(sizeof(double) * ROWS), best;
    assert_true(rows && labels && scores);
    for (uint32_t r = 0; r < ROWS; r++) {
        random_row(11, r, rows + (size_t)r * FEATURES);
        scores[r] = truth(rows + (size_t)r * FEATURES);
        labels[r] = pr_uniform(12, r) < pr_logistic(scores[r]) ? 1 : 0;
    }
    best = pairs_in_order(rows, labels, scores);
    for (int kind = PRT_MODEL_logistic; kind < PRT_MODELS; kind++) {
        pr_error error = {0};
        prt_ranker ranker;
        must(prt_model_train((prt_model_kind)kind, &history, &matrix, &options, &ranker, &error), &error);
        score_rows(&ranker, rows, ROWS, scores);
        double share = pairs_in_order(rows, labels, scores);
        print_message("%s: %.4f of the pairs in order, the truth %.4f\n", prt_model_name(ranker.kind), share, best);
        assert_true(share > best - 0.04);
        prt_ranker_free(&ranker);
    }
    free(rows);
    free(labels);
    free(scores);
}

static const char document[] = "{L\0\0\0\0\0\0\0\1a[#L\0\0\0\0\0\0\0\2i\1SL\0\0\0\0\0\0\0\1x"
                               "L\0\0\0\0\0\0\0\1b[$d#L\0\0\0\0\0\0\0\2\x3f\x80\0\0\xff\x80\0\0}";

static void model_files_are_read_to_the_bit(void **state) {
    (void)state;
    prt_ubj reader = {.bytes = (const unsigned char *)document, .size = sizeof document - 1};
    prt_ubj_array array;
    assert_true(prt_ubj_go_to(&reader, "b"));
    assert_true(prt_ubj_read_array(&reader, &array));
    assert_int_equal(array.count, 2);
    assert_true(prt_ubj_float(&array, 0) == 1.0F && prt_ubj_float(&array, 1) == -INFINITY);
    reader = (prt_ubj){.bytes = (const unsigned char *)document, .size = sizeof document - 1};
    assert_true(prt_ubj_skip(&reader));
    assert_int_equal(reader.at, sizeof document - 1);
    reader.at = 0;
    assert_false(prt_ubj_go_to(&reader, "c"));
    assert_true(reader.wrong);
}

static void cut_model_files_are_refused(void **state) {
    (void)state;
    for (size_t size = 0; size < sizeof document - 1; size++) {
        unsigned char *bytes = malloc(size + 1); /* exactly so many, so that a sanitizer sees a read behind them */
        assert_non_null(bytes);
        memcpy(bytes, document, size);
        prt_ubj reader = {.bytes = bytes, .size = size};
        assert_false(prt_ubj_skip(&reader));
        free(bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_the_library_trees_are_refused),
        cmocka_unit_test(nothing_to_learn_from_is_refused),
        cmocka_unit_test(trees_score_as_the_library_bit_for_bit),
        cmocka_unit_test(infinite_values_go_where_the_largest_go),
        cmocka_unit_test(logistic_scores_as_the_library_within_a_millionth),
        cmocka_unit_test(logistic_regression_found_the_minimum),
        cmocka_unit_test(a_constant_or_empty_column_weighs_nothing),
        cmocka_unit_test(a_few_rows_are_enough),
        cmocka_unit_test(the_same_bytes_again_and_side_by_side),
        cmocka_unit_test(when_one_fails_none_is_handed_out),
        cmocka_unit_test(popularity_is_the_items_clicks),
        cmocka_unit_test(every_model_learns_what_was_planted),
        cmocka_unit_test(model_files_are_read_to_the_bit),
        cmocka_unit_test(cut_model_files_are_refused),
    };
    return cmocka_run_group_tests(tests, make_data, free_data);
}
