/* The smoothest directions of a graph: orthonormal, of nearly as much as any so many directions hold, and the same for
 * any number of threads. */
#include "graph_basis.h"
#include "symmetric_eigen.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { USERS = 300, ITEMS = 120, CLASSES = 6, RANK = 20 };

static prt_interactions train;
static prt_columns columns;
static prt_graph graph;
static double adjacency[USERS][ITEMS];

/* People of six tastes, who take more of what is of theirs. */
static int make_world(void **state) {
    (void)state;
    train = (prt_interactions){USERS, ITEMS, calloc(USERS + 1, sizeof(uint64_t)),
                               malloc(USERS * ITEMS * sizeof(uint32_t)), malloc(USERS * ITEMS * sizeof(float))};
    graph = (prt_graph){&train, &columns, calloc(USERS, sizeof(float)), calloc(ITEMS, sizeof(float))};
    uint64_t count = 0;
    double users[USERS] = {0}, items[ITEMS] = {0};
    for (uint32_t u = 0; u < USERS; u++) {
        for (uint32_t i = 0; i < ITEMS; i++) {
            const double chance = u % CLASSES == i % CLASSES ? 0.5 : 0.08;
            if (pr_uniform(u, i) >= chance)
                continue;
            const double weight = 0.5 + pr_uniform(u + USERS, i);
            train.item[count] = i;
            train.weight[count++] = (float)weight;
            users[u] += weight;
            items[i] += weight;
            adjacency[u][i] = weight;
        }
        train.offsets[u + 1] = count;
    }
    for (uint32_t u = 0; u < USERS; u++)
        graph.user_scale[u] = (float)(1 / sqrt(users[u]));
    for (uint32_t i = 0; i < ITEMS; i++)
        graph.item_scale[i] = (float)(1 / sqrt(items[i]));
    for (uint32_t u = 0; u < USERS; u++)
        for (uint32_t i = 0; i < ITEMS; i++)
            adjacency[u][i] /= sqrt(users[u] * items[i]);
    return prt_columns_make(&train, &columns) ? 0 : -1;
}

static int free_world(void **state) {
    (void)state;
    prt_columns_free(&columns);
    free(graph.user_scale);
    free(graph.item_scale);
    free(train.offsets);
    free(train.item);
    free(train.weight);
    return 0;
}

static double column_product(const prt_basis *basis, uint32_t a, uint32_t b) {
    double sum = 0;
    for (uint32_t i = 0; i < ITEMS; i++)
        sum +=
            (double)basis->values[(size_t)i * basis->stride + a] * (double)basis->values[(size_t)i * basis->stride + b];
    return sum;
}

/* The sum of squares of the adjacency times the columns. */
static double held(const prt_basis *basis) {
    double sum = 0;
    for (uint32_t u = 0; u < USERS; u++) {
        for (uint32_t k = 0; k < basis->rank; k++) {
            double product = 0;
            for (uint32_t i = 0; i < ITEMS; i++)
                product += adjacency[u][i] * (double)basis->values[(size_t)i * basis->stride + k];
            sum += product * product;
        }
    }
    return sum;
}

static int falling(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* What the `rank` largest eigenvalues of A'A hold. */
static double most_held(uint32_t rank) {
    static double gram[ITEMS * ITEMS], values[ITEMS], work[ITEMS];
    double sum = 0;
    for (uint32_t i = 0; i < ITEMS; i++) {
        for (uint32_t j = 0; j < ITEMS; j++) {
            double product = 0;
            for (uint32_t u = 0; u < USERS; u++)
                product += adjacency[u][i] * adjacency[u][j];
            gram[i * ITEMS + j] = product;
        }
    }
    assert_true(prt_symmetric_eigen(gram, ITEMS, values, work));
    qsort(values, ITEMS, sizeof *values, falling);
    for (uint32_t k = 0; k < rank; k++)
        sum += values[k];
    return sum;
}

static void holds_what_any_directions_can(void **state) {
    (void)state;
    const uint32_t ranks[] = {1, CLASSES, RANK, ITEMS};
    for (size_t r = 0; r < sizeof ranks / sizeof *ranks; r++) {
        prt_basis basis;
        assert_true(prt_basis_make(&graph, ranks[r], 2, &basis));
        assert_int_equal(basis.rank, ranks[r]);
        for (uint32_t a = 0; a < basis.rank; a++)
            for (uint32_t b = 0; b <= a; b++)
                assert_float_equal(column_product(&basis, a, b), a == b, 1e-5);
        const double most = most_held(ranks[r]), found = held(&basis);
        assert_true(found <= most * (1 + 1e-6));
        assert_true(found >= most * 0.99);
        assert_float_equal(prt_basis_product(&basis, 3, 5), prt_basis_product(&basis, 5, 3), 0);
        free(basis.values);
    }
}

/* Every direction together leaves nothing out: what an item says of itself is all of it. */
static void all_directions_are_the_whole(void **state) {
    (void)state;
    prt_basis basis;
    assert_true(prt_basis_make(&graph, 1000, 1, &basis));
    assert_int_equal(basis.rank, ITEMS);
    for (uint32_t i = 0; i < ITEMS; i++)
        for (uint32_t j = 0; j < ITEMS; j++)
            assert_float_equal(prt_basis_product(&basis, i, j), i == j, 1e-5);
    free(basis.values);
}

static void threads_do_not_change_the_bytes(void **state) {
    (void)state;
    prt_basis one;
    assert_true(prt_basis_make(&graph, RANK, 1, &one));
    for (int threads = 2; threads < 9; threads += 3) {
        prt_basis many;
        assert_true(prt_basis_make(&graph, RANK, threads, &many));
        assert_memory_equal(one.values, many.values, (size_t)ITEMS * one.stride * sizeof *one.values);
        free(many.values);
    }
    free(one.values);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_what_any_directions_can),
        cmocka_unit_test(all_directions_are_the_whole),
        cmocka_unit_test(threads_do_not_change_the_bytes),
    };
    return cmocka_run_group_tests(tests, make_world, free_world);
}
