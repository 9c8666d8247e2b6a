/* Tree ensembles and linear models: what is packed scores like the nodes it was made from, bit for bit; contributions
 * are Shapley values; damaged shards are refused or harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pocketrec.h"
#include "small_bundle.h"

enum { MOST_NODES = 20000, MOST_TREES = 64 };

/* An ensemble as a library has it. */
typedef struct forest {
    pr_tree_node nodes[MOST_NODES];
    uint32_t starts[MOST_TREES + 1];
    uint32_t trees, features;
    float base;
} forest;

/* What a random forest is made of. */
typedef struct shape {
    uint32_t trees, features, used, depth;
    double stop;        /* chance that a node above the deepest level is a leaf */
    uint32_t different; /* thresholds to draw from; 0: any float */
    uint64_t seed;
} shape;

static forest wood;
static pr_arena arena;

static int set_up(void **state) {
    (void)state;
    pr_arena_init(&arena, NULL, 0);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pr_arena_free(&arena);
    return 0;
}

static uint64_t dice;

static double uniform(void) {
    return pr_uniform(7, dice++);
}

static uint32_t below(uint32_t n) {
    return (uint32_t)(uniform() * n);
}

/* Any finite float: of usual size, tiny, huge, denormal or zero with either sign. */
static float any_float(void) {
    static const float special[] = {0.0f, -0.0f, 1e-45f, -1e-45f, 1e-40f, -1e-40f, 3.4028235e38f, -3.4028235e38f, 1.0f};
    if (below(8) == 0)
        return special[below(9)];
    float value = (float)(uniform() * 2 - 1);
    return below(6) == 0 ? value * 1e30f : value;
}

static float threshold_of(const shape *s) {
    return s->different ? (float)below(s->different) / 7 - 20 : any_float();
}

/* Grow a subtree at the end of the nodes; depth first, so that the order differs from the one that is packed. */
static uint32_t grow(const shape *s, uint32_t root, uint32_t *count, uint32_t depth, float cover) {
    uint32_t at = (*count)++;
    assert_true(*count < MOST_NODES);
    pr_tree_node *node = &wood.nodes[at];
    *node = (pr_tree_node){.feature = -1, .value = (float)(uniform() - 0.5), .cover = cover};
    if (depth == s->depth || (depth && uniform() < s->stop))
        return at - root;
    node->feature = (int32_t)below(s->used);
    node->threshold = threshold_of(s);
    node->missing_left = below(2);
    float left = (float)floor(cover * uniform());
    uint32_t child = grow(s, root, count, depth + 1, left);
    wood.nodes[at].left = child;
    child = grow(s, root, count, depth + 1, cover - left);
    wood.nodes[at].right = child;
    return at - root;
}

static void plant(const shape *s) {
    dice = s->seed * 1000003;
    wood.trees = s->trees;
    wood.features = s->features;
    wood.base = 0.25f;
    uint32_t count = 0;
    for (uint32_t t = 0; t < s->trees; t++) {
        wood.starts[t] = count;
        grow(s, count, &count, 0, 1000);
    }
    wood.starts[s->trees] = count;
}

static pr_buffer pack(void) {
    pr_buffer out = {.arena = &arena};
    pr_error error = {0};
    if (pr_trees_write(wood.nodes, wood.starts, wood.trees, wood.features, wood.base, &out, &error))
        fail_msg("%s", error.message);
    return out;
}

static const pr_model *open_model(pr_buffer shard) {
    const pr_model *model = NULL;
    pr_error error = {0};
    if (pr_model_open(shard.bytes, shard.size, &arena, &model, &error))
        fail_msg("%s", error.message);
    return model;
}

static bool goes_right(const pr_tree_node *node, float value) {
    return isnan(value) ? !node->missing_left : !(value < node->threshold);
}

