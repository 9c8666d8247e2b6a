/* Training of tree ensembles with XGBoost. */
#include "model_trees.h"

#include "fail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct setting {
    const char *name, *value;
} setting;

/* The same for all. At most 256 bins make at most 255 thresholds a feature, which a byte can number. */
static const setting common[] = {{"tree_method", "hist"}, {"max_bin", "256"}, {"nthread", "1"}, {NULL, NULL}};

/* Trees that each see a part of the rows, and a quarter of the features at each split, are less alike: their sum errs
 * less. */
static const setting boosting[] = {
    {"objective", "binary:logistic"}, {"subsample", "0.8"}, {"colsample_bynode", "0.25"}, {NULL, NULL}};
static const setting pairwise[] = {
    {"objective", "rank:pairwise"}, {"subsample", "0.8"}, {"colsample_bynode", "0.25"}, {NULL, NULL}};
static const setting listwise[] = {
    {"objective", "rank:ndcg"}, {"subsample", "0.8"}, {"colsample_bynode", "0.25"}, {NULL, NULL}};

/* Breiman's forest: the average of trees that each see a part of the rows and a few features a split. Leaves are mean
 * labels, shrunk by one row to the mean of all; depth and leaves are bounded so that the table stays small. */
enum { FOREST_TREES = 100 };
static const setting forest[] = {{"objective", "reg:squarederror"},
                                 {"max_depth", "8"},
                                 {"min_child_weight", "20"},
                                 {"learning_rate", "1"},
                                 {"subsample", "0.632"},
                                 {"colsample_bynode", "0.3"},
                                 {NULL, NULL}};

static const setting *settings_of(prt_model_kind kind) {
    switch (kind) {
    case PRT_MODEL_forest:
        return forest;
    case PRT_MODEL_boosting:
        return boosting;
    case PRT_MODEL_pairwise:
        return pairwise;
    default:
        return listwise;
    }
}

pr_status prt_xgboost_failed(const prt_xgboost *api, const char *doing, pr_error *error) {
    const char *message = api->XGBGetLastError();
    return prt_fail(error, PR_E_IO, "XGBoost failed while %s: %.*s", doing, (int)strcspn(message, "\n"), message);
}

pr_status prt_xgboost_rows(const prt_xgboost *api, const float *values, uint32_t rows, uint32_t columns,
                           xgboost_matrix *out, pr_error *error) {
    char interface[160];
    snprintf(interface, sizeof interface, "{\"data\":[%llu,true],\"shape\":[%u,%u],\"typestr\":\"<f4\",\"version\":3}",
             (unsigned long long)(uintptr_t)values, rows, columns);
    if (api->XGDMatrixCreateFromDense(interface, "{\"missing\":NaN,\"nthread\":1}", out) != 0)
        return prt_xgboost_failed(api, "reading the feature rows", error);
    return PR_OK;
}

static pr_status give_groups(const prt_xgboost *api, const prt_matrix *matrix, xgboost_matrix rows, pr_error *error) {
    unsigned *sizes = malloc((size_t)matrix->group_count * sizeof *sizes);
    if (!sizes)
        return prt_fail_memory(error, "training");
    for (uint32_t g = 0; g < matrix->group_count; g++)
        sizes[g] = matrix->group_starts[g + 1] - matrix->group_starts[g];
    int failed = api->XGDMatrixSetUIntInfo(rows, "group", sizes, matrix->group_count);
    free(sizes);
    return failed ? prt_xgboost_failed(api, "reading the groups", error) : PR_OK;
}

static pr_status give_labels(const prt_xgboost *api, prt_model_kind kind, const prt_matrix *matrix, xgboost_matrix rows,
                             pr_error *error) {
    if (api->XGDMatrixSetFloatInfo(rows, "label", matrix->labels, matrix->rows) != 0)
        return prt_xgboost_failed(api, "reading the labels", error);
    if (kind == PRT_MODEL_pairwise || kind == PRT_MODEL_listwise)
        return give_groups(api, matrix, rows, error);
    return PR_OK;
}

static bool set_all(const prt_xgboost *api, xgboost_booster booster, const setting *settings) {
    for (; settings->name; settings++) {
        if (api->XGBoosterSetParam(booster, settings->name, settings->value) != 0)
            return false;
    }
    return true;
}

static bool set_number(const prt_xgboost *api, xgboost_booster booster, const char *name, double value) {
    char text[32];
    snprintf(text, sizeof text, "%.9g", value);
    return api->XGBoosterSetParam(booster, name, text) == 0;
}

/* Where scores start. For boosting the library takes a probability, and one half is the raw score 0. */
static float base_of(prt_model_kind kind, const prt_matrix *matrix) {
    double positives = 0;
    if (kind != PRT_MODEL_forest)
        return 0;
    for (uint32_t i = 0; i < matrix->rows; i++)
        positives += matrix->labels[i];
    return (float)(positives / matrix->rows);
}

static bool set_up(const prt_ensemble *e, prt_model_kind kind, const prt_model_options *options) {
    const prt_xgboost *api = e->api;
    bool good = set_all(api, e->booster, common) && set_all(api, e->booster, settings_of(kind)) &&
                set_number(api, e->booster, "seed", (double)(options->seed & 0x7fffffff)) &&
                set_number(api, e->booster, "base_score", kind == PRT_MODEL_boosting ? 0.5 : (double)e->base);
    if (kind == PRT_MODEL_forest)
        return good && set_number(api, e->booster, "num_parallel_tree", FOREST_TREES);
    return good && set_number(api, e->booster, "max_depth", options->depth) &&
           set_number(api, e->booster, "learning_rate", options->learning_rate);
}

static pr_status fit(prt_model_kind kind, const prt_matrix *matrix, const prt_model_options *options,
                     xgboost_matrix rows, prt_ensemble *e, pr_error *error) {
    PRT_TRY(give_labels(e->api, kind, matrix, rows, error));
    if (e->api->XGBoosterCreate(&rows, 1, &e->booster) != 0)
        return prt_xgboost_failed(e->api, "starting to train", error);
    int rounds = kind == PRT_MODEL_forest ? 1 : (int)options->trees;
    bool good = set_up(e, kind, options);
    for (int round = 0; good && round < rounds; round++)
        good = e->api->XGBoosterUpdateOneIter(e->booster, round, rows) == 0;
    if (good)
        return PR_OK;
    pr_status status = prt_xgboost_failed(e->api, "training", error);
    e->api->XGBoosterFree(e->booster);
    return status;
}

pr_status prt_trees_fit(prt_model_kind kind, const prt_matrix *matrix, const prt_model_options *options,
                        prt_ensemble *out, pr_error *error) {
    char why[64];
    xgboost_matrix rows = NULL;
    snprintf(why, sizeof why, "the model %s", prt_model_name(kind));
    *out = (prt_ensemble){.base = base_of(kind, matrix)};
    PRT_TRY(prt_xgboost_load(why, &out->api, error));
    if (out->api->XGBSetGlobalConfig("{\"verbosity\":0}") != 0) /* each thread has its own */
        return prt_xgboost_failed(out->api, "starting", error);
    PRT_TRY(prt_xgboost_rows(out->api, matrix->values, matrix->rows, matrix->columns, &rows, error));
    pr_status status = fit(kind, matrix, options, rows, out, error);
    out->api->XGDMatrixFree(rows);
    return status;
}
