/* Fold-in beside Gaussian elimination with pivots on the matrix written out, in long double. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "fold_change.h"

enum { ITEMS = 600 };

static pr_arena arena;
static uint64_t counter;

/* A catalogue of random items with its G, and a history of the first items. */
typedef struct world {
    pr__fold_model model;
    pr__fold_event events[ITEMS];
} world;

static world *w;

static int set_up(void **state) {
    (void)state;
    pr_arena_init(&arena, NULL, 0);
    counter = 1;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pr_arena_free(&arena);
    return 0;
}

static double uniform(void) {
    return pr_uniform(9, counter++);
}

static void make_world(uint32_t dims, double alpha, double lambda, double nu) {
    w = pr_arena_take(&arena, sizeof *w);
    int8_t *values = pr_arena_take(&arena, (size_t)ITEMS * dims);
    float *gram = pr_arena_array(&arena, (size_t)dims * (dims + 1) / 2, sizeof *gram);
    for (size_t i = 0; i < (size_t)ITEMS * dims; i++)
        values[i] = (int8_t)((int32_t)(uniform() * 255) - 127);
    for (uint32_t e = 0; e < ITEMS; e++)
        w->events[e] = (pr__fold_event){values + (size_t)e * dims, (float)((0.5 + uniform()) / 500), 0.2 + uniform()};
    w->events[4].scale = 0; /* an item without factors */
    w->events[7].weight = 0;
    for (uint32_t i = 0, at = 0; i < dims; i++)
        for (uint32_t j = 0; j <= i; j++, at++) {
            double sum = 0;
            for (uint32_t e = 0; e < ITEMS; e++) {
                const double scale = (double)w->events[e].scale;
                sum += scale * w->events[e].values[i] * scale * w->events[e].values[j];
            }
            gram[at] = (float)sum;
        }
    w->model = (pr__fold_model){.dims = dims, .gram = gram, .items = ITEMS, .alpha = alpha, .lambda = lambda, .nu = nu};
}

static long double number(const pr__fold_event *event, uint32_t i) {
    return (long double)event->scale * event->values[i];
}

/* Solve A x = b of `n` unknowns; the rows [A | b] lie one behind the other. */
static void eliminate(long double *rows, uint32_t n, long double *x) {
    const size_t width = n + 1u;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t pivot = k;
        for (uint32_t i = k; i < n; i++) {
            if (fabsl(rows[i * width + k]) > fabsl(rows[pivot * width + k]))
                pivot = i;
        }
        for (size_t j = 0; j < width; j++) {
            const long double kept = rows[k * width + j];
            rows[k * width + j] = rows[pivot * width + j];
            rows[pivot * width + j] = kept;
        }
        for (uint32_t i = k + 1; i < n; i++) {
            const long double factor = rows[i * width + k] / rows[k * width + k];
            for (size_t j = k; j < width; j++)
                rows[i * width + j] -= factor * rows[k * width + j];
        }
    }
    for (uint32_t k = n; k-- > 0;) {
        x[k] = rows[k * width + n];
        for (uint32_t j = k + 1; j < n; j++)
            x[k] -= rows[k * width + j] * x[j];
        x[k] /= rows[k * width + k];
    }
}

/* x for the history, by the formula of fold_in.h. */
static void expected(uint32_t count, long double *x) {
    const pr__fold_model *model = &w->model;
    const uint32_t dims = model->dims;
    const size_t width = dims + 1u;
    long double *rows = pr_arena_array(&arena, dims * width, sizeof *rows), weight = 0;
    for (uint32_t e = 0; e < count; e++) {
        const pr__fold_event *event = &w->events[e];
        if (event->scale == 0)
            continue;
        weight += event->weight;
        for (uint32_t i = 0; i < dims; i++) {
            for (uint32_t j = 0; j < dims; j++)
                rows[i * width + j] += event->weight * number(event, i) * number(event, j);
            rows[i * width + dims] += event->weight * number(event, i);
        }
    }
    for (uint32_t i = 0; i < dims; i++) {
        for (uint32_t j = 0; j < dims; j++) {
            const uint32_t high = i > j ? i : j, low = i > j ? j : i;
            rows[i * width + j] += model->alpha * model->gram[high * (high + 1) / 2 + low];
        }
        rows[i * width + i] += model->lambda * powl(weight + model->alpha * model->items, model->nu);
    }
    eliminate(rows, dims, x);
}