static float naive_score(const float *row) {
    float sum = wood.base;
    for (uint32_t t = 0; t < wood.trees; t++) {
        const pr_tree_node *tree = &wood.nodes[wood.starts[t]], *node = tree;
        while (node->feature >= 0)
            node = &tree[goes_right(node, row[node->feature]) ? node->right : node->left];
        sum += node->value;
    }
    return sum;
}

/* A value that is hard to place: NaN, infinite, a threshold of the forest or one of its neighbours. */
static float hard_value(void) {
    uint32_t nodes = wood.starts[wood.trees];
    switch (below(6)) {
    case 0:
        return NAN;
    case 1:
        return below(2) ? INFINITY : -INFINITY;
    case 2:
        return wood.nodes[below(nodes)].threshold;
    case 3:
        return nextafterf(wood.nodes[below(nodes)].threshold, INFINITY);
    case 4:
        return nextafterf(wood.nodes[below(nodes)].threshold, -INFINITY);
    default:
        return any_float();
    }
}

static void scores_are_naive(const shape *s, size_t rows) {
    plant(s);
    const pr_model *model = open_model(pack());
    assert_int_equal(pr_model_features(model), s->features);
    float *values = malloc(rows * s->features * sizeof *values);
    double *scores = malloc(rows * sizeof *scores);
    for (size_t i = 0; i < rows * s->features; i++)
        values[i] = hard_value();
    assert_int_equal(pr_model_score(model, values, rows, &arena, scores), PR_OK);
    for (size_t r = 0; r < rows; r++) {
        double expected = naive_score(values + r * s->features);
        if (memcmp(&expected, &scores[r], sizeof expected))
            fail_msg("seed %d, row %zu: %.17g, expected %.17g", (int)s->seed, r, scores[r], expected);
    }
    free(values);
    free(scores);
}

