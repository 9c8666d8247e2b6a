/* Alternating least squares: against a plain solution in double precision, and what must not change the bytes. */
#include "als.h"

#include "als_inner.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { USERS = 70, ITEMS = 50, FACTORS = 16 };

/* Some users take much, some little, user 3 and item 7 nothing; weights vary. */
typedef struct world {
    prt_interactions train;
    uint64_t offsets[USERS + 1];
    uint32_t item[USERS * ITEMS];
    float weight[USERS * ITEMS];
} world;

static prt_interactions *make_world(world *w) {
    uint64_t end = 0;
    for (uint32_t u = 0; u < USERS; u++) {
        w->offsets[u] = end;
        for (uint32_t i = 0; i < ITEMS && u != 3; i++) {
            double chance = (u % 10 == 0 ? 0.9 : 0.15) * (u % 3 == i % 3 ? 1.6 : 0.5);
            if (i == 7 || pr_uniform(11, u * ITEMS + i) >= chance)
                continue;
            w->item[end] = i;
            w->weight[end++] = (float)(0.25 + 2 * pr_uniform(12, u * ITEMS + i));
        }
    }
    w->offsets[USERS] = end;
    w->train = (prt_interactions){USERS, ITEMS, w->offsets, w->item, w->weight};
    return &w->train;
}

static prt_als_options options_with(prt_als_solver solver) {
    prt_als_options o = prt_als_defaults();
    o.factors = FACTORS;
    o.iterations = 5;
    o.solver = solver;
    o.block = 16;
    o.regularization = 0.02;
    return o;
}

static const prt_als_solver SOLVERS[] = {PRT_ALS_CONJUGATE, PRT_ALS_BLOCK, PRT_ALS_DIRECT};

/* ---- the objective, and its solution, the slow way ---- */

static double product(const float *a, const float *b, uint32_t count) {
    double sum = 0;
    for (uint32_t k = 0; k < count; k++)
        sum += (double)a[k] * (double)b[k];
    return sum;
}

static double lengths(const prt_interactions *rows, const prt_als_options *o, const float *values) {
    double sum = 0;
    for (uint32_t r = 0; r < rows->users; r++) {
        double taken = 0;
        for (uint64_t k = rows->offsets[r]; k < rows->offsets[r + 1]; k++)
            taken += (double)rows->weight[k];
        const float *x = values + (size_t)r * o->factors;
        sum += pow(taken + o->unobserved * rows->items, o->exponent) * product(x, x, o->factors);
    }
    return o->regularization * sum;
}

static double objective(const prt_als_state *s, const prt_interactions *train) {
    const prt_als_options *o = s->options;
    double sum = lengths(train, o, s->user.values) + lengths(&s->by_item, o, s->item.values);
    for (uint32_t u = 0; u < train->users; u++) {
        const float *x = s->user.values + (size_t)u * o->factors;
        for (uint32_t i = 0; i < train->items; i++) {
            double p = product(x, s->item.values + (size_t)i * o->factors, o->factors);
            sum += o->unobserved * p * p;
        }
        for (uint64_t k = train->offsets[u]; k < train->offsets[u + 1]; k++) {
            double p = product(x, s->item.values + (size_t)train->item[k] * o->factors, o->factors);
            sum += (double)train->weight[k] * (1 - p) * (1 - p);
        }
    }
    return sum;
}

/* Gauss and Jordan, with the largest pivot. */
static void eliminate(double a[][FACTORS + 1]) {
    for (int c = 0; c < FACTORS; c++) {
        int best = c;
        for (int r = c; r < FACTORS; r++)
            best = fabs(a[r][c]) > fabs(a[best][c]) ? r : best;
        for (int k = 0; k <= FACTORS; k++) {
            double swap = a[c][k];
            a[c][k] = a[best][k];
            a[best][k] = swap;
        }
        for (int r = 0; r < FACTORS; r++) {
            double share = a[r][c] / a[c][c];
            for (int k = c; r != c && k <= FACTORS; k++)
                a[r][k] -= share * a[c][k];
        }
    }
    for (int c = 0; c < FACTORS; c++)
        a[c][FACTORS] /= a[c][c];
}

