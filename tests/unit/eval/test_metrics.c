/* Metrics by hand, and what the bootstrap promises. */
#include "metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const double ones[PRT_EVAL_K] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

static void ndcg(void **unused) {
    (void)unused;
    const double perfect[] = {1, 1}, second[] = {0, 1}, third[] = {0, 0, 1}, none[] = {0, 0};
    assert_float_equal(prt_ndcg(perfect, 2, ones, 2), 1.0, 1e-12);
    assert_float_equal(prt_ndcg(second, 2, ones, 1), 1 / log2(3), 1e-12);
    assert_float_equal(prt_ndcg(third, 3, ones, 2), 0.5 / (1 + 1 / log2(3)), 1e-12);
    assert_float_equal(prt_ndcg(none, 2, ones, 5), 0.0, 0);
    assert_float_equal(prt_ndcg(perfect, 2, ones, 0), 0.0, 0);
    /* the ideal ends at k: ten hits are perfect however many more there are */
    assert_float_equal(prt_ndcg(ones, 10, ones, 500), 1.0, 1e-12);
    const double graded[] = {0.5, 0.9}, ideal[] = {0.9, 0.5};
    assert_float_equal(prt_ndcg(graded, 2, ideal, 2), (0.5 + 0.9 / log2(3)) / (0.9 + 0.5 / log2(3)), 1e-12);
}

static void bootstrap(void **unused) {
    (void)unused;
    enum { COUNT = 400 };
    double values[COUNT];
    uint32_t subjects[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        values[i] = i % 2;
        subjects[i] = i;
    }
    prt_interval a, b, c;
    assert_int_equal(prt_bootstrap_mean(values, subjects, COUNT, 1, &a, NULL), PR_OK);
    assert_int_equal(prt_bootstrap_mean(values, subjects, COUNT, 1, &b, NULL), PR_OK);
    assert_int_equal(prt_bootstrap_mean(values, subjects, COUNT, 2, &c, NULL), PR_OK);
    assert_memory_equal(&a, &b, sizeof a); /* the same seed, the same interval */
    assert_memory_not_equal(&a, &c, sizeof a);
    assert_float_equal(a.mean, 0.5, 1e-12);
    /* a coin's standard error is 0.025 here: 1.96 of it on either side */
    assert_float_equal(a.low, 0.5 - 0.049, 0.012);
    assert_float_equal(a.high, 0.5 + 0.049, 0.012);
    assert_int_equal(prt_bootstrap_mean(values, subjects, 0, 1, &a, NULL), PR_OK);
    assert_float_equal(a.mean, 0.0, 0);
}

/* Columns are resampled together, each as it would be alone; threads change nothing. */
static void columns(void **unused) {
    (void)unused;
    enum { COUNT = 100 };
    double both[2 * COUNT], second[COUNT];
    uint32_t subjects[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        both[2 * i] = i;
        both[2 * i + 1] = second[i] = 1.0 / (i + 1);
        subjects[i] = COUNT - 1 - i;
    }
    prt_interval one[2], three[2], alone;
    assert_int_equal(prt_bootstrap_means(both, 2, subjects, COUNT, 7, 1, one, NULL), PR_OK);
    assert_int_equal(prt_bootstrap_means(both, 2, subjects, COUNT, 7, 3, three, NULL), PR_OK);
    assert_int_equal(prt_bootstrap_mean(second, subjects, COUNT, 7, &alone, NULL), PR_OK);
    assert_memory_equal(one, three, sizeof one);
    assert_memory_equal(&one[1], &alone, sizeof alone);
    assert_float_equal(one[0].mean, 49.5, 1e-9);
}

static void coverage(void **unused) {
    (void)unused;
    uint32_t lists[3 * PRT_EVAL_K];
    const uint32_t subjects[] = {0, 2};
    memset(lists, 0xff, sizeof lists);
    lists[0] = 3;
    lists[PRT_EVAL_K] = 1; /* of a subject that is left out */
    lists[2 * PRT_EVAL_K] = 3;
    lists[2 * PRT_EVAL_K + 1] = 0;
    prt_interval found;
    const prt_lists all = {lists, PRT_EVAL_K, 4};
    assert_int_equal(prt_bootstrap_coverage(&all, PRT_EVAL_K, subjects, 2, 1, 1, &found, NULL), PR_OK);
    assert_float_equal(found.mean, 0.5, 1e-12);
    /* one resample in four draws the first subject twice and covers half of it: 1/4, else 1/2 */
    assert_float_equal(found.low, 0.5 - (0.4375 - 0.25), 0.02);
    assert_float_equal(found.high, 0.5 + (0.5 - 0.4375), 0.02);
    /* the first place alone holds one item */
    assert_int_equal(prt_bootstrap_coverage(&all, 1, subjects, 2, 1, 1, &found, NULL), PR_OK);
    assert_float_equal(found.mean, 0.25, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(ndcg), cmocka_unit_test(bootstrap), cmocka_unit_test(columns),
                                       cmocka_unit_test(coverage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
