/* Any bytes as a shard of a model. What opens must score and explain rows, with finite numbers, without leaving memory.
 */
#include "pocketrec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 17 };

static void use(const pr_model *model, pr_arena *arena) {
    static const float values[] = {NAN, 0.0f, -1.0f, 0.5f, 3e38f, -3e38f, 1e-45f};
    uint32_t features = pr_model_features(model);
    if (features < 1 || features > PR_MAX_FEATURES) {
        abort();
    }
    float *rows = malloc(ROWS * features * sizeof *rows); /* with nothing behind its end */
    double scores[ROWS], *contributions = malloc(features * sizeof *contributions), base;
    for (size_t i = 0; i < (size_t)ROWS * features; i++) {
        rows[i] = values[i % (sizeof values / sizeof *values)];
    }
    if (pr_model_score(model, rows, ROWS, arena, scores) != PR_OK ||
        pr_model_explain(model, rows, arena, contributions, &base) != PR_OK || !isfinite(base)) {
        abort();
    }
    for (size_t i = 0; i < ROWS; i++) {
        if (!isfinite(scores[i])) {
            abort();
        }
    }
    free(rows);
    free(contributions);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *bytes = malloc(size ? size : 1); /* aligned, and with nothing behind its end */
    memcpy(bytes, data, size);
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    const pr_model *model;
    pr_error error = {0};
    pr_status status = pr_model_open(bytes, size, &arena, &model, &error);
    if (status == PR_OK) {
        use(model, &arena);
    } else if (error.message[0] == '\0') {
        abort(); /* a refusal has a reason */
    }
    pr_arena_free(&arena);
    free(bytes);
    return 0;
}

#ifdef PR_LIBFUZZER
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* Half of the time only the tensors change, in place, so that the header stays true. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    uint64_t header = 0;
    if (size > 8) {
        memcpy(&header, data, sizeof header);
    }
    if (seed % 2 && size > 8 && header > 0 && header < size - 8) {
        size_t start = 8 + (size_t)header;
        LLVMFuzzerMutate(data + start, size - start, size - start);
        return size;
    }
    return LLVMFuzzerMutate(data, size, max_size);
}
#endif