/* The rows of x from all cells of their normal equations. */
static void solve_slowly(const prt_interactions *rows, const prt_als_options *o, const double *y, double *x) {
    for (uint32_t r = 0; r < rows->users; r++) {
        double a[FACTORS][FACTORS + 1] = {{0}}, taken = 0;
        for (uint64_t k = rows->offsets[r]; k < rows->offsets[r + 1]; k++) {
            const double *v = y + rows->item[k] * FACTORS;
            taken += (double)rows->weight[k];
            for (int p = 0; p < FACTORS; p++) {
                for (int q = 0; q < FACTORS; q++)
                    a[p][q] += (double)rows->weight[k] * v[p] * v[q];
                a[p][FACTORS] += (double)rows->weight[k] * v[p];
            }
        }
        for (uint32_t i = 0; i < rows->items; i++) {
            for (int p = 0; p < FACTORS; p++) {
                for (int q = 0; q < FACTORS; q++)
                    a[p][q] += o->unobserved * y[i * FACTORS + p] * y[i * FACTORS + q];
            }
        }
        for (int p = 0; p < FACTORS; p++)
            a[p][p] += o->regularization * pow(taken + o->unobserved * rows->items, o->exponent);
        eliminate(a);
        for (int p = 0; p < FACTORS; p++)
            x[r * FACTORS + p] = a[p][FACTORS];
    }
}

static void agrees_with_a_slow_solution(void **state) {
    (void)state;
    static world w;
    static double users[USERS * FACTORS], items[ITEMS * FACTORS];
    const prt_interactions *train = make_world(&w);
    const double exponents[] = {0, 0.5, 1};
    for (int e = 0; e < 3; e++) {
        prt_als_options o = options_with(PRT_ALS_DIRECT);
        o.exponent = exponents[e];
        prt_als_state s;
        assert_int_equal(prt_als_open(train, &o, 1, &s, NULL), PR_OK);
        for (int i = 0; i < USERS * FACTORS; i++)
            users[i] = (double)s.user.values[i];
        for (int turn = 0; turn < 5; turn++) {
            solve_slowly(&s.by_item, &o, users, items);
            solve_slowly(train, &o, items, users);
        }
        prt_factors got_items, got_users;
        assert_int_equal(prt_als_fit(train, &o, 1, &got_items, &got_users, NULL), PR_OK);
        for (int i = 0; i < USERS * FACTORS; i++)
            assert_float_equal(got_users.values[i], users[i], 2e-4);
        for (int i = 0; i < ITEMS * FACTORS; i++)
            assert_float_equal(got_items.values[i], items[i], 2e-4);
        prt_factors_free(&got_items);
        prt_factors_free(&got_users);
        prt_als_close(&s);
    }
}

static void objective_falls_with_every_half(void **state) {
    (void)state;
    static world w;
    const prt_interactions *train = make_world(&w);
    for (int i = 0; i < 3; i++) {
        prt_als_options o = options_with(SOLVERS[i]);
        o.factors = 32;
        o.steps = 1;
        o.init = 1;
        prt_als_state s;
        assert_int_equal(prt_als_open(train, &o, 2, &s, NULL), PR_OK);
        double last = objective(&s, train);
        for (int half = 0; half < 20; half++) {
            bool items = half % 2 == 0;
            assert_int_equal(prt_als_solve(&s, items ? &s.item : &s.user, items ? &s.user : &s.item, NULL), PR_OK);
            double now = objective(&s, train);
            assert_true(now < last * (1 + 1e-6));
            assert_true(half > 5 || now < last);
            last = now;
        }
        prt_als_turn_back(&s);
        assert_float_equal(objective(&s, train), last, last * 1e-5);
        prt_als_close(&s);
    }
}

