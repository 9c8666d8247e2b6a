/* Inner nodes of small trees as turns; see model.h. The trees are checked already. */
#include "model.h"

typedef struct turner {
    const pr__node *nodes;
    const float *values;
    pr__turn *turns;
    float *leaves;
    uint32_t turns_count, leaves_count; /* of this tree so far */
} turner;

/* Append the subtree at `at`; at most PR_MAX_TREE_DEPTH calls deep. */
static void append(turner *t, uint32_t at) {
    const pr__node node = t->nodes[at];
    const uint32_t left = pr__node_child(node);
    if (left == at) {
        t->leaves[t->leaves_count++] = t->values[at];
        return;
    }
    pr__turn *turn = &t->turns[t->turns_count++];
    const uint32_t first = t->leaves_count;
    append(t, left);
    *turn = (pr__turn){pr__node_column(node), (int8_t)pr__node_bin(node), (uint8_t)first,
                       (uint8_t)(t->leaves_count - first)};
    append(t, left + 1);
}

pr_status pr__trees_turns(uint64_t inner, pr__tree *list, pr_arena *arena, pr__trees *out) {
    pr__turn *turns = pr_arena_array(arena, (size_t)inner, sizeof *turns);
    float *leaves = pr_arena_array(arena, (size_t)inner + out->count, sizeof *leaves);
    if (!turns || !leaves)
        return PR_E_MEMORY;
    for (uint32_t i = 0; i < out->count; i++) {
        if (list[i].turns >= PR_TURN_LEAVES) {
            list[i].turns = 0;
            continue;
        }
        turner t = {out->nodes, out->values, turns + list[i].inner, leaves + list[i].inner + i, 0, 0};
        append(&t, list[i].root);
    }
    out->turns = turns;
    out->leaves = leaves;
    return PR_OK;
}