static void test_scores_equal_a_naive_walk(void **state) {
    (void)state;
    const shape shapes[] = {
        {.trees = 50, .features = 10, .used = 8, .depth = 6, .stop = 0.1, .seed = 1},
        {.trees = 40, .features = 30, .used = 30, .depth = 5, .stop = 0.2, .different = 40, .seed = 2},
        {.trees = 60, .features = 2, .used = 1, .depth = 7, .stop = 0, .seed = 3}, /* > 255 thresholds in a feature */
        {.trees = 30, .features = 512, .used = 512, .depth = 6, .stop = 0.05, .seed = 4}, /* > 127 features */
        {.trees = 8, .features = 5, .used = 4, .depth = 24, .stop = 0.4, .seed = 5},
        {.trees = 5, .features = 3, .used = 3, .depth = 10, .stop = 0.02, .seed = 6}, /* many leaves a tree */
        {.trees = 64, .features = 4, .used = 4, .depth = 1, .stop = 0, .different = 3, .seed = 7},
        {.trees = 3, .features = 2, .used = 1, .depth = 0, .stop = 1, .seed = 8}, /* one leaf each */
        {.trees = 0, .features = 2, .used = 1, .depth = 0, .stop = 1, .seed = 9},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        scores_are_naive(&shapes[i], shapes[i].trees ? 100000 / 8 : 0);
    scores_are_naive(&shapes[1], 100000);
    for (size_t rows = 1; rows < 200; rows += 7) /* tiles that are not full */
        scores_are_naive(&shapes[0], rows);
}

/* A way down of 24 splits by one feature, to both sides. */
static void test_deepest_tree(void **state) {
    (void)state;
    for (uint32_t depth = 24; depth <= 25; depth++) {
        wood = (forest){.trees = 1, .features = 1, .base = 0};
        for (uint32_t i = 0; i < depth; i++) {
            wood.nodes[2 * i] = (pr_tree_node){0, (float)i, false, 2 * i + 1, 2 * i + 2, 0, 1};
            wood.nodes[2 * i + 1] = (pr_tree_node){-1, 0, false, 0, 0, (float)i, 1};
        }
        wood.nodes[2 * depth] = (pr_tree_node){-1, 0, false, 0, 0, 100, 1};
        wood.starts[1] = 2 * depth + 1;
        pr_buffer out = {.arena = &arena};
        pr_error error = {0};
        pr_status status = pr_trees_write(wood.nodes, wood.starts, 1, 1, 0, &out, &error);
        assert_int_equal(status, depth <= 24 ? PR_OK : PR_E_FORMAT);
        if (status)
            assert_non_null(strstr(error.message, "deeper than 24"));
    }
    wood.starts[1] = 49;
    wood.nodes[48] = (pr_tree_node){-1, 0, false, 0, 0, 100, 1};
    const pr_model *model = open_model(pack());
    const float rows[] = {-1, 0.5f, 22.5f, 23, NAN};
    double scores[5];
    assert_int_equal(pr_model_score(model, rows, 5, &arena, scores), PR_OK);
    const double expected[] = {0, 1, 23, 100, 100};
    for (int i = 0; i < 5; i++)
        assert_true(scores[i] == expected[i]);
}

static void writer_refuses(pr_tree_node node, const char *says) {
    pr_tree_node nodes[3] = {node, {-1, 0, false, 0, 0, 1, 1}, {-1, 0, false, 0, 0, 2, 1}};
    const uint32_t starts[] = {0, 3};
    pr_buffer out = {.arena = &arena};
    pr_error error = {0};
    assert_int_equal(pr_trees_write(nodes, starts, 1, 2, 0, &out, &error), PR_E_FORMAT);
    if (!strstr(error.message, says))
        fail_msg("\"%s\" does not say \"%s\"", error.message, says);
}

static void test_writer_refuses_what_is_no_tree(void **state) {
    (void)state;
    writer_refuses((pr_tree_node){0, NAN, false, 1, 2, 0, 2}, "threshold");
    writer_refuses((pr_tree_node){0, INFINITY, false, 1, 2, 0, 2}, "threshold");
    writer_refuses((pr_tree_node){2, 0, false, 1, 2, 0, 2}, "feature");
    writer_refuses((pr_tree_node){0, 0, false, 1, 3, 0, 2}, "not there");
    writer_refuses((pr_tree_node){0, 0, false, 1, 1, 0, 2}, "twice");
    writer_refuses((pr_tree_node){0, 0, false, 0, 1, 0, 2}, "twice");
    writer_refuses((pr_tree_node){-1, 0, false, 0, 0, 0, 2}, "nothing leads to");
    writer_refuses((pr_tree_node){-1, 0, false, 0, 0, NAN, 2}, "leaf");
    writer_refuses((pr_tree_node){-1, 0, false, 0, 0, 0, NAN}, "cover");
    pr_buffer out = {.arena = &arena};
    const pr_tree_node leaf = {-1, 0, false, 0, 0, 1, 1};
    const uint32_t starts[] = {0, 1, 1};
    assert_int_equal(pr_trees_write(&leaf, starts, 1, 0, 0, &out, NULL), PR_E_FORMAT);
    assert_int_equal(pr_trees_write(&leaf, starts, 1, PR_MAX_FEATURES + 1, 0, &out, NULL), PR_E_FORMAT);
    assert_int_equal(pr_trees_write(&leaf, starts, 1, 1, INFINITY, &out, NULL), PR_E_FORMAT);
    assert_int_equal(pr_trees_write(&leaf, starts, 2, 1, 0, &out, NULL), PR_E_FORMAT); /* a tree without nodes */
    assert_int_equal(out.size, 0);
}

/* --- contributions ------------------------------------------------------------------------------------------------ */

/* Shares as the covers say them, not as the table keeps them. */
static bool exact_covers;

/* What the table keeps of a node's cover: the share that goes left, in 65535ths, 0 and 1 only when one side is empty.
 */
static double kept_share(const pr_tree_node *tree, const pr_tree_node *node) {
    double left = tree[node->left].cover, right = tree[node->right].cover;
    if (exact_covers)
        return left + right > 0 ? left / (left + right) : 0.5;
    double share = floor((left + right > 0 ? left / (left + right) : 0.5) * 65535 + 0.5);
    share = left > 0 && share < 1 ? 1 : share;
    share = right > 0 && share > 65534 ? 65534 : share;
    return share / 65535;
}

/* The expected value when only the features in `known` are known; path-dependent as the paper defines it. */
static double expected_value(const pr_tree_node *tree, uint32_t at, const float *row, uint32_t known) {
    const pr_tree_node *node = &tree[at];
    if (node->feature < 0)
        return node->value;
    if (known >> node->feature & 1)
        return expected_value(tree, goes_right(node, row[node->feature]) ? node->right : node->left, row, known);
    double share = kept_share(tree, node);
    return share * expected_value(tree, node->left, row, known) +
           (1 - share) * expected_value(tree, node->right, row, known);
}

static double value_of(const float *row, uint32_t known) {
    double sum = wood.base;
    for (uint32_t t = 0; t < wood.trees; t++)
        sum += expected_value(&wood.nodes[wood.starts[t]], 0, row, known);
    return sum;
}

/* Shapley's formula over all subsets. */
static void brute_force(const float *row, double *contributions, double *base) {
    const uint32_t n = wood.features;
    double *values = malloc(sizeof(double) << n), weight[32];
    for (uint32_t known = 0; known < 1u << n; known++)
        values[known] = value_of(row, known);
    weight[0] = 1.0 / n; /* |S|! (n - |S| - 1)! / n! */
    for (uint32_t size = 1; size < n; size++)
        weight[size] = weight[size - 1] * size / (n - size);
    for (uint32_t f = 0; f < n; f++) {
        contributions[f] = 0;
        for (uint32_t known = 0; known < 1u << n; known++) {
            uint32_t size = 0;
            for (uint32_t bits = known; bits; bits &= bits - 1)
                size++;
            if (!(known >> f & 1))
                contributions[f] += weight[size] * (values[known | 1u << f] - values[known]);
        }
    }
    *base = values[0];
    free(values);
}

static void test_contributions_are_shapley_values(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 12; i++) {
        shape s = {.trees = 4, .features = 1 + i % 10, .depth = 3 + i % 5, .stop = 0.15, .seed = 100 + i};
        s.used = s.features;
        plant(&s);
        const pr_model *model = open_model(pack());
        for (int repeat = 0; repeat < 5; repeat++) {
            float row[10];
            double got[10], expected[10], base, expected_base, score;
            for (uint32_t f = 0; f < s.features; f++)
                row[f] = hard_value();
            brute_force(row, expected, &expected_base);
            assert_int_equal(pr_model_explain(model, row, &arena, got, &base), PR_OK);
            assert_true(fabs(base - expected_base) < 1e-12);
            double sum = base;
            for (uint32_t f = 0; f < s.features; f++) {
                if (!(fabs(got[f] - expected[f]) < 1e-11))
                    fail_msg("forest %u, feature %u: %.17g, expected %.17g", i, f, got[f], expected[f]);
                sum += got[f];
            }
            /* The score is a sum of float32: what differs is its rounding. */
            assert_int_equal(pr_model_score(model, row, 1, &arena, &score), PR_OK);
            assert_true(fabs(sum - score) < 1e-6);
        }
    }
}

