/* Metrics of rankings by hand, ties, groups without a hit, and the bootstrap over users. */
#include "ranking_metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { NDCG, PRECISION, MAP, MRR, AUC };

static void one_list(void **unused) {
    (void)unused;
    const float labels[] = {0, 1, 0, 0, 0, 1};
    double values[PRT_RANKING_METRICS];
    prt_list_metrics(labels, 6, 2, values);
    assert_float_equal(values[NDCG], (1 / log2(3)) / (1 + 1 / log2(3)), 1e-12);
    assert_float_equal(values[PRECISION], 0.2, 1e-12);
    assert_float_equal(values[MAP], (1.0 / 2 + 2.0 / 6) / 2, 1e-12); /* the sixth place counts, though behind K */
    assert_float_equal(values[MRR], 0.5, 1e-12);
}

static void fewer_rows_than_k(void **unused) {
    (void)unused;
    const float labels[] = {1, 1};
    double values[PRT_RANKING_METRICS];
    prt_list_metrics(labels, 2, 2, values);
    assert_float_equal(values[NDCG], 1, 1e-12);
    assert_float_equal(values[PRECISION], 0.4, 1e-12); /* of five places, also when there are not so many rows */
    assert_float_equal(values[MAP], 1, 1e-12);
    /* what was chosen but is not in the list lowers all but the first hit's place */
    prt_list_metrics(labels, 2, 4, values);
    assert_float_equal(values[MAP], 0.5, 1e-12);
    assert_true(values[NDCG] < 1);
    assert_float_equal(values[MRR], 1, 1e-12);
}

/* The ideal list ends at K: five hits at the top are perfect however many more were chosen. */
static void all_positive(void **unused) {
    (void)unused;
    const float labels[] = {1, 1, 1, 1, 1, 1, 1};
    double values[PRT_RANKING_METRICS];
    prt_list_metrics(labels, 7, 7, values);
    for (int m = NDCG; m <= MRR; m++)
        assert_float_equal(values[m], 1, 1e-12);
}

/* Users 0 (three rows), 1 (two rows, nothing chosen) and 2 (two rows, alike in score). */
static float labels[] = {0, 1, 0, 0, 0, 1, 0};
static uint32_t users[] = {0, 0, 0, 1, 1, 2, 2}, items[] = {4, 7, 9, 1, 2, 6, 3}, starts[] = {0, 3, 5, 7};
static const double scores[] = {0.1, 0.9, 0.5, 0.8, 0.2, 0.4, 0.4};
static const prt_matrix matrix = {
    .rows = 7, .labels = labels, .user = users, .item = items, .group_count = 3, .group_starts = starts};

static void made_groups(void **unused) {
    (void)unused;
    prt_ranking_tally tally;
    prt_interval found[PRT_RANKING_METRICS];
    assert_true(prt_tally_make(3, &tally));
    assert_true(prt_tally_matrix(&tally, &matrix, scores));
    assert_int_equal(tally.groups[0], 1);
    assert_int_equal(tally.groups[1], 0); /* nothing chosen: left out */
    assert_int_equal(tally.groups[2], 1);
    assert_int_equal(prt_tally_intervals(&tally, 1, 0, found, NULL), PR_OK);
    /* user 0: first; user 2: the tie goes to the lower item, so second */
    assert_float_equal(found[NDCG].mean, (1 + 1 / log2(3)) / 2, 1e-12);
    assert_float_equal(found[MRR].mean, 0.75, 1e-12);
    /* pooled: 0.9 beats all five others; 0.4 beats 0.1 and 0.2 and half of its tie */
    assert_float_equal(found[AUC].mean, (5 + 2.5) / 10, 1e-12);
    prt_tally_free_ranking(&tally);
}

static void nothing_chosen(void **unused) {
    (void)unused;
    float none[7] = {0};
    prt_matrix empty = matrix;
    prt_ranking_tally tally;
    prt_interval found[PRT_RANKING_METRICS];
    empty.labels = none;
    assert_true(prt_tally_make(3, &tally));
    assert_true(prt_tally_matrix(&tally, &empty, scores));
    assert_int_equal(prt_tally_intervals(&tally, 1, 100, found, NULL), PR_OK);
    for (int m = 0; m < PRT_RANKING_METRICS; m++)
        assert_true(isnan(found[m].mean));
    prt_tally_free_ranking(&tally);
}

/* With three users many resamples draw only the one without a hit: they have no figure and must not spoil the rest. */
static void resamples_without_figure(void **unused) {
    (void)unused;
    prt_ranking_tally tally;
    prt_interval found[PRT_RANKING_METRICS];
    assert_true(prt_tally_make(3, &tally));
    assert_true(prt_tally_matrix(&tally, &matrix, scores));
    for (uint64_t seed = 1; seed <= 20; seed++) {
        assert_int_equal(prt_tally_intervals(&tally, seed, 1000, found, NULL), PR_OK);
        for (int m = 0; m < PRT_RANKING_METRICS; m++)
            assert_true(found[m].low <= found[m].mean && found[m].mean <= found[m].high);
        assert_float_equal(found[NDCG].low, 1 / log2(3), 1e-12);
        assert_float_equal(found[NDCG].high, 1, 1e-12);
    }
    prt_tally_free_ranking(&tally);
}

static void bootstrap(void **unused) {
    (void)unused;
    enum { COUNT = 400 };
    const float first[] = {1, 0}, second[] = {0, 1};
    prt_ranking_tally tally;
    prt_interval a[PRT_RANKING_METRICS], b[PRT_RANKING_METRICS];
    assert_true(prt_tally_make(COUNT, &tally));
    for (uint32_t u = 0; u < COUNT; u++)
        prt_tally_list(&tally, u, u % 2 ? first : second, 2, 1);
    assert_int_equal(prt_tally_intervals(&tally, 1, 1000, a, NULL), PR_OK);
    assert_int_equal(prt_tally_intervals(&tally, 1, 1000, b, NULL), PR_OK);
    assert_memory_equal(a, b, sizeof(prt_interval) * AUC); /* the same seed, the same interval */
    assert_int_equal(prt_tally_intervals(&tally, 2, 1000, b, NULL), PR_OK);
    assert_true(a[MRR].low != b[MRR].low || a[MRR].high != b[MRR].high);
    /* half of the users have 1, half 0.5: the standard error is 0.25 / 20 */
    assert_float_equal(a[MRR].mean, 0.75, 1e-12);
    assert_float_equal(a[MRR].low, 0.75 - 1.96 * 0.0125, 0.006);
    assert_float_equal(a[MRR].high, 0.75 + 1.96 * 0.0125, 0.006);
    assert_true(isnan(a[AUC].mean)); /* lists alone have none */
    prt_tally_free_ranking(&tally);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_list),       cmocka_unit_test(fewer_rows_than_k),
                                       cmocka_unit_test(all_positive),   cmocka_unit_test(made_groups),
                                       cmocka_unit_test(nothing_chosen), cmocka_unit_test(resamples_without_figure),
                                       cmocka_unit_test(bootstrap)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
