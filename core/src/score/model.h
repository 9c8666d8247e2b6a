/* Models that turn feature rows into scores, opened and checked. Public functions: section 8 of pocketrec.h. */
#ifndef PR_MODEL_H
#define PR_MODEL_H

#include "safetensors.h"

enum {
    PR_TREE_TILE = 64,          /* rows that are scored together */
    PR_COLUMN_THRESHOLDS = 255, /* of one column: a bin is the number of thresholds <= the value, 0 … 255 */
    PR_MAX_TREE_COLUMNS = 65536,
    PR_MAX_TREES = 65536,
    PR_MAX_TREE_NODES = 1 << 24
};

/* Leaves and the base are at most this large, so that no sum of PR_MAX_TREES of them overflows a float. */
#define PR_MAX_LEAF 1e30f
/* Likewise for the numbers of a linear model. */
#define PR_MAX_LINEAR 1e60

/* A feature as nodes see it: bins instead of values. A feature has a column for every 255 of its thresholds and for
 * each way that NaN goes, where a node needs it; so a node compares two bytes, and NaN costs nothing there. Bins are
 * kept less 128, because vectors compare signed bytes. */
typedef struct pr__column {
    uint16_t feature;
    bool missing_right;
    uint32_t first; /* threshold of the feature that the column begins with; it has up to 255 */
} pr__column;

/* A node: its left child (the right one follows it) << 32 | PR_TREE_TILE x column << 8 | bin. A row whose bin is larger
 * goes right. A leaf is its own left child with bin 255, which no bin exceeds: a row that has arrived stays. */
typedef uint64_t pr__node;

PR__INLINE uint32_t pr__node_child(pr__node node) {
    return (uint32_t)(node >> 32);
}
PR__INLINE uint32_t pr__node_column(pr__node node) { /* x PR_TREE_TILE */
    return (uint32_t)node >> 8;
}
PR__INLINE int32_t pr__node_bin(pr__node node) { /* - 128 */
    return (int32_t)(node & 255) - 128;
}

/* An inner node of a small tree as a turn. Leaves are numbered from left to right. A row stands at leaf 0 and meets the
 * inner nodes in the order "node, left subtree, right subtree". It stands at a node's first leaf exactly when its way
 * leads through the node; if it goes right there, it moves on to the first leaf of the right subtree. So all rows do
 * the same few steps on bytes for every node, sixteen rows in one instruction, and end at their leaves. */
typedef struct pr__turn {
    uint32_t column;     /* x PR_TREE_TILE */
    int8_t bin;          /* a row whose bin is larger goes right */
    uint8_t first, move; /* the node's first leaf; leaves of its left subtree */
} pr__turn;

/* Turns need vectors of sixteen bytes; without them every tree is walked. Both ways find the same leaves. */
#define PR_TREE_TURNS PR_VECTORS

typedef struct pr__tree {
    uint32_t root;  /* among all nodes */
    uint32_t inner; /* its first inner node among all inner nodes and turns; its first leaf is inner + its number */
    uint32_t turns; /* inner nodes; 0: the tree is walked */
    uint32_t depth; /* of the deepest leaf; a root alone has 0 */
} pr__tree;

enum { PR_TURN_LEAVES = 256 }; /* of a tree with turns at most */

typedef struct pr__trees {
    uint32_t count, columns_count;
    float base;
    const pr__tree *trees;
    const pr__node *nodes;
    const float *values;   /* [nodes] of leaves */
    const pr__turn *turns; /* [inner nodes], of the trees that have them */
    const float *leaves;   /* from left to right, of the same trees */
    const uint16_t *shares;
    const float *thresholds;
    const uint32_t *threshold_offsets;
    const pr__column *columns; /* by feature */
} pr__trees;

typedef struct pr__linear {
    const double *weight, *mean, *scale;
    double bias;
} pr__linear;

struct pr_model {
    uint32_t features;
    bool is_linear;
    pr__trees trees;
    pr__linear linear;
};

/* The check behind pr_model_open, for a shard that is read already: linear when it has a tensor `weight`, else trees.
 */
pr_status pr__model_check(const pr_safetensors *file, pr_arena *arena, const pr_model **out, pr_error *error);

pr_status pr__trees_check(const pr_safetensors *file, pr_arena *arena, pr_model *out, pr_error *error);
/* Turns of the small trees. */
pr_status pr__trees_turns(uint64_t inner, pr__tree *list, pr_arena *arena, pr__trees *out);
/* Bins of `count` (at most PR_TREE_TILE) rows: bins[column x PR_TREE_TILE + row], less 128. */
void pr__trees_bins(const pr_model *model, const float *rows, size_t count, int8_t *bins);
pr_status pr__trees_score(const pr_model *model, const float *rows, size_t count, pr_arena *scratch, double *scores);
pr_status pr__trees_explain(const pr_model *model, const float *row, pr_arena *scratch, double *contributions,
                            double *base);

pr_status pr__linear_check(const pr_safetensors *file, pr_model *out, pr_error *error);
void pr__linear_score(const pr_model *model, const float *rows, size_t count, double *scores);
void pr__linear_explain(const pr_model *model, const float *row, double *contributions, double *base);

#endif