static void assert_near(const double *x, const long double *y, uint32_t dims) {
    long double most = 0, off = 0;
    for (uint32_t i = 0; i < dims; i++) {
        most = fabsl(y[i]) > most ? fabsl(y[i]) : most;
        off = fabsl(x[i] - y[i]) > off ? fabsl(x[i] - y[i]) : off;
    }
    if (!(off <= 1e-10L * most))
        fail_msg("off by %Lg of %Lg", off, most);
}

static double score(const pr__fold_event *item, const double *x, uint32_t dims) {
    long double sum = 0;
    for (uint32_t i = 0; i < dims; i++)
        sum += number(item, i) * x[i];
    return (double)sum;
}

static pr__fold_in room(void) {
    pr__fold_in fold;
    assert_int_equal(pr__fold_in_room(&w->model, ITEMS, &arena, &fold, NULL), PR_OK);
    return fold;
}

static void the_solution_is_that_of_elimination(void **state) {
    (void)state;
    static const uint32_t dims[] = {16, 32, 64, 112, 256};
    static const uint32_t counts[] = {1, 3, 8, 50, 500};
    static const double exponents[] = {0, 1, 0.5};
    for (size_t d = 0; d < PR_COUNT(dims); d++)
        for (size_t c = 0; c < PR_COUNT(counts); c++) {
            if (dims[d] == 256 && counts[c] != 50)
                continue;
            long double x[256];
            make_world(dims[d], 0.1, 0.01, exponents[(d + c) % 3]);
            pr__fold_in fold = room();
            assert_true(pr__fold_in_solve(&fold, w->events, counts[c]));
            expected(counts[c], x);
            assert_near(fold.x, x, dims[d]);
            pr_arena_reset(&arena);
        }
}

static void nothing_seen_is_no_taste(void **state) {
    (void)state;
    make_world(32, 0.1, 0.01, 1);
    pr__fold_in fold = room();
    assert_true(pr__fold_in_solve(&fold, w->events, 0));
    for (uint32_t i = 0; i < 32; i++)
        assert_true(fold.x[i] == 0);
    assert_true(pr__fold_in_solve(&fold, &w->events[4], 1)); /* the item without factors */
    assert_true(fold.x[0] == 0);
}

/* effects[i] = c_i v_j^T A^-1 v_i: what each event adds to the score of item j. */
static void effects_on(const pr__fold_in *fold, const pr__fold_event *item, double *effects) {
    double vector[256];
    pr__fold_in_inverse(fold, item, vector);
    for (uint32_t i = 0; i < fold->count; i++)
        effects[i] = fold->events[i].weight * pr__fold_in_event_product(fold, i, vector);
}

static void effects_sum_to_the_score(void **state) {
    (void)state;
    const uint32_t dims = 64, count = 50;
    double effects[50];
    make_world(dims, 0.1, 0.01, 1);
    pr__fold_in fold = room();
    assert_true(pr__fold_in_solve(&fold, w->events, count));
    for (uint32_t item = 0; item < ITEMS; item += 50) {
        double sum = 0;
        effects_on(&fold, &w->events[item], effects);
        for (uint32_t e = 0; e < count; e++)
            sum += effects[e];
        assert_true(fabs(sum - score(&w->events[item], fold.x, dims)) < 1e-12);
        assert_true(effects[4] == 0 && effects[7] == 0);
    }
}

/* One effect from its definition: c_i v_j^T A^-1 v_i is the score of j when b = c_i v_i alone. */
static void an_effect_is_what_its_event_adds_to_the_right_hand_side(void **state) {
    (void)state;
    const uint32_t dims = 16, count = 9;
    double effects[9], basis[16];
    make_world(dims, 0.2, 0.05, 0.5);
    pr__fold_in fold = room();
    assert_true(pr__fold_in_solve(&fold, w->events, count));
    effects_on(&fold, &w->events[100], effects);
    /* A^-1 v_j by elimination: A from the factor, A = U^T U. */
    long double rows[16 * 17], x[16];
    for (uint32_t i = 0; i < dims; i++) {
        for (uint32_t j = 0; j < dims; j++) {
            rows[i * 17 + j] = 0;
            for (uint32_t k = 0; k <= (i < j ? i : j); k++)
                rows[i * 17 + j] += (long double)fold.factor[k * dims + i] * fold.factor[k * dims + j];
        }
        rows[i * 17 + 16] = number(&w->events[100], i);
    }
    eliminate(rows, dims, x);
    for (uint32_t i = 0; i < dims; i++)
        basis[i] = (double)x[i];
    for (uint32_t e = 0; e < count; e++)
        assert_true(fabs(effects[e] - w->events[e].weight * score(&w->events[e], basis, dims)) < 1e-12);
}