/* The table keeps shares in 16 bits. Beside contributions by the covers themselves, those of 40 trees of depth 5 with
 * leaves within 0.5 of 0 are off by less than 1e-4. */
static void test_kept_shares_are_close_to_the_covers(void **state) {
    (void)state;
    const shape s = {.trees = 40, .features = 8, .used = 8, .depth = 5, .stop = 0.1, .seed = 300};
    plant(&s);
    const pr_model *model = open_model(pack());
    double largest = 0;
    for (int repeat = 0; repeat < 20; repeat++) {
        float row[8];
        double got[8], expected[8], base, expected_base;
        for (uint32_t f = 0; f < s.features; f++)
            row[f] = hard_value();
        exact_covers = true;
        brute_force(row, expected, &expected_base);
        exact_covers = false;
        assert_int_equal(pr_model_explain(model, row, &arena, got, &base), PR_OK);
        for (uint32_t f = 0; f < s.features; f++)
            largest = fabs(got[f] - expected[f]) > largest ? fabs(got[f] - expected[f]) : largest;
    }
    assert_true(largest < 1e-4);
    assert_true(largest > 0); /* they are kept in 16 bits */
}

/* A deep tree in which features come again and again: contributions still sum to the score. */
static void test_contributions_sum_to_the_score(void **state) {
    (void)state;
    const shape s = {.trees = 20, .features = 40, .used = 40, .depth = 24, .stop = 0.45, .seed = 77};
    plant(&s);
    const pr_model *model = open_model(pack());
    for (int repeat = 0; repeat < 200; repeat++) {
        float row[40];
        double got[40], base, score;
        for (uint32_t f = 0; f < 40; f++)
            row[f] = hard_value();
        assert_int_equal(pr_model_explain(model, row, &arena, got, &base), PR_OK);
        assert_int_equal(pr_model_score(model, row, 1, &arena, &score), PR_OK);
        for (uint32_t f = 0; f < 40; f++)
            base += got[f];
        assert_true(fabs(base - score) < 1e-5);
    }
}