/* ---- what must not matter ---- */

static void assert_same(const prt_factors *a, const prt_factors *b) {
    assert_int_equal(a->rows, b->rows);
    assert_memory_equal(a->values, b->values, a->rows * (size_t)a->factors * sizeof *a->values);
}

static void threads_do_not_change_the_bytes(void **state) {
    (void)state;
    static world w;
    const prt_interactions *train = make_world(&w);
    const int threads[] = {2, 8, 0};
    for (int i = 0; i < 3; i++) {
        prt_als_options o = options_with(SOLVERS[i]);
        prt_factors items, users;
        assert_int_equal(prt_als_fit(train, &o, 1, &items, &users, NULL), PR_OK);
        for (int t = 0; t < 3; t++) {
            prt_factors others, other_users;
            assert_int_equal(prt_als_fit(train, &o, threads[t], &others, &other_users, NULL), PR_OK);
            assert_same(&items, &others);
            assert_same(&users, &other_users);
            prt_factors_free(&others);
            prt_factors_free(&other_users);
        }
        prt_factors_free(&items);
        prt_factors_free(&users);
    }
}

/* Every kind of kernel that this processor can run. */
static void processors_do_not_change_the_bytes(void **state) {
    (void)state;
    static world w;
    const prt_interactions *train = make_world(&w);
    for (int i = 0; i < 3; i++) {
        prt_als_options o = options_with(SOLVERS[i]);
        o.factors = 48;
        prt_als_state first, s;
        assert_int_equal(prt_als_open(train, &o, 1, &first, NULL), PR_OK);
        assert_int_equal(prt_als_solve(&first, &first.item, &first.user, NULL), PR_OK);
        assert_int_equal(prt_als_solve(&first, &first.user, &first.item, NULL), PR_OK);
        for (uint32_t rank = 1; prt_als_kernels_of(rank); rank++) {
            assert_int_equal(prt_als_open(train, &o, 1, &s, NULL), PR_OK);
            s.kernels = prt_als_kernels_of(rank);
            assert_int_equal(prt_als_solve(&s, &s.item, &s.user, NULL), PR_OK);
            assert_int_equal(prt_als_solve(&s, &s.user, &s.item, NULL), PR_OK);
            assert_memory_equal(s.user.values, first.user.values, USERS * 48 * sizeof(float));
            assert_memory_equal(s.item.values, first.item.values, ITEMS * 48 * sizeof(float));
            prt_als_close(&s);
        }
        prt_als_close(&first);
    }
    assert_null(prt_als_kernels_of(3));
}

static void enough_steps_are_the_direct_solution(void **state) {
    (void)state;
    static world w;
    const prt_interactions *train = make_world(&w);
    prt_als_options direct = options_with(PRT_ALS_DIRECT), conjugate = options_with(PRT_ALS_CONJUGATE);
    conjugate.steps = 100;
    prt_factors a, b;
    assert_int_equal(prt_als_fit(train, &direct, 1, &a, NULL, NULL), PR_OK);
    assert_int_equal(prt_als_fit(train, &conjugate, 1, &b, NULL, NULL), PR_OK);
    for (int i = 0; i < ITEMS * FACTORS; i++)
        assert_float_equal(a.values[i], b.values[i], 2e-4);
    prt_factors_free(&a);
    prt_factors_free(&b);
}

/* ---- fold-in ---- */

