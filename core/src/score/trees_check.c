/* Opening the table `trees`: everything is checked, and nodes are laid out as scoring wants them. Layout of the shard:
 * docs/bundle-format.md. */
#include "model.h"

#include <math.h>

/* The shard's tensors. `split` and `bin` are numbers that nobody has looked at yet. */
typedef struct view {
    const pr_safetensors *file;
    const uint32_t *starts;
    pr_uints split, bin;
    uint64_t nodes, inner, leaves;
    const float *leaf;
    uint32_t *column_of; /* [2 x feature + missing right]: first column + 1, 0: nobody needs it */
} view;

static pr_status read_floats(const pr_safetensors *file, const char *name, uint64_t count, const float **out,
                             pr_error *error) {
    const pr_tensor_view *tensor;
    PR_TRY(pr__tensor(file, name, "", PR_F32, count, &tensor, error));
    *out = tensor->data;
    for (uint64_t i = 0; i < tensor->count; i++) {
        if (!(fabsf((*out)[i]) <= PR_MAX_LEAF))
            return pr__tensor_wrong(file, name, "", "holds a number that is not finite or beyond 1e30", error);
    }
    return PR_OK;
}

/* Thresholds may be any finite number: nothing is computed with them. */
static pr_status read_thresholds(const view *v, pr_model *out, pr_error *error) {
    const pr_tensor_view *offsets, *values;
    PR_TRY(pr__tensor(v->file, "threshold_offsets", "", PR_U32, PR_ANY_COUNT, &offsets, error));
    if (offsets->count < 2 || offsets->count - 1 > PR_MAX_FEATURES)
        return pr__tensor_wrong(v->file, "threshold_offsets", "", "must have 1 to 512 features", error);
    out->features = (uint32_t)offsets->count - 1;
    PR_TRY(pr__tensor(v->file, "thresholds", "", PR_F32, PR_ANY_COUNT, &values, error));
    PR_TRY(pr__tensor_offsets(v->file, "threshold_offsets", "", out->features, values->count,
                              &out->trees.threshold_offsets, error));
    const float *t = out->trees.thresholds = values->data;
    for (uint32_t f = 0; f < out->features; f++) {
        uint32_t end = out->trees.threshold_offsets[f + 1];
        for (uint32_t i = out->trees.threshold_offsets[f]; i < end; i++) {
            if (!isfinite(t[i]) || (i + 1 < end && !(t[i] < t[i + 1])))
                return pr__tensor_wrong(v->file, "thresholds", "", "is not finite and rising within a feature", error);
        }
    }
    return PR_OK;
}

static pr_status read_tensors(view *v, pr_model *out, pr_error *error) {
    const pr_tensor_view *starts, *leaf, *shares;
    const float *base;
    PR_TRY(read_thresholds(v, out, error));
    PR_TRY(pr__tensor_uints(v->file, "split", "", PR_ANY_COUNT, 2 * out->features, &v->split, &v->nodes, error));
    if (v->nodes > PR_MAX_TREE_NODES)
        return pr__tensor_wrong(v->file, "split", "", "has more than 16,777,216 nodes", error);
    PR_TRY(pr__tensor(v->file, "nodes", "", PR_U32, PR_ANY_COUNT, &starts, error));
    if (starts->count < 1 || starts->count - 1 > PR_MAX_TREES)
        return pr__tensor_wrong(v->file, "nodes", "", "must have at most 65,536 trees", error);
    out->trees.count = (uint32_t)starts->count - 1;
    PR_TRY(pr__tensor_offsets(v->file, "nodes", "", out->trees.count, v->nodes, &v->starts, error));
    PR_TRY(pr__tensor_uints(v->file, "bin", "", PR_ANY_COUNT, UINT32_MAX, &v->bin, &v->inner, error));
    PR_TRY(pr__tensor(v->file, "share", "", PR_U16, v->inner, &shares, error));
    PR_TRY(pr__tensor(v->file, "leaf", "", PR_F32, PR_ANY_COUNT, &leaf, error));
    if (v->inner + leaf->count != v->nodes || leaf->count != v->inner + out->trees.count)
        return pr__tensor_wrong(v->file, "leaf", "", "does not have one leaf more than inner nodes a tree", error);
    PR_TRY(read_floats(v->file, "leaf", leaf->count, &v->leaf, error));
    PR_TRY(read_floats(v->file, "base", 1, &base, error));
    v->leaves = leaf->count;
    out->trees.shares = shares->data;
    out->trees.base = base[0];
    return PR_OK;
}