/* --- linear ------------------------------------------------------------------------------------------------------- */

static void test_linear_model(void **state) {
    (void)state;
    const double weight[] = {2, -0.1, 1e-300}, mean[] = {1, 0.3, 0}, scale[] = {0.5, 3, 1};
    pr_buffer out = {.arena = &arena};
    assert_int_equal(pr_linear_write(weight, mean, scale, -0.7, 3, &out, NULL), PR_OK);
    const pr_model *model = open_model(out);
    assert_int_equal(pr_model_features(model), 3);
    dice = 5;
    for (int repeat = 0; repeat < 10000; repeat++) {
        float row[3] = {any_float(), any_float(), any_float()};
        if (below(3) == 0)
            row[below(3)] = NAN;
        double sum = 0, score, base, contributions[3];
        for (int f = 0; f < 3; f++)
            sum += isnan(row[f]) ? 0 : weight[f] * (row[f] - mean[f]) * scale[f];
        sum += -0.7;
        assert_int_equal(pr_model_score(model, row, 1, &arena, &score), PR_OK);
        assert_memory_equal(&score, &sum, sizeof sum);
        assert_int_equal(pr_model_explain(model, row, &arena, contributions, &base), PR_OK);
        sum = 0;
        for (int f = 0; f < 3; f++)
            sum += contributions[f];
        sum += base;
        assert_memory_equal(&score, &sum, sizeof sum);
    }
    const double bad[] = {1, NAN, 1};
    assert_int_equal(pr_linear_write(bad, mean, scale, 0, 3, &out, NULL), PR_E_FORMAT);
    assert_int_equal(pr_linear_write(weight, bad, scale, 0, 3, &out, NULL), PR_E_FORMAT);
    assert_int_equal(pr_linear_write(weight, mean, bad, 0, 3, &out, NULL), PR_E_FORMAT);
    assert_int_equal(pr_linear_write(weight, mean, scale, INFINITY, 3, &out, NULL), PR_E_FORMAT);
    assert_int_equal(pr_linear_write(weight, mean, scale, 0, 0, &out, NULL), PR_E_FORMAT);
}

/* --- hostile ------------------------------------------------------------------------------------------------------ */

/* Open the bytes; what opens must score and explain without leaving memory (under the sanitizers) and give finite
 * numbers. Returns whether it opened. */
