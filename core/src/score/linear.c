/* The linear model: terms weight x (value - mean) x scale, then the bias. */
#include "model.h"

#include <math.h>

static pr_status read_numbers(const pr_safetensors *file, const char *name, uint64_t count, const double **out,
                              pr_error *error) {
    const pr_tensor_view *view;
    PR_TRY(pr__tensor(file, name, "", PR_F64, count, &view, error));
    const double *numbers = view->data;
    for (uint64_t i = 0; i < view->count; i++) {
        if (!(fabs(numbers[i]) <= PR_MAX_LINEAR))
            return pr__tensor_wrong(file, name, "", "holds a number that is not finite or beyond 1e60", error);
    }
    *out = numbers;
    return PR_OK;
}

pr_status pr__linear_check(const pr_safetensors *file, pr_model *out, pr_error *error) {
    const pr_tensor_view *weight;
    const double *bias = NULL;
    PR_TRY(pr__tensor(file, "weight", "", PR_F64, PR_ANY_COUNT, &weight, error));
    if (weight->count < 1 || weight->count > PR_MAX_FEATURES)
        return pr__tensor_wrong(file, "weight", "", "must have 1 to 512 features", error);
    PR_TRY(read_numbers(file, "weight", weight->count, &out->linear.weight, error));
    PR_TRY(read_numbers(file, "mean", weight->count, &out->linear.mean, error));
    PR_TRY(read_numbers(file, "scale", weight->count, &out->linear.scale, error));
    PR_TRY(read_numbers(file, "bias", 1, &bias, error));
    out->linear.bias = bias[0];
    out->features = (uint32_t)weight->count;
    return PR_OK;
}

static double term(const pr__linear *linear, uint32_t feature, float value) {
    if (isnan(value))
        return 0;
    return linear->weight[feature] * (value - linear->mean[feature]) * linear->scale[feature];
}

void pr__linear_score(const pr_model *model, const float *rows, size_t count, double *scores) {
    for (size_t row = 0; row < count; row++, rows += model->features) {
        double sum = 0;
        for (uint32_t f = 0; f < model->features; f++)
            sum += term(&model->linear, f, rows[f]);
        scores[row] = sum + model->linear.bias;
    }
}

void pr__linear_explain(const pr_model *model, const float *row, double *contributions, double *base) {
    for (uint32_t f = 0; f < model->features; f++)
        contributions[f] = term(&model->linear, f, row[f]);
    *base = model->linear.bias;
}

pr_status pr_linear_write(const double *weight, const double *mean, const double *scale, double bias, uint32_t features,
                          pr_buffer *out, pr_error *error) {
    if (features < 1 || features > PR_MAX_FEATURES)
        return pr_fail(error, PR_E_FORMAT, 0, "a linear model has 1 to 512 features; use fewer columns");
    for (uint32_t f = 0; f < features; f++) {
        if (!(fabs(weight[f]) <= PR_MAX_LINEAR && fabs(mean[f]) <= PR_MAX_LINEAR && fabs(scale[f]) <= PR_MAX_LINEAR)) {
            char digits[24];
            return pr_fail(error, PR_E_FORMAT, 0, "feature ", pr__decimal(f, digits),
                           " of the linear model has a number that is not finite or beyond 1e60; train it again");
        }
    }
    if (!(fabs(bias) <= PR_MAX_LINEAR))
        return pr_fail(error, PR_E_FORMAT, 0,
                       "the bias of the linear model is not finite or beyond 1e60; train it again");
    const pr_tensor tensors[] = {{"weight", PR_F64, 1, {features, 0}, weight},
                                 {"mean", PR_F64, 1, {features, 0}, mean},
                                 {"scale", PR_F64, 1, {features, 0}, scale},
                                 {"bias", PR_F64, 1, {1, 0}, &bias}};
    return pr_safetensors_write(tensors, PR_COUNT(tensors), NULL, 0, out, error);
}
