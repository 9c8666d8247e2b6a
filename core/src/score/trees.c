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
        found += value >= thresholds[found + half - 1] ? half : 0;
        count -= half;
    }
    return found + (count && value >= thresholds[found]);
}

static uint8_t bin_of(const pr__column *column, float value, uint32_t found) {
    if (isnan(value))
        return column->missing_right ? 255 : 0;
    uint32_t bin = found > column->first ? found - column->first : 0;
    return bin < 255 ? (uint8_t)bin : 255;
}

void pr__trees_bins(const pr_model *model, const float *rows, size_t count, uint8_t *bins) {
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

enum { LANES = 8 }; /* rows that walk at the same time */

static void add_leaves(const pr__trees *trees, const pr__tree *tree, const uint8_t *bins, float *sums) {
    uint32_t at[LANES];
    for (uint32_t lane = 0; lane < LANES; lane++)
        at[lane] = tree->root;
    for (uint32_t level = 0; level < tree->depth; level++) {
#pragma GCC unroll 8
        for (uint32_t lane = 0; lane < LANES; lane++) {
            pr__node node = trees->nodes[at[lane]];
            at[lane] = pr__node_child(node) + (bins[pr__node_column(node) + lane] > pr__node_bin(node));
        }
    }
#pragma GCC unroll 8
    for (uint32_t lane = 0; lane < LANES; lane++)
        sums[lane] += trees->values[at[lane]];
}

pr_status pr__trees_score(const pr_model *model, const float *rows, size_t count, pr_arena *scratch, double *scores) {
    const pr__trees *trees = &model->trees;
    /* At least one column, because leaves look at column 0. Rows beyond the last one are walked with whatever is there.
     */
    uint8_t *bins = pr_arena_array(scratch, (size_t)trees->columns_count + 1, PR_TREE_TILE);
    if (!bins)
        return PR_E_MEMORY;
    for (size_t first = 0; first < count; first += PR_TREE_TILE) {
        size_t tile = count - first < PR_TREE_TILE ? count - first : PR_TREE_TILE;
        float sums[PR_TREE_TILE];
        for (size_t r = 0; r < PR_TREE_TILE; r++)
            sums[r] = trees->base;
        pr__trees_bins(model, rows + first * model->features, tile, bins);
        for (uint32_t t = 0; t < trees->count; t++) {
            for (size_t r = 0; r < tile; r += LANES)
                add_leaves(trees, &trees->trees[t], bins + r, sums + r);
        }
        for (size_t r = 0; r < tile; r++)
            scores[first + r] = sums[r];
    }
    return PR_OK;
}
