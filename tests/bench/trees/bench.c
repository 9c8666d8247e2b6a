/* The bench of trees: a WebAssembly module that packs, opens and scores a model through the core, and beside it the
 * flat C loop of the anchors over the same trees. Natively the same file is a program. Not part of the product. */
#include <stdlib.h>

#include "pocketrec.h"

#ifdef __EMSCRIPTEN__
#define EXPORTED __attribute__((used, visibility("default")))
#else
#define EXPORTED
#endif

void *bench_alloc(size_t bytes);
int bench_pack(const pr_tree_node *nodes, const uint32_t *starts, uint32_t trees, uint32_t features);
const char *bench_shard(void);
size_t bench_shard_size(void);
int bench_open(const void *shard, size_t size);
int bench_score(const float *rows, size_t count, double *scores);
int bench_explain(const float *row, double *contributions, double *base);
void bench_flat(const float *x, int rows, int nf, const int16_t *F, const float *T, const int16_t *L, const int16_t *R,
                const float *V, const int16_t *roots, int nt, float *out);

static pr_arena packing, model_arena, scratch;
static pr_buffer shard;
static const pr_model *model;

EXPORTED void *bench_alloc(size_t bytes) {
    return malloc(bytes);
}

EXPORTED int bench_pack(const pr_tree_node *nodes, const uint32_t *starts, uint32_t trees, uint32_t features) {
    pr_arena_free(&packing);
    shard = (pr_buffer){.arena = &packing};
    return pr_trees_write(nodes, starts, trees, features, 0, &shard, NULL);
}

EXPORTED const char *bench_shard(void) {
    return shard.bytes;
}

EXPORTED size_t bench_shard_size(void) {
    return shard.size;
}

EXPORTED int bench_open(const void *bytes, size_t size) {
    pr_arena_free(&model_arena);
    return pr_model_open(bytes, size, &model_arena, &model, NULL);
}

EXPORTED int bench_score(const float *rows, size_t count, double *scores) {
    pr_arena_reset(&scratch);
    return pr_model_score(model, rows, count, &scratch, scores);
}

EXPORTED int bench_explain(const float *row, double *contributions, double *base) {
    pr_arena_reset(&scratch);
    return pr_model_explain(model, row, &scratch, contributions, base);
}

/* The anchors' function (browser/wasm/core.c, `trees`): x <= t goes left; a negative child is ~leaf. */
EXPORTED void bench_flat(const float *x, int rows, int nf, const int16_t *F, const float *T, const int16_t *L,
                         const int16_t *R, const float *V, const int16_t *roots, int nt, float *out) {
    for (int r = 0; r < rows; r++)
        out[r] = 0;
    for (int t = 0; t < nt; t++)
        for (int r = 0; r < rows; r++) {
            const float *p = x + (size_t)r * (size_t)nf;
            int i = roots[t];
            while (i >= 0)
                i = p[F[i]] <= T[i] ? L[i] : R[i];
            out[r] += V[~i];
        }
}