static void users_are_their_fold_in(void **state) {
    (void)state;
    static world w;
    const prt_interactions *train = make_world(&w);
    prt_als_options o = options_with(PRT_ALS_DIRECT);
    prt_factors items, users;
    assert_int_equal(prt_als_fit(train, &o, 2, &items, &users, NULL), PR_OK);
    double *gram = prt_als_gram(&items);
    assert_non_null(gram);
    for (uint32_t u = 0; u < USERS; u++) {
        float vector[FACTORS];
        uint64_t first = w.offsets[u], count = w.offsets[u + 1] - first;
        assert_int_equal(prt_als_fold_in(&items, gram, &o, w.item + first, w.weight + first, count, vector, NULL),
                         PR_OK);
        for (int k = 0; k < FACTORS; k++)
            assert_float_equal(vector[k], users.values[u * FACTORS + k], 1e-4);
    }
    pr_error error;
    float vector[FACTORS], bad = -1, good = 1;
    uint32_t beyond = ITEMS, inside = 0;
    assert_int_equal(prt_als_fold_in(&items, gram, &o, &beyond, &good, 1, vector, &error), PR_E_ARGUMENT);
    assert_int_equal(prt_als_fold_in(&items, gram, &o, &inside, &bad, 1, vector, &error), PR_E_ARGUMENT);
    o.factors = 32;
    assert_int_equal(prt_als_fold_in(&items, gram, &o, &inside, &good, 1, vector, &error), PR_E_ARGUMENT);
    free(gram);
    prt_factors_free(&items);
    prt_factors_free(&users);
}

/* ---- small and empty ---- */

static void one_user_and_one_item(void **state) {
    (void)state;
    uint64_t offsets[] = {0, 1};
    uint32_t item[] = {0};
    float weight[] = {1};
    const prt_interactions train = {1, 1, offsets, item, weight};
    for (int i = 0; i < 3; i++) {
        prt_als_options o = options_with(SOLVERS[i]);
        o.regularization = 1e-4;
        o.unobserved = 0;
        o.iterations = 30;
        prt_factors items, users;
        assert_int_equal(prt_als_fit(&train, &o, 2, &items, &users, NULL), PR_OK);
        assert_float_equal(product(items.values, users.values, FACTORS), 1, 1e-3);
        prt_factors_free(&items);
        prt_factors_free(&users);
    }
}

static void who_took_nothing_has_zeros(void **state) {
    (void)state;
    static world w;
    const prt_interactions *train = make_world(&w);
    const float zeros[FACTORS] = {0};
    for (int i = 0; i < 3; i++) {
        prt_als_options o = options_with(SOLVERS[i]);
        prt_factors items, users, alone;
        assert_int_equal(prt_als_fit(train, &o, 2, &items, &users, NULL), PR_OK);
        assert_memory_equal(users.values + 3 * FACTORS, zeros, sizeof zeros);
        assert_memory_equal(items.values + 7 * FACTORS, zeros, sizeof zeros);
        assert_true(product(users.values, users.values, FACTORS) > 0);
        assert_int_equal(prt_als_fit(train, &o, 2, &alone, NULL, NULL), PR_OK);
        for (int k = 0; k < ITEMS * FACTORS; k++) /* turned back from another basis, hence not the same bits */
            assert_float_equal(alone.values[k], items.values[k], 1e-4);
        prt_factors_free(&items);
        prt_factors_free(&users);
        prt_factors_free(&alone);
    }
}

/* ---- refusals ---- */

static void assert_refused(const prt_interactions *train, const prt_als_options *o) {
    pr_error error = {.message = ""};
    prt_factors items, users;
    assert_int_equal(prt_als_fit(train, o, 1, &items, &users, &error), PR_E_ARGUMENT);
    assert_true(strlen(error.message) > 20);
    assert_null(items.values);
    assert_null(users.values);
}