/* ---- a history without one event ---- */

enum { ASKED = 12 };

/* A solved history, one event of which goes while the other weights move by up to `moved`, as shares of them. */
typedef struct leaving {
    pr__fold_in fold;
    pr__fold_base base;
    pr__fold_change change;
    double weights[64];
} leaving;

static void leave(leaving *l, uint32_t count, uint32_t gone, double moved) {
    l->fold = room();
    assert_true(pr__fold_in_solve(&l->fold, w->events, count));
    for (uint32_t e = 0; e < count; e++)
        l->weights[e] = e == gone ? 0 : w->events[e].weight * (1 + moved * (2 * uniform() - 1));
    assert_int_equal(pr__fold_base_make(&l->fold, &arena, &l->base, NULL), PR_OK);
    assert_int_equal(pr__fold_change_room(&l->base, &arena, &l->change, NULL), PR_OK);
    pr__fold_change_make(&l->change, gone, l->weights);
}

/* How far the score of `item` is from that by elimination, and how far it may be. */
static void off(const leaving *l, uint32_t item, const long double *x, double *by, double *error, double *changed) {
    pr__fold_target target;
    long double exact = 0;
    assert_int_equal(pr__fold_target_make(&l->fold, &w->events[item], &arena, &target, NULL), PR_OK);
    for (uint32_t i = 0; i < w->model.dims; i++)
        exact += number(&w->events[item], i) * x[i];
    *by = fabs(pr__fold_change_score(&l->change, &target, error) - (double)exact);
    *changed = fabs(target.score - (double)exact);
}

/* x after the change, by elimination. */
static void expected_after(const leaving *l, long double *x) {
    double kept[64];
    for (uint32_t e = 0; e < l->fold.count; e++) {
        kept[e] = w->events[e].weight;
        w->events[e].weight = l->weights[e];
    }
    expected(l->fold.count, x);
    for (uint32_t e = 0; e < l->fold.count; e++)
        w->events[e].weight = kept[e];
}

/* Nothing else moves and the ridge stays: no error at all. */
static void leaving_out_an_event_alone_is_exact(void **state) {
    (void)state;
    for (uint32_t gone = 0; gone < 9; gone++) {
        long double x[48];
        double by, error, changed;
        leaving l;
        make_world(48, 0.1, 0.02, 0);
        leave(&l, 9, gone, 0);
        expected_after(&l, x);
        for (uint32_t k = 0; k < ASKED; k++) {
            off(&l, 30 + k, x, &by, &error, &changed);
            assert_true(error == 0 && by < 1e-10);
        }
        pr_arena_reset(&arena);
    }
}

/* The ridge and all weights move: within the bound, which is small where they move little. */
static void what_else_changes_stays_within_the_bound(void **state) {
    (void)state;
    static const double exponents[] = {0, 1, 0.5}, moves[] = {0, 0.02, 0.5};
    static const uint32_t counts[] = {2, 9, 64};
    double errors = 0, changes = 0;
    for (uint32_t t = 0; t < 27; t++) {
        const uint32_t count = counts[t / 9];
        const double moved = moves[t / 3 % 3];
        for (uint32_t gone = 0; gone < count; gone += 5) {
            long double x[32];
            double by, error, changed;
            leaving l;
            make_world(32, 0.1, 0.02, exponents[t % 3]);
            leave(&l, count, gone, moved);
            expected_after(&l, x);
            for (uint32_t k = 0; k < ASKED; k++) {
                off(&l, 70 + k, x, &by, &error, &changed);
                if (!(by <= error + 1e-10))
                    fail_msg("%u events, moved by %g: off by %g of %g", count, moved, by, error);
                errors += moved == 0.02 ? error : 0;
                changes += moved == 0.02 ? changed : 0;
            }
            pr_arena_reset(&arena);
        }
    }
    if (!(errors < changes / 20)) /* else it would be of no use */
        fail_msg("bounds of %g for changes of %g", errors, changes);
}

/* With events alone to hold the dimensions, some hang on a single one. */
static void nothing_is_said_where_an_event_holds_a_dimension_alone(void **state) {
    (void)state;
    double by, error, changed;
    long double x[16] = {0};
    leaving l;
    make_world(16, 0, 1e-12, 0);
    leave(&l, 18, 2, 0); /* sixteen have factors and weight */
    off(&l, 70, x, &by, &error, &changed);
    assert_true(error == HUGE_VAL);
}