static bool survives(const char *bytes, size_t size) {
    pr_arena own;
    pr_arena_init(&own, NULL, 0);
    char *copy = malloc(size ? size : 1); /* a block of exactly that size */
    memcpy(copy, bytes, size);
    const pr_model *model;
    pr_error error = {0};
    pr_status status = pr_model_open(copy, size, &own, &model, &error);
    if (status == PR_OK) {
        uint32_t features = pr_model_features(model);
        assert_in_range(features, 1, PR_MAX_FEATURES);
        float *rows = malloc(70 * features * sizeof *rows);
        double scores[70], *contributions = malloc(features * sizeof *contributions), base;
        for (size_t i = 0; i < 70 * features; i++)
            rows[i] = i % 5 == 0 ? NAN : any_float();
        assert_int_equal(pr_model_score(model, rows, 70, &own, scores), PR_OK);
        assert_int_equal(pr_model_explain(model, rows, &own, contributions, &base), PR_OK);
        assert_true(isfinite(scores[69]) && isfinite(base));
        free(rows);
        free(contributions);
    } else {
        assert_int_equal(status, PR_E_FORMAT);
        assert_true(error.message[0]);
    }
    free(copy);
    pr_arena_free(&own);
    return status == PR_OK;
}

static void damage(pr_buffer shard) {
    uint64_t header;
    memcpy(&header, shard.bytes, 8);
    assert_true(survives(shard.bytes, shard.size));
    for (size_t size = 0; size < shard.size; size += 1 + size / 64)
        assert_false(survives(shard.bytes, size));
    size_t opened = 0, tried = 0;
    for (size_t bit = 0; bit < shard.size * 8; bit++) {
        if (bit >= 64 && bit < (8 + header) * 8 && bit % 13)
            continue; /* the header is tested elsewhere: a sample */
        shard.bytes[bit / 8] ^= (char)(1 << bit % 8);
        opened += survives(shard.bytes, shard.size);
        tried++;
        shard.bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    assert_true(opened > 0 && opened < tried);
    for (int repeat = 0; repeat < 2000; repeat++) { /* several bytes at once */
        char *copy = malloc(shard.size);
        memcpy(copy, shard.bytes, shard.size);
        for (int i = 0; i < 1 + repeat % 4; i++)
            copy[8 + header + below((uint32_t)(shard.size - 8 - header))] = (char)below(256);
        survives(copy, shard.size);
        free(copy);
    }
}

static void test_damaged_shards(void **state) {
    (void)state;
    const shape s = {.trees = 6, .features = 4, .used = 3, .depth = 4, .stop = 0.2, .seed = 11};
    plant(&s);
    damage(pack());
    const double numbers[] = {1, 2};
    pr_buffer out = {.arena = &arena};
    assert_int_equal(pr_linear_write(numbers, numbers, numbers, 1, 2, &out, NULL), PR_OK);
    damage(out);
}

/* Change one element of one tensor of the shard and expect a refusal that names the tensor. */
static void refused(pr_tensor *tensors, size_t count, const char *name, const char *says) {
    pr_buffer out = {.arena = &arena};
    assert_int_equal(pr_safetensors_write(tensors, count, NULL, 0, &out, NULL), PR_OK);
    const pr_model *model;
    pr_error error = {0};
    assert_int_equal(pr_model_open(out.bytes, out.size, &arena, &model, &error), PR_E_FORMAT);
    if (!strstr(error.message, name) || !strstr(error.message, says))
        fail_msg("\"%s\" does not name %s and say \"%s\"", error.message, name, says);
}

/* A stump of feature 1 and, second, a leaf alone; each table is right but for one number. */
static void test_tables_that_contradict_themselves(void **state) {
    (void)state;
    uint32_t nodes[] = {0, 3, 4}, offsets[] = {0, 1, 3};
    uint8_t split[] = {3, 0, 0, 0}, bin[] = {1};
    uint16_t share[] = {30000};
    float leaf[] = {1, 2, 3}, thresholds[] = {5, 1, 2}, base = 0;
    pr_tensor tensors[] = {{"nodes", PR_U32, 1, {3, 0}, nodes},
                           {"split", PR_U8, 1, {4, 0}, split},
                           {"bin", PR_U8, 1, {1, 0}, bin},
                           {"share", PR_U16, 1, {1, 0}, share},
                           {"leaf", PR_F32, 1, {3, 0}, leaf},
                           {"thresholds", PR_F32, 1, {3, 0}, thresholds},
                           {"threshold_offsets", PR_U32, 1, {3, 0}, offsets},
                           {"base", PR_F32, 1, {1, 0}, &base}};
    const size_t n = sizeof tensors / sizeof *tensors;
    pr_buffer out = {.arena = &arena};
    assert_int_equal(pr_safetensors_write(tensors, n, NULL, 0, &out, NULL), PR_OK);
    const pr_model *model = open_model(out);
    const float rows[] = {0, 1.5f, 0, 2};
    double scores[2];
    assert_int_equal(pr_model_score(model, rows, 2, &arena, scores), PR_OK);
    assert_true(scores[0] == 4 && scores[1] == 5);

    bin[0] = 2;
    refused(tensors, n, "bin", "beyond the thresholds");
    bin[0] = 1;
    split[0] = 5;
    refused(tensors, n, "split", "too large");
    split[0] = 0, split[1] = 3;
    refused(tensors, n, "split", "behind");
    split[1] = 0;
    refused(tensors, n, "nodes", "one leaf more");
    split[0] = 3, nodes[1] = 2;
    refused(tensors, n, "split", "behind");
    nodes[1] = 4;
    refused(tensors, n, "nodes", "one leaf more");
    nodes[1] = 3;
    leaf[2] = NAN;
    refused(tensors, n, "leaf", "finite");
    leaf[2] = 3, thresholds[2] = 1;
    refused(tensors, n, "thresholds", "rising");
    thresholds[2] = INFINITY;
    refused(tensors, n, "thresholds", "finite");
    thresholds[2] = 2, base = INFINITY;
    refused(tensors, n, "base", "finite");
    base = 0, offsets[1] = 4;
    refused(tensors, n, "threshold_offsets", "rise");
    offsets[1] = 1;
    tensors[3].shape[0] = 0;
    refused(tensors, n, "share", "size");
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

/* Write, open, score, explain with the n-th allocation failing; PR_E_MEMORY, nothing leaked. */
static pr_status everything(pr_allocator *hooks, bool linear) {
    pr_arena own;
    pr_arena_init(&own, hooks, 0);
    pr_buffer out = {.arena = &own};
    const pr_model *model;
    float row[4] = {0};
    double number[4] = {0}, base;
    pr_status status = linear ? pr_linear_write(number, number, number, 0, 4, &out, NULL)
                              : pr_trees_write(wood.nodes, wood.starts, wood.trees, wood.features, 0, &out, NULL);
    if (status == PR_OK)
        status = pr_model_open(out.bytes, out.size, &own, &model, NULL);
    if (status == PR_OK)
        status = pr_model_score(model, row, 1, &own, number);
    if (status == PR_OK)
        status = pr_model_explain(model, row, &own, number, &base);
    pr_arena_free(&own);
    return status;
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    const shape s = {.trees = 60, .features = 4, .used = 4, .depth = 6, .stop = 0.02, .seed = 12};
    plant(&s);
    for (int linear = 0; linear < 2; linear++) {
        pr_status status = PR_E_MEMORY;
        for (size_t at = 1; status != PR_OK; at++) {
            pr_test_allocator allocator;
            pr_test_allocator_init(&allocator, at);
            status = everything(&allocator.hooks, linear);
            assert_true(status == PR_E_MEMORY || (status == PR_OK && allocator.calls < at));
            assert_int_equal(allocator.live_blocks, 0);
            assert_true(at < 1000);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_scores_equal_a_naive_walk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deepest_tree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_writer_refuses_what_is_no_tree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_contributions_are_shapley_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kept_shares_are_close_to_the_covers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_contributions_sum_to_the_score, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_linear_model, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_shards, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tables_that_contradict_themselves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_allocation_may_fail, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