static void hostile_options_are_refused(void **state) {
    (void)state;
    static world w;
    const prt_interactions *train = make_world(&w);
    const uint32_t factors[] = {0, 8, 17, 528, 4294967280U};
    prt_als_options o;
    for (int i = 0; i < 5; i++) {
        o = options_with(PRT_ALS_CONJUGATE);
        o.factors = factors[i];
        assert_refused(train, &o);
    }
    const double wrong[] = {NAN, -1, INFINITY, -INFINITY, 1e30};
    for (int i = 0; i < 5; i++) {
        const size_t fields[] = {offsetof(prt_als_options, unobserved), offsetof(prt_als_options, regularization),
                                 offsetof(prt_als_options, exponent), offsetof(prt_als_options, init)};
        for (int f = 0; f < 4; f++) {
            o = options_with(PRT_ALS_CONJUGATE);
            memcpy((char *)&o + fields[f], &wrong[i], sizeof wrong[i]);
            assert_refused(train, &o);
        }
    }
    o = options_with(PRT_ALS_CONJUGATE);
    o.iterations = 0;
    assert_refused(train, &o);
    o = options_with(PRT_ALS_CONJUGATE);
    o.iterations = 1000000000;
    assert_refused(train, &o);
    o = options_with(PRT_ALS_CONJUGATE);
    o.regularization = 0;
    assert_refused(train, &o);
    o = options_with(PRT_ALS_CONJUGATE);
    o.steps = 0;
    assert_refused(train, &o);
    o = options_with(PRT_ALS_BLOCK);
    o.block = 24;
    assert_refused(train, &o);
    o = options_with((prt_als_solver)7);
    assert_refused(train, &o);
}

static void hostile_interactions_are_refused(void **state) {
    (void)state;
    static world w;
    const prt_als_options o = options_with(PRT_ALS_CONJUGATE);
    make_world(&w)->users = 0;
    assert_refused(&w.train, &o);
    make_world(&w)->items = 0;
    assert_refused(&w.train, &o);
    make_world(&w)->users = UINT32_MAX;
    assert_refused(&w.train, &o);
    const float weights[] = {0, -1, NAN, INFINITY};
    for (int i = 0; i < 4; i++) {
        make_world(&w)->weight[5] = weights[i];
        assert_refused(&w.train, &o);
    }
    make_world(&w)->item[5] = ITEMS;
    assert_refused(&w.train, &o);
    make_world(&w)->item[1] = w.item[0];
    assert_refused(&w.train, &o);
    make_world(&w)->offsets[0] = 1;
    assert_refused(&w.train, &o);
    make_world(&w)->offsets[2] = w.offsets[1] - 1;
    assert_refused(&w.train, &o);
    make_world(&w)->offsets[USERS] = UINT64_MAX;
    assert_refused(&w.train, &o);
    memset(make_world(&w)->offsets, 0, sizeof w.offsets);
    assert_refused(&w.train, &o);
}

/* Weights near the end of float: a sentence, or finite numbers. */
static void huge_weights_do_not_escape(void **state) {
    (void)state;
    static world w;
    const prt_interactions *train = make_world(&w);
    for (uint64_t k = 0; k < w.offsets[USERS]; k++)
        w.weight[k] = k % 2 ? 1e38F : 1e-38F;
    for (int i = 0; i < 3; i++) {
        prt_als_options o = options_with(SOLVERS[i]);
        prt_factors items, users;
        pr_error error = {.message = ""};
        pr_status status = prt_als_fit(train, &o, 1, &items, &users, &error);
        assert_true(status == PR_OK || (status == PR_E_ARGUMENT && strlen(error.message) > 20));
        for (int k = 0; status == PR_OK && k < ITEMS * FACTORS; k++)
            assert_true(isfinite(items.values[k]));
        prt_factors_free(&items);
        prt_factors_free(&users);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_slow_solution),
        cmocka_unit_test(objective_falls_with_every_half),
        cmocka_unit_test(threads_do_not_change_the_bytes),
        cmocka_unit_test(processors_do_not_change_the_bytes),
        cmocka_unit_test(enough_steps_are_the_direct_solution),
        cmocka_unit_test(users_are_their_fold_in),
        cmocka_unit_test(one_user_and_one_item),
        cmocka_unit_test(who_took_nothing_has_zeros),
        cmocka_unit_test(hostile_options_are_refused),
        cmocka_unit_test(hostile_interactions_are_refused),
        cmocka_unit_test(huge_weights_do_not_escape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
