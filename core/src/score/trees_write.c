/* Packing trees, as libraries have them, into a shard of the table `trees`. */
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Everything that is written, while it grows. */
typedef struct packed {
    const pr_tree_node *nodes;
    const uint32_t *starts;
    uint32_t trees, features;
    uint64_t *keys; /* feature << 32 | threshold's order: rising, each once */
    uint32_t keys_count;
    uint32_t *key_offsets; /* [features + 1] */
    uint32_t *split, *bin; /* as wide as can be; made narrow at the end */
    uint16_t *share;
    float *leaf, *thresholds;
    uint32_t nodes_count, inner, leaves;
} packed;

static pr_status wrong(uint32_t tree, const char *what, pr_error *error) {
    char digits[24];
    return pr_fail(error, PR_E_FORMAT, 0, "tree ", pr__decimal(tree, digits), " of the model ", what,
                   "; train the model again");
}

static pr_status no_memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while writing trees");
}

/* Finite floats as unsigned integers of the same order; -0 counts as 0. */
static uint32_t order_of(float value) {
    uint32_t bits;
    value = value == 0 ? 0 : value;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 31 ? ~bits : bits | 0x80000000u;
}

static float from_order(uint32_t order) {
    uint32_t bits = order >> 31 ? order & 0x7FFFFFFFu : ~order;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int by_number(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static pr_status check_node(const packed *p, uint32_t tree, const pr_tree_node *node, pr_error *error) {
    if (!(node->cover >= 0) || isinf(node->cover))
        return wrong(tree, "has a cover that is not a finite number from 0 on", error);
    if (node->feature < 0)
        return fabsf(node->value) <= PR_MAX_LEAF ? PR_OK
                                                 : wrong(tree, "has a leaf that is not finite or beyond 1e30", error);
    if ((uint32_t)node->feature >= p->features)
        return wrong(tree, "splits by a feature that is not there", error);
    if (!isfinite(node->threshold))
        return wrong(tree, "has a threshold that is not finite", error);
    uint32_t size = p->starts[tree + 1] - p->starts[tree];
    if (node->left >= size || node->right >= size)
        return wrong(tree, "has a child that is not there", error);
    return PR_OK;
}

static pr_status check_nodes(packed *p, pr_error *error) {
    if (p->features < 1 || p->features > PR_MAX_FEATURES)
        return pr_fail(error, PR_E_FORMAT, 0, "a model has 1 to 512 features; use fewer columns");
    if (p->trees > PR_MAX_TREES)
        return pr_fail(error, PR_E_FORMAT, 0, "a model has at most 65,536 trees; train fewer");
    for (uint32_t t = 0; t < p->trees; t++) {
        if (p->starts[t + 1] <= p->starts[t] || p->starts[t + 1] - p->starts[0] > PR_MAX_TREE_NODES)
            return wrong(t, "has no node, or there are more than 16,777,216", error);
        for (uint32_t i = p->starts[t]; i < p->starts[t + 1]; i++)
            PR_TRY(check_node(p, t, &p->nodes[i], error));
    }
    return PR_OK;
}

static pr_status take_room(packed *p, pr_arena *arena, pr_error *error) {
    size_t nodes = p->trees ? (size_t)p->starts[p->trees] - p->starts[0] : 0;
    p->keys = pr_arena_array(arena, nodes, sizeof *p->keys);
    p->key_offsets = pr_arena_array(arena, (size_t)p->features + 1, sizeof *p->key_offsets);
    p->split = pr_arena_array(arena, nodes, sizeof *p->split);
    p->bin = pr_arena_array(arena, nodes, sizeof *p->bin);
    p->share = pr_arena_array(arena, nodes, sizeof *p->share);
    p->leaf = pr_arena_array(arena, nodes, sizeof *p->leaf);
    p->thresholds = pr_arena_array(arena, nodes, sizeof *p->thresholds);
    bool full = !p->keys || !p->key_offsets || !p->split || !p->bin || !p->share || !p->leaf || !p->thresholds;
    return full ? no_memory(error) : PR_OK;
}

static void gather_thresholds(packed *p) {
    size_t count = 0;
    for (uint32_t i = p->trees ? p->starts[0] : 0, end = p->trees ? p->starts[p->trees] : 0; i < end; i++) {
        if (p->nodes[i].feature >= 0)
            p->keys[count++] = (uint64_t)p->nodes[i].feature << 32 | order_of(p->nodes[i].threshold);
    }
    if (count)
        qsort(p->keys, count, sizeof *p->keys, by_number);
    for (size_t i = 0; i < count; i++) {
        if (p->keys_count && p->keys[p->keys_count - 1] == p->keys[i])
            continue;
        p->keys[p->keys_count] = p->keys[i];
        p->thresholds[p->keys_count++] = from_order((uint32_t)p->keys[i]);
        p->key_offsets[(p->keys[i] >> 32) + 1] = p->keys_count;
    }
    for (uint32_t f = 0; f < p->features; f++) { /* features without thresholds */
        if (p->key_offsets[f + 1] < p->key_offsets[f])
            p->key_offsets[f + 1] = p->key_offsets[f];
    }
}

/* The index of a node's threshold among its feature's. */
static uint32_t bin_of(const packed *p, const pr_tree_node *node) {
    uint64_t key = (uint64_t)node->feature << 32 | order_of(node->threshold);
    const uint64_t *found = bsearch(&key, p->keys, p->keys_count, sizeof key, by_number);
    return (uint32_t)(found - p->keys) - p->key_offsets[node->feature];
}

/* Share of the cover that goes left. It is 0 or 1 only when one side has no cover at all. */
static uint16_t share_of(float left, float right) {
    double all = (double)left + right;
    double share = floor((all > 0 ? left / all : 0.5) * 65535 + 0.5);
    if (left > 0 && share < 1)
        share = 1;
    if (right > 0 && share > 65534)
        share = 65534;
    return (uint16_t)share;
}

/* Append one tree breadth first. `queue` has room for its nodes and `depth` too. A node that comes a second time makes
 * the queue longer than the tree. */
static pr_status pack_tree(packed *p, uint32_t tree, uint32_t *queue, uint8_t *depth, pr_error *error) {
    const pr_tree_node *nodes = p->nodes + p->starts[tree];
    const uint32_t size = p->starts[tree + 1] - p->starts[tree];
    uint32_t queued = 1;
    queue[0] = depth[0] = 0;
    for (uint32_t i = 0; i < queued; i++) {
        const pr_tree_node *node = &nodes[queue[i]];
        if (node->feature < 0) {
            p->leaf[p->leaves++] = node->value;
            p->split[p->nodes_count++] = 0;
            continue;
        }
        if (depth[i] == PR_MAX_TREE_DEPTH)
            return wrong(tree, "is deeper than 24", error);
        if (size - queued < 2)
            return wrong(tree, "reaches a node twice", error);
        p->split[p->nodes_count++] = 1 + 2 * (uint32_t)node->feature + !node->missing_left;
        p->bin[p->inner] = bin_of(p, node);
        p->share[p->inner++] = share_of(nodes[node->left].cover, nodes[node->right].cover);
        depth[queued] = depth[queued + 1] = (uint8_t)(depth[i] + 1);
        queue[queued++] = node->left;
        queue[queued++] = node->right;
    }
    return queued == size ? PR_OK : wrong(tree, "has nodes that nothing leads to", error);
}

static pr_status pack_trees(packed *p, uint32_t *starts, pr_arena *arena, pr_error *error) {
    uint32_t longest = 0;
    for (uint32_t t = 0; t < p->trees; t++) {
        if (p->starts[t + 1] - p->starts[t] > longest)
            longest = p->starts[t + 1] - p->starts[t];
    }
    uint32_t *queue = pr_arena_array(arena, longest, sizeof *queue);
    uint8_t *depth = pr_arena_array(arena, longest, sizeof *depth);
    bool *seen = pr_arena_array(arena, longest, sizeof *seen);
    if (!queue || !depth || !seen)
        return no_memory(error);
    for (uint32_t t = 0; t < p->trees; t++) {
        PR_TRY(pack_tree(p, t, queue, depth, error));
        const uint32_t size = p->starts[t + 1] - p->starts[t];
        memset(seen, 0, size);
        for (uint32_t i = 0; i < size; i++) {
            if (seen[queue[i]])
                return wrong(t, "reaches a node twice", error);
            seen[queue[i]] = true;
        }
        starts[t + 1] = p->nodes_count;
    }
    return PR_OK;
}

/* The narrowest tensor that holds the numbers; they are made narrow in place. */
static pr_tensor narrow(const char *name, uint32_t *numbers, uint32_t count) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < count; i++)
        most = numbers[i] > most ? numbers[i] : most;
    pr_dtype dtype = most <= UINT8_MAX ? PR_U8 : most <= UINT16_MAX ? PR_U16 : PR_U32;
    for (uint32_t i = 0; i < count && dtype != PR_U32; i++) { /* little-endian: the low bytes come first */
        uint32_t number = numbers[i];
        memcpy((char *)numbers + (size_t)i * pr_dtype_size(dtype), &number, pr_dtype_size(dtype));
    }
    return (pr_tensor){name, dtype, 1, {count, 0}, numbers};
}

