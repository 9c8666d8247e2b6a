/* The marginal likelihood against log gamma, and strengths found again in drawn counts. */
#include "prior.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static double log_beta(double a, double b) {
    return pr_log_gamma(a) + pr_log_gamma(b) - pr_log_gamma(a + b);
}

static double plain_likelihood(const prt_trial *t, size_t count, double k) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double a = k * t[i].mean, b = k - a;
        sum += log_beta(a + t[i].successes, b + t[i].trials - t[i].successes) - log_beta(a, b);
    }
    return sum;
}

static void likelihood_is_that_of_the_beta_binomial(void **state) {
    (void)state;
    prt_trial trials[400];
    for (uint32_t i = 0; i < 400; i++) {
        uint32_t n = (uint32_t)(pr_uniform(1, i) * (i % 2 ? 20 : 3000));
        trials[i] = (prt_trial){0.02 + 0.96 * pr_uniform(2, i), (uint32_t)(pr_uniform(3, i) * (n + 1)), n};
    }
    const double strengths[] = {0.5, 3, 70, 5000, 100000};
    for (int s = 0; s < 5; s++) {
        double expected = plain_likelihood(trials, 400, strengths[s]);
        assert_true(fabs(prt_prior_likelihood(trials, 400, strengths[s]) - expected) < 1e-8 * fabs(expected));
    }
}

static void strength_is_found_again(void **state) {
    (void)state;
    const double wanted[] = {5, 30, 100};
    for (int w = 0; w < 3; w++) {
        enum { COUNT = 20000 };
        prt_trial *trials = malloc(COUNT * sizeof *trials);
        uint64_t at = 0;
        for (uint32_t i = 0; i < COUNT; i++) {
            double mean = 0.2 + 0.6 * pr_uniform(7, i);
            double p = pr_beta_quantile(pr_uniform(8, i), wanted[w] * mean, wanted[w] * (1 - mean));
            uint32_t n = 1 + (uint32_t)(pr_uniform(9, i) * 40), s = 0;
            for (uint32_t k = 0; k < n; k++)
                s += pr_uniform(10, at++) < p;
            trials[i] = (prt_trial){mean, s, n};
        }
        double found = prt_prior_strength(trials, COUNT);
        assert_true(found > wanted[w] * 0.8 && found < wanted[w] * 1.25);
        free(trials);
    }
}

static void strength_stays_in_its_bounds(void **state) {
    (void)state;
    assert_true(prt_prior_strength(NULL, 0) == 10.0);
    prt_trial same[50], extreme[50];
    for (uint32_t i = 0; i < 50; i++) {
        same[i] = (prt_trial){0.5, 50, 100};
        extreme[i] = (prt_trial){0.5, i % 2 ? 0 : 100, 100};
    }
    assert_true(prt_prior_strength(same, 50) > 90000);
    assert_true(prt_prior_strength(extreme, 50) < 0.51);
}

/* Two segments of one type with the same items: the cells agree with their items, the rows differ. */
static void fits_the_levels_of_the_hierarchy(void **state) {
    (void)state;
    enum { ITEMS = 40, ROWS = 12 };
    prt_counts c = {.item_count = ITEMS, .row_count = ROWS};
    c.items = calloc(ITEMS, sizeof *c.items);
    c.rows = calloc(ROWS, sizeof *c.rows);
    c.cells = calloc(ITEMS * ROWS, sizeof *c.cells);
    for (uint32_t r = 0; r < ROWS; r++) {
        c.rows[r] = (prt_row){.codes = {r, PRT_NONE, PRT_NONE, PRT_NONE, PRT_NONE, PRT_NONE},
                              .first_cell = r * ITEMS,
                              .cell_count = ITEMS};
        for (uint32_t i = 0; i < ITEMS; i++) {
            prt_cell *cell = &c.cells[r * ITEMS + i];
            uint32_t n = 20, likes = 4 + i % 5 * 2 + r % 3 * 2;
            *cell = (prt_cell){i, 9, {n, n / 2, n, likes}};
            c.rows[r].totals.rated += n, c.rows[r].totals.liked += likes;
            c.rows[r].totals.started += n, c.rows[r].totals.completed += n / 2;
            c.items[i].rated += n, c.items[i].liked += likes;
            c.items[i].started += n, c.items[i].completed += n / 2;
        }
    }
    const prt_counts_plan plan = {.dimension_count = 1, .mask_count = 1, .masks = {1}};
    prt_prior_models one, two;
    assert_int_equal(prt_prior_fit(&c, &plan, 1, &one, NULL), PR_OK);
    assert_int_equal(prt_prior_fit(&c, &plan, 4, &two, NULL), PR_OK);
    assert_memory_equal(&one, &two, sizeof one);
    assert_true(fabs(one.completion.mean - 0.5) < 1e-12);
    assert_true(one.like.item_strength < 60 && one.like.row_strength < 200);
    assert_true(one.completion.item_strength > 50000 && one.completion.row_strength > 50000);
    assert_true(one.like.cell_strength > one.like.item_strength);
    free(c.items);
    free(c.rows);
    free(c.cells);
}

static void fits_nothing_at_all(void **state) {
    (void)state;
    pr_counts none = {0, 0, 0, 0};
    prt_counts c = {.item_count = 1, .items = &none};
    const prt_counts_plan plan = {0};
    prt_prior_models models;
    assert_int_equal(prt_prior_fit(&c, &plan, 2, &models, NULL), PR_OK);
    assert_true(models.like.mean == 0.5 && models.like.cell_strength == 10.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(likelihood_is_that_of_the_beta_binomial),
        cmocka_unit_test(strength_is_found_again),
        cmocka_unit_test(strength_stays_in_its_bounds),
        cmocka_unit_test(fits_the_levels_of_the_hierarchy),
        cmocka_unit_test(fits_nothing_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