/* Number the columns that splits need. Afterwards column_of has for each (feature, way of NaN) its first column. */
static pr_status number_columns(view *v, pr_arena *arena, pr_model *out, pr_error *error) {
    const uint32_t ways = 2 * out->features;
    const uint32_t *offsets = out->trees.threshold_offsets;
    bool *needed = pr_arena_array(arena, ways, sizeof *needed);
    v->column_of = pr_arena_array(arena, ways, sizeof *v->column_of);
    if (!needed || !v->column_of)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening shard ", v->file->file);
    for (uint64_t i = 0; i < v->nodes; i++) {
        uint32_t split = pr__uint(v->split, i);
        if (split)
            needed[split - 1] = true;
    }
    uint64_t count = 0;
    for (uint32_t way = 0; way < ways; way++) {
        v->column_of[way] = (uint32_t)count;
        if (needed[way])
            count +=
                ((uint64_t)offsets[way / 2 + 1] - offsets[way / 2] + PR_COLUMN_THRESHOLDS - 1) / PR_COLUMN_THRESHOLDS;
        if (count > PR_MAX_TREE_COLUMNS)
            return pr__tensor_wrong(v->file, "thresholds", "", "has too many thresholds", error);
    }
    pr__column *columns = pr_arena_array(arena, (size_t)count, sizeof *columns);
    if (!columns)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening shard ", v->file->file);
    for (uint32_t way = 0; way < ways; way++) {
        uint32_t end = way + 1 < ways ? v->column_of[way + 1] : (uint32_t)count;
        for (uint32_t c = v->column_of[way]; c < end; c++)
            columns[c] =
                (pr__column){(uint16_t)(way / 2), way % 2 == 1, (c - v->column_of[way]) * PR_COLUMN_THRESHOLDS};
    }
    out->trees.columns = columns;
    out->trees.columns_count = (uint32_t)count;
    return PR_OK;
}

/* What is filled while the trees are walked. */
typedef struct layout {
    pr__node *nodes;
    float *values;
    uint8_t *depth;
    uint64_t inner, leaves; /* seen so far */
} layout;

static pr_status lay_inner(const view *v, const pr_model *model, uint32_t root, uint32_t node, uint32_t end,
                           uint32_t first_inner, layout *out, pr_error *error) {
    uint32_t way = pr__uint(v->split, node) - 1;
    if (out->inner >= v->inner)
        return pr__tensor_wrong(v->file, "bin", "", "is shorter than there are inner nodes", error);
    uint32_t bin = pr__uint(v->bin, out->inner);
    const uint32_t *offsets = model->trees.threshold_offsets;
    if (bin >= offsets[way / 2 + 1] - offsets[way / 2])
        return pr__tensor_wrong(v->file, "bin", "", "is beyond the thresholds of its feature", error);
    uint64_t child = (uint64_t)root + 1 + 2 * (out->inner - first_inner);
    if (child <= node || child + 1 >= end)
        return pr__tensor_wrong(v->file, "split", "", "has a node whose children do not lie behind it", error);
    if (out->depth[node] >= PR_MAX_TREE_DEPTH)
        return pr__tensor_wrong(v->file, "split", "", "has a tree that is deeper than 24", error);
    out->depth[child] = out->depth[child + 1] = (uint8_t)(out->depth[node] + 1);
    uint64_t column = v->column_of[way] + bin / PR_COLUMN_THRESHOLDS;
    out->nodes[node] = child << 32 | column * PR_TREE_TILE << 8 | bin % PR_COLUMN_THRESHOLDS;
    out->inner++;
    return PR_OK;
}

/* A tree of n inner nodes has 2 n + 1 nodes: then each one but the root is the child of exactly one that lies before
 * it, so every node is reached, and once. */
static pr_status lay_tree(const view *v, const pr_model *model, uint32_t root, uint32_t end, pr__tree *tree,
                          layout *out, pr_error *error) {
    uint32_t first_inner = (uint32_t)out->inner;
    *tree = (pr__tree){.root = root, .inner = first_inner};
    for (uint32_t node = root; node < end; node++) {
        if (pr__uint(v->split, node)) {
            PR_TRY(lay_inner(v, model, root, node, end, first_inner, out, error));
            continue;
        }
        if (out->leaves >= v->leaves)
            return pr__tensor_wrong(v->file, "leaf", "", "is shorter than there are leaves", error);
        out->nodes[node] = (uint64_t)node << 32 | 255;
        out->values[node] = v->leaf[out->leaves++];
        if (out->depth[node] > tree->depth)
            tree->depth = out->depth[node];
    }
    tree->turns = (uint32_t)out->inner - first_inner;
    if (end - root != 2 * tree->turns + 1)
        return pr__tensor_wrong(v->file, "nodes", "", "has a tree with other than one leaf more than inner nodes",
                                error);
    return PR_OK;
}

pr_status pr__trees_check(const pr_safetensors *file, pr_arena *arena, pr_model *out, pr_error *error) {
    view v = {.file = file};
    PR_TRY(read_tensors(&v, out, error));
    PR_TRY(number_columns(&v, arena, out, error));
    layout space = {.nodes = pr_arena_array(arena, (size_t)v.nodes, sizeof *space.nodes),
                    .values = pr_arena_array(arena, (size_t)v.nodes, sizeof *space.values),
                    .depth = pr_arena_array(arena, (size_t)v.nodes, sizeof *space.depth)};
    pr__tree *trees = pr_arena_array(arena, out->trees.count, sizeof *trees);
    if (!space.nodes || !space.values || !space.depth || !trees)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening shard ", file->file);
    for (uint32_t t = 0; t < out->trees.count; t++)
        PR_TRY(lay_tree(&v, out, v.starts[t], v.starts[t + 1], &trees[t], &space, error));
    out->trees.trees = trees;
    out->trees.nodes = space.nodes;
    out->trees.values = space.values;
    if (PR_TREE_TURNS && pr__trees_turns(v.inner, trees, arena, &out->trees) != PR_OK)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening shard ", file->file);
    return PR_OK;
}