/* An event that would weigh nothing from now on cannot be bounded, only left out. */
static void nothing_is_said_where_another_weight_vanishes(void **state) {
    (void)state;
    double error;
    leaving l;
    pr__fold_target target;
    make_world(16, 0.1, 0.02, 1);
    leave(&l, 9, 2, 0);
    l.weights[3] = 0;
    pr__fold_change_make(&l.change, 2, l.weights);
    assert_int_equal(pr__fold_target_make(&l.fold, &w->events[70], &arena, &target, NULL), PR_OK);
    pr__fold_change_score(&l.change, &target, &error);
    assert_true(error == HUGE_VAL);
}

/* One room serves one change after the other. */
static void changes_do_not_remember(void **state) {
    (void)state;
    double first, second, error;
    leaving l;
    pr__fold_target target;
    make_world(32, 0.1, 0.02, 1);
    leave(&l, 20, 2, 0.1);
    assert_int_equal(pr__fold_target_make(&l.fold, &w->events[70], &arena, &target, NULL), PR_OK);
    first = pr__fold_change_score(&l.change, &target, &error);
    double kept[20];
    memcpy(kept, l.weights, sizeof kept);
    for (uint32_t e = 0; e < 20; e++)
        l.weights[e] = e == 4 ? 0 : w->events[e].weight;
    pr__fold_change_make(&l.change, 4, l.weights); /* the item without factors */
    assert_true(fabs(pr__fold_change_score(&l.change, &target, &error) - target.score) < 1e-10);
    memcpy(l.weights, kept, sizeof kept);
    pr__fold_change_make(&l.change, 2, l.weights);
    second = pr__fold_change_score(&l.change, &target, &error);
    assert_memory_equal(&first, &second, sizeof first);
}

static void a_matrix_that_is_not_positive_definite_is_refused(void **state) {
    (void)state;
    const uint32_t dims = 16;
    make_world(dims, 0, 0, 1); /* three events span three dimensions, and nothing holds the others */
    pr__fold_in fold = room();
    assert_false(pr__fold_in_solve(&fold, w->events, 3));
    assert_false(pr__fold_in_solve(&fold, w->events, 0));
    assert_true(pr__fold_in_solve(&fold, w->events, 100));
    make_world(dims, 1, 0.01, 1);
    fold = room();
    ((float *)w->model.gram)[dims * (dims + 1) / 2 - 1] = -1e6f;
    assert_false(pr__fold_in_solve(&fold, w->events, 3));
}

static void numbers_that_are_not_finite_are_refused(void **state) {
    (void)state;
    static const double wrong[] = {NAN, INFINITY, -INFINITY, -1, 1e308};
    for (size_t i = 0; i < PR_COUNT(wrong); i++) {
        make_world(16, 0.1, 0.01, 1);
        pr__fold_in fold = room();
        w->events[2].weight = w->events[3].weight = wrong[i];
        assert_false(pr__fold_in_solve(&fold, w->events, 5));
        assert_true(pr__fold_in_solve(&fold, w->events, 2));
        pr_arena_reset(&arena);
    }
    make_world(16, 0.1, 1e300, 2);
    pr__fold_in fold = room();
    w->events[0].weight = 1e200;
    assert_false(pr__fold_in_solve(&fold, w->events, 5));
    make_world(16, 0.1, NAN, 1);
    fold = room();
    assert_false(pr__fold_in_solve(&fold, w->events, 5));
    make_world(16, 1e-3, 0.01, 1);
    fold = room();
    ((float *)w->model.gram)[3] = INFINITY;
    assert_false(pr__fold_in_solve(&fold, w->events, 5));
}

static void without_memory_there_is_no_room(void **state) {
    (void)state;
    pr_arena small;
    pr__fold_in fold;
    pr_error error;
    make_world(64, 0.1, 0.01, 1);
    pr_arena_init(&small, NULL, 16384);
    assert_int_equal(pr__fold_in_room(&w->model, 8, &small, &fold, &error), PR_E_MEMORY);
    pr_arena_free(&small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_solution_is_that_of_elimination, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_seen_is_no_taste, set_up, tear_down),
        cmocka_unit_test_setup_teardown(effects_sum_to_the_score, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_effect_is_what_its_event_adds_to_the_right_hand_side, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaving_out_an_event_alone_is_exact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_else_changes_stays_within_the_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_said_where_an_event_holds_a_dimension_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_said_where_another_weight_vanishes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changes_do_not_remember, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_matrix_that_is_not_positive_definite_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_that_are_not_finite_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_memory_there_is_no_room, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