pr_status pr_trees_write(const pr_tree_node *nodes, const uint32_t *starts, uint32_t trees, uint32_t features,
                         float base, pr_buffer *out, pr_error *error) {
    packed p = {.nodes = nodes, .starts = starts, .trees = trees, .features = features};
    PR_TRY(check_nodes(&p, error));
    if (!(fabsf(base) <= PR_MAX_LEAF))
        return pr_fail(error, PR_E_FORMAT, 0,
                       "the base of the model is not finite or beyond 1e30; train the model again");
    PR_TRY(take_room(&p, out->arena, error));
    uint32_t *tree_starts = pr_arena_array(out->arena, (size_t)trees + 1, sizeof *tree_starts);
    if (!tree_starts)
        return no_memory(error);
    gather_thresholds(&p);
    PR_TRY(pack_trees(&p, tree_starts, out->arena, error));
    const pr_tensor tensors[] = {{"nodes", PR_U32, 1, {(uint64_t)trees + 1, 0}, tree_starts},
                                 {"threshold_offsets", PR_U32, 1, {(uint64_t)features + 1, 0}, p.key_offsets},
                                 {"thresholds", PR_F32, 1, {p.keys_count, 0}, p.thresholds},
                                 {"leaf", PR_F32, 1, {p.leaves, 0}, p.leaf},
                                 {"base", PR_F32, 1, {1, 0}, &base},
                                 {"share", PR_U16, 1, {p.inner, 0}, p.share},
                                 narrow("split", p.split, p.nodes_count),
                                 narrow("bin", p.bin, p.inner)};
    return pr_safetensors_write(tensors, PR_COUNT(tensors), NULL, 0, out, error);
}
