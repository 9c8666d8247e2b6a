/* A model is one of two kinds: a linear one or an ensemble of trees. */
#include "model.h"

static bool has_tensor(const pr_safetensors *file, const char *name) {
    for (uint32_t i = 0; i < file->count; i++) {
        if (pr__compare(file->tensors[i].name, pr__length(file->tensors[i].name), name, pr__length(name)) == 0)
            return true;
    }
    return false;
}

pr_status pr__model_check(const pr_safetensors *file, pr_arena *arena, const pr_model **out, pr_error *error) {
    pr_model *model = pr_arena_take(arena, sizeof *model);
    if (!model)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening shard ", file->file);
    model->is_linear = has_tensor(file, "weight");
    PR_TRY(model->is_linear ? pr__linear_check(file, model, error) : pr__trees_check(file, arena, model, error));
    *out = model;
    return PR_OK;
}

pr_status pr_model_open(const void *bytes, size_t size, pr_arena *arena, const pr_model **out, pr_error *error) {
    pr_safetensors file;
    PR_TRY(pr__safetensors_read(bytes, size, "of the model", arena, &file, error));
    return pr__model_check(&file, arena, out, error);
}

uint32_t pr_model_features(const pr_model *model) {
    return model->features;
}

pr_status pr_model_score(const pr_model *model, const float *rows, size_t count, pr_arena *scratch, double *scores) {
    if (!model->is_linear)
        return pr__trees_score(model, rows, count, scratch, scores);
    pr__linear_score(model, rows, count, scores);
    return PR_OK;
}

pr_status pr_model_explain(const pr_model *model, const float *row, pr_arena *scratch, double *contributions,
                           double *base) {
    if (!model->is_linear)
        return pr__trees_explain(model, row, scratch, contributions, base);
    pr__linear_explain(model, row, contributions, base);
    return PR_OK;
}
