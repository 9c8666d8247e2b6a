/* Contributions of the features to the score of a tree ensemble: path-dependent TreeSHAP, algorithm 2 of Lundberg,
 * Erion and Lee, "Consistent individualized feature attribution for tree ensembles" (2018, arXiv:1802.03888), in
 * float64. The share of the training data that goes to a child comes from the table. */
#include "model.h"

/* One feature of the way from the root to a node. */
typedef struct step {
    uint32_t feature;
    double zero;   /* share of the data that comes here when the feature is unknown */
    double one;    /* 1 when the row itself comes here, else 0 */
    double weight; /* of subsets with as many known features as the step's place says */
} step;

enum { NO_FEATURE = PR_MAX_FEATURES, PATH = PR_MAX_TREE_DEPTH + 2 };

typedef struct walk {
    const pr__trees *trees;
    const pr__tree *tree;
    const int8_t *bins; /* of the row */
    double *contributions;
    double base;
} walk;

/* EXTEND of the paper: the path grows by a step to `length` + 1 steps. */
static void extend(step *path, uint32_t length, uint32_t feature, double zero, double one) {
    path[length] = (step){feature, zero, one, length == 0 ? 1 : 0};
    for (uint32_t i = length; i-- > 0;) {
        path[i + 1].weight += one * path[i].weight * (i + 1) / (length + 1);
        path[i].weight = zero * path[i].weight * (length - i) / (length + 1);
    }
}

/* UNWIND: take step `gone` out of a path of `length` + 1 steps. zero and one of it are never both 0. */
static void unwind(step *path, uint32_t length, uint32_t gone) {
    double zero = path[gone].zero, one = path[gone].one, next = path[length].weight;
    for (uint32_t i = length; i-- > 0;) {
        if (one != 0) {
            double weight = path[i].weight;
            path[i].weight = next * (length + 1) / ((i + 1) * one);
            next = weight - path[i].weight * zero * (length - i) / (length + 1);
        } else {
            path[i].weight = path[i].weight * (length + 1) / (zero * (length - i));
        }
    }
    for (uint32_t i = gone; i < length; i++) {
        path[i].feature = path[i + 1].feature;
        path[i].zero = path[i + 1].zero;
        path[i].one = path[i + 1].one;
    }
}

/* The sum of the weights that unwinding `gone` would leave. */
static double unwound_sum(const step *path, uint32_t length, uint32_t gone) {
    double zero = path[gone].zero, one = path[gone].one, next = path[length].weight, sum = 0;
    for (uint32_t i = length; i-- > 0;) {
        if (one != 0) {
            double weight = next * (length + 1) / ((i + 1) * one);
            sum += weight;
            next = path[i].weight - weight * zero * (length - i) / (length + 1);
        } else {
            sum += path[i].weight * (length + 1) / (zero * (length - i));
        }
    }
    return sum;
}

static void reach_leaf(walk *w, const step *path, uint32_t length, double value) {
    for (uint32_t i = 1; i <= length; i++)
        w->contributions[path[i].feature] += unwound_sum(path, length, i) * (path[i].one - path[i].zero) * value;
}

/* RECURSE. `path` has `length` steps and room for PATH; each call works on a copy. At most PR_MAX_TREE_DEPTH deep. */
static void visit(walk *w, uint32_t at, const step *path, uint32_t length, uint32_t feature, double zero, double one,
                  double reach) {
    step mine[PATH];
    for (uint32_t i = 0; i < length; i++)
        mine[i] = path[i];
    extend(mine, length, feature, zero, one);
    const pr__node node = w->trees->nodes[at];
    const uint32_t left = pr__node_child(node);
    if (left == at) {
        reach_leaf(w, mine, length, w->trees->values[at]);
        w->base += reach * w->trees->values[at];
        return;
    }
    const uint32_t split = w->trees->columns[pr__node_column(node) / PR_TREE_TILE].feature;
    double known_zero = 1, known_one = 1;
    for (uint32_t i = 1; i <= length; i++) {
        if (mine[i].feature == split) {
            known_zero = mine[i].zero;
            known_one = mine[i].one;
            unwind(mine, length--, i);
            break;
        }
    }
    const uint32_t inner = w->tree->inner + (left - w->tree->root - 1) / 2;
    const uint32_t right = w->bins[pr__node_column(node)] > pr__node_bin(node);
    for (uint32_t side = 0; side < 2; side++) {
        double share = (side ? 65535 - w->trees->shares[inner] : w->trees->shares[inner]) / 65535.0;
        double side_zero = known_zero * share, side_one = side == right ? known_one : 0;
        if (side_zero > 0 || side_one > 0) /* else no subset of the features comes here */
            visit(w, left + side, mine, length + 1, split, side_zero, side_one, reach * share);
    }
}

pr_status pr__trees_explain(const pr_model *model, const float *row, pr_arena *scratch, double *contributions,
                            double *base) {
    const pr__trees *trees = &model->trees;
    int8_t *bins = pr_arena_array(scratch, (size_t)trees->columns_count + 1, PR_TREE_TILE);
    if (!bins)
        return PR_E_MEMORY;
    pr__trees_bins(model, row, 1, bins);
    for (uint32_t f = 0; f < model->features; f++)
        contributions[f] = 0;
    walk w = {trees, NULL, bins, contributions, trees->base};
    for (uint32_t t = 0; t < trees->count; t++) {
        w.tree = &trees->trees[t];
        visit(&w, w.tree->root, NULL, 0, NO_FEATURE, 1, 1, 1);
    }
    *base = w.base;
    return PR_OK;
}
