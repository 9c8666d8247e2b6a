/* Scores of a tree ensemble. Rows are taken in tiles; values become bins once for all trees; then tree after tree walks
 * all rows of the tile, several at a time and without branches, so that a tree's nodes and the bins stay in the fastest
 * cache and the steps of different rows overlap. */
#include "model.h"

#include <math.h>

/* How many of the rising thresholds are <= value. NaN: 0. Branchless: every value takes the same steps. */
static uint32_t count_at_most(const float *thresholds, uint32_t count, float value) {
    uint32_t found = 0;
    while (count > 1) {
        uint32_t half = count / 2;
        found += half & (0 - (uint32_t)(value >= thresholds[found + half - 1]));
        count -= half;
    }
    return found + (count && value >= thresholds[found]);
}

static int8_t bin_of(const pr__column *column, float value, uint32_t found) {
    if (isnan(value))
        return column->missing_right ? 127 : -128;
    uint32_t bin = found > column->first ? found - column->first : 0;
    return bin < 255 ? (int8_t)((int32_t)bin - 128) : 127;
}

void pr__trees_bins(const pr_model *model, const float *rows, size_t count, int8_t *bins) {
    const pr__trees *trees = &model->trees;
    uint32_t found[PR_TREE_TILE];
    for (uint32_t c = 0; c < trees->columns_count; c++) {
        const pr__column *column = &trees->columns[c];
        const float *values = rows + column->feature;
        const uint32_t first = trees->threshold_offsets[column->feature];
        if (c == 0 || column->feature != column[-1].feature) {
            uint32_t thresholds = trees->threshold_offsets[column->feature + 1] - first;
            for (size_t r = 0; r < count; r++)
                found[r] = count_at_most(trees->thresholds + first, thresholds, values[r * model->features]);
        }
        for (size_t r = 0; r < count; r++)
            bins[c * PR_TREE_TILE + r] = bin_of(column, values[r * model->features], found[r]);
    }
}

#if PR_TREE_TURNS
typedef int8_t signed_bytes __attribute__((vector_size(16), may_alias));
typedef uint8_t bytes __attribute__((vector_size(16)));

/* Rows that turn at the same time: as many vectors as stay in registers. */
enum { VECTORS = 4, LANES = 16 * VECTORS };

static void turn_rows(const pr__trees *trees, const pr__tree *tree, const int8_t *bins, float *sums) {
    bytes at[VECTORS] = {{0}};
    const pr__turn *turn = trees->turns + tree->inner;
    for (const pr__turn *end = turn + tree->turns; turn < end; turn++) {
        const signed_bytes *column = (const signed_bytes *)(const void *)(bins + turn->column);
        const signed_bytes bin = turn->bin - (signed_bytes){0};
        const bytes first = turn->first - (bytes){0}, move = turn->move - (bytes){0};
#pragma GCC unroll 4
        for (uint32_t v = 0; v < VECTORS; v++)
            at[v] += (bytes)(column[v] > bin) & (bytes)(at[v] == first) & move;
    }
    const float *leaves = trees->leaves + tree->inner + (tree - trees->trees);
    const uint8_t *leaf = (const uint8_t *)at;
    for (uint32_t lane = 0; lane < LANES; lane++)
        sums[lane] += leaves[leaf[lane]];
}
#endif

enum { WALKERS = 8 }; /* rows that walk at the same time */

static void walk_rows(const pr__trees *trees, const pr__tree *tree, const int8_t *bins, float *sums) {
    uint32_t at[WALKERS];
    for (uint32_t lane = 0; lane < WALKERS; lane++)
        at[lane] = tree->root;
    for (uint32_t level = 0; level < tree->depth; level++) {
#pragma GCC unroll 8
        for (uint32_t lane = 0; lane < WALKERS; lane++) {
            pr__node node = trees->nodes[at[lane]];
            at[lane] = pr__node_child(node) + (bins[pr__node_column(node) + lane] > pr__node_bin(node));
        }
    }
#pragma GCC unroll 8
    for (uint32_t lane = 0; lane < WALKERS; lane++)
        sums[lane] += trees->values[at[lane]];
}

/* One tree, `count` rows. Rows up to the next multiple of the lanes are scored too; nobody looks at them. */
static void add_tree(const pr__trees *trees, const pr__tree *tree, size_t count, const int8_t *bins, float *sums) {
#if PR_TREE_TURNS
    if (tree->turns) {
        for (size_t r = 0; r < count; r += LANES)
            turn_rows(trees, tree, bins + r, sums + r);
        return;
    }
#endif
    for (size_t r = 0; r < count; r += WALKERS)
        walk_rows(trees, tree, bins + r, sums + r);
}

pr_status pr__trees_score(const pr_model *model, const float *rows, size_t count, pr_arena *scratch, double *scores) {
    const pr__trees *trees = &model->trees;
    /* At least one column, because leaves look at column 0. */
    int8_t *bins = pr_arena_array(scratch, (size_t)trees->columns_count + 1, PR_TREE_TILE);
    if (!bins)
        return PR_E_MEMORY;
    for (size_t first = 0; first < count; first += PR_TREE_TILE) {
        size_t tile = count - first < PR_TREE_TILE ? count - first : PR_TREE_TILE;
        float sums[PR_TREE_TILE];
        for (size_t r = 0; r < PR_TREE_TILE; r++)
            sums[r] = trees->base;
        pr__trees_bins(model, rows + first * model->features, tile, bins);
        for (uint32_t t = 0; t < trees->count; t++)
            add_tree(trees, &trees->trees[t], tile, bins, sums);
        for (size_t r = 0; r < tile; r++)
            scores[first + r] = sums[r];
    }
    return PR_OK;
}
