/* Lists of purchases judged by hand: accuracy, novelty, diversity, the best of many scores, boards. */
#include "purchases_board.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_near(double found, double expected) {
    assert_float_equal(found, expected, 1e-12);
}

/* Hits at places 2 and 4 of five; three items are relevant. */
static void accuracy(void **unused) {
    (void)unused;
    const bool hits[] = {false, true, false, true, false};
    double v[PRT_CUT_ACCURACY];
    prt_cut_accuracy(hits, 5, 5, 3, v);
    assert_near(v[PRT_CUT_ndcg], (1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3) + 0.5));
    assert_near(v[PRT_CUT_recall], 2.0 / 3);
    assert_near(v[PRT_CUT_map], (1.0 / 2 + 2.0 / 4) / 3);
    assert_near(v[PRT_CUT_mrr], 0.5);
    assert_near(v[PRT_CUT_hit_rate], 1);
    /* at k = 2 the ideal list has two hits */
    prt_cut_accuracy(hits, 5, 2, 3, v);
    assert_near(v[PRT_CUT_ndcg], 1 / log2(3) / (1 + 1 / log2(3)));
    assert_near(v[PRT_CUT_recall], 1.0 / 3);
    assert_near(v[PRT_CUT_map], 0.5 / 2);
    /* at k = 1 there is no hit */
    prt_cut_accuracy(hits, 5, 1, 3, v);
    for (int m = 0; m < PRT_CUT_ACCURACY; m++)
        assert_near(v[m], 0);
    /* a list that is shorter than k, and nothing relevant */
    prt_cut_accuracy(hits, 2, 10, 1, v);
    assert_near(v[PRT_CUT_ndcg], 1 / log2(3));
    prt_cut_accuracy(hits, 5, 5, 0, v);
    assert_near(v[PRT_CUT_ndcg], 0);
    assert_near(v[PRT_CUT_hit_rate], 0);
}

static void novelty(void **unused) {
    (void)unused;
    /* of four users with something, four have item 0, one item 1, nobody item 2; the fifth user has nothing */
    uint64_t offsets[] = {0, 2, 3, 4, 5, 5};
    uint32_t item[] = {0, 1, 0, 0, 0}, list[] = {0, 1, 2};
    float weight[] = {1, 1, 1, 1, 1};
    const prt_interactions taken = {5, 3, offsets, item, weight};
    float *surprise = prt_surprise_make(&taken);
    assert_non_null(surprise);
    assert_near((double)surprise[0], 0);
    assert_near((double)surprise[1], 2);
    assert_near((double)surprise[2], 2); /* nobody's counts as one user's */
    assert_near(prt_list_novelty(surprise, list, 3, 3), 4.0 / 3);
    assert_near(prt_list_novelty(surprise, list, 3, 1), 0);
    assert_near(prt_list_novelty(surprise, list, 0, 3), 0);
    free(surprise);
}

static void diversity_by_factors(void **unused) {
    (void)unused;
    /* alike, opposite, at a right angle, and an item without factors */
    float values[] = {2, 0, 5, 0, -1, 0, 0, 3, 0, 0};
    const prt_factors factors = {5, 2, values};
    const uint32_t list[] = {0, 1, 2, 3, 4};
    prt_directions d;
    double scratch[2] = {0};
    assert_int_equal(prt_directions_make(&factors, NULL, 0, 5, &d, NULL), PR_OK);
    assert_int_equal(prt_directions_scratch(&d), 2);
    assert_near(prt_list_diversity(&d, list, 5, 2, scratch), 0);
    assert_near(prt_list_diversity(&d, list, 5, 3, scratch), 1 - (1.0 - 1 - 1) / 3);
    assert_near(prt_list_diversity(&d, list, 5, 5, scratch), 1 - (1.0 - 1 - 1) / 10);
    assert_near(prt_list_diversity(&d, list, 5, 1, scratch), 0);
    assert_near(scratch[0], 0);
    prt_directions_free(&d);
}

static void diversity_by_categories(void **unused) {
    (void)unused;
    /* a category and a list: {A, x y}, {A, x}, {B, -}, {-, -} */
    uint32_t codes[] = {0, 0, 1, PRT_NONE}, lists[] = {0, 1, 0}, offsets[] = {0, 2, 3, 3, 3};
    const prt_column category = {.type = PRT_CATEGORY, .rows = 4, .values = {.count = 2}, .codes = codes},
                     list = {
                         .type = PRT_LIST, .rows = 4, .values = {.count = 2}, .codes = lists, .list_offsets = offsets};
    const prt_column *columns[] = {&category, &list};
    const uint32_t shown[] = {0, 1, 2, 3};
    prt_directions d;
    double scratch[4] = {0};
    assert_int_equal(prt_directions_make(NULL, columns, 2, 4, &d, NULL), PR_OK);
    assert_int_equal(prt_directions_scratch(&d), 4);
    assert_near(prt_list_diversity(&d, shown, 4, 2, scratch), 1 - 2 / sqrt(6));
    assert_near(prt_list_diversity(&d, shown, 4, 4, scratch), 1 - 2 / sqrt(6) / 6);
    for (int i = 0; i < 4; i++)
        assert_near(scratch[i], 0);
    prt_directions_free(&d);
}

static void best_items(void **unused) {
    (void)unused;
    const float scores[] = {1, 3, NAN, 3, -2, 7, 3};
    const uint8_t marks[] = {0, 0, 0, 0, 0, 1, 0};
    uint32_t items[8];
    float best[8];
    assert_int_equal(prt_best_items(scores, marks, 7, 3, items, best), 3);
    const uint32_t three[] = {1, 3, 6}; /* ties by number; 5 is out of the question */
    assert_memory_equal(items, three, sizeof three);
    assert_int_equal(prt_best_items(scores, NULL, 7, 8, items, best), 7);
    const uint32_t all[] = {5, 1, 3, 6, 0, 4, 2}; /* what is no number comes last */
    assert_memory_equal(items, all, sizeof all);
    assert_float_equal(best[0], 7, 0);
}

/* The heap against a full sort, with many equal scores. */
static int by_score(const void *a, const void *b) {
    const float *x = *(const float *const *)a, *y = *(const float *const *)b;
    return *x != *y ? (*x > *y ? -1 : 1) : x < y ? -1 : x > y;
}

static void best_items_against_sort(void **unused) {
    (void)unused;
    enum { ITEMS = 500 };
    for (uint32_t trial = 0; trial < 50; trial++) {
        float scores[ITEMS], best[ITEMS];
        const float *order[ITEMS];
        uint32_t items[ITEMS], places = 1 + trial * 10;
        for (uint32_t i = 0; i < ITEMS; i++) {
            scores[i] = (float)(pr_mix64(trial * 1000 + i) % 40);
            order[i] = &scores[i];
        }
        qsort(order, ITEMS, sizeof *order, by_score);
        assert_int_equal(prt_best_items(scores, NULL, ITEMS, places, items, best), places);
        for (uint32_t i = 0; i < places; i++)
            assert_int_equal(items[i], order[i] - scores);
    }
}

/* ---- lists and a board of two models ---- */

/* Model 0 likes high numbers, model 1 low ones, and weights count: the history's first weight is added to item 2. */
static pr_status fake_scores(const void *context, const prt_person *people, uint32_t count, double *scratch,
                             float *scores, pr_error *error) {
    (void)scratch, (void)error;
    const uint32_t items = *(const uint32_t *)context;
    for (uint32_t at = 0; at < 2 * PRT_SCORER_PEOPLE; at++) {
        uint32_t model = at / PRT_SCORER_PEOPLE, p = at % PRT_SCORER_PEOPLE;
        for (uint32_t i = 0; p < count && i < items; i++)
            scores[at * items + i] =
                (model ? -(float)i : (float)i) + (i == 2 && people[p].count ? people[p].weights[0] : 0);
    }
    return PR_OK;
}

static void board(void **unused) {
    (void)unused;
    uint32_t items = 4, user[] = {1, PRT_NONE}, lacking[] = {0, 1};
    uint64_t relevant_starts[] = {0, 1, 2}, had_starts[] = {0, 1, 1}, offsets[] = {0, 0, 1};
    uint32_t relevant[] = {2, 0}, had[] = {3}, taken[] = {3}, subjects[] = {0, 1};
    float weight[] = {10}, values[] = {1, 0, 1, 0, 0, 1, 0, 1};
    const prt_split split = {.subjects = 2,
                             .user = user,
                             .lacking = lacking,
                             .relevant = {relevant_starts, relevant},
                             .had = {had_starts, had}};
    const prt_interactions histories = {2, 4, offsets, taken, weight};
    const prt_score_source source = {&items, items, 2, 0, fake_scores};
    const prt_evaluation_config cuts = {.k_count = 2, .k = {2, 1}};
    const prt_factors factors = {4, 2, values};
    prt_directions directions;
    float *surprise = prt_surprise_make(&histories);
    assert_int_equal(prt_directions_make(&factors, NULL, 0, 4, &directions, NULL), PR_OK);
    prt_judging judging = {.split = &split,
                           .cuts = &cuts,
                           .subjects = subjects,
                           .count = 2,
                           .surprise = surprise,
                           .directions = &directions,
                           .lacking = true,
                           .threads = 3};
    prt_model_figures figures[2] = {{.model = PRT_SCORE_ALS}, {.model = PRT_SCORE_POPULARITY}};
    prt_made_lists lists[2];
    const prt_list_order asked = {&split, &histories, subjects, 2, 2, 3};
    assert_int_equal(prt_lists_make(&source, &asked, lists, NULL), PR_OK);
    for (uint32_t m = 0; m < 2; m++) {
        figures[m].lists = lists[m];
        figures[m].values = prt_values_make(&judging, &figures[m].lists);
        assert_non_null(figures[m].values);
    }
    const uint32_t high[] = {2, 1, 3, 2}, low[] = {2, 0, 0, 1};
    assert_memory_equal(figures[0].lists.items, high, sizeof high); /* what was had is not shown; 2 is raised by 10 */
    assert_memory_equal(figures[1].lists.items, low, sizeof low);

    prt_purchase_board made;
    const prt_purchase_board_order order = {&cuts, figures, 2, subjects, 2, 4, 1, 2};
    assert_int_equal(prt_purchase_board_make(&order, &made, NULL), PR_OK);
    assert_int_equal(made.users, 2);
    assert_int_equal(made.rows[0].model, PRT_SCORE_POPULARITY);
    /* subject 0 has its item on top; subject 1 has one of two, the other is in no catalogue */
    double second = 1 / (1 + 1 / log2(3));
    assert_near(made.rows[0].metrics[0][PRT_CUT_ndcg].mean, (1 + second) / 2);
    assert_near(made.rows[0].metrics[0][PRT_CUT_recall].mean, 0.75);
    assert_near(made.rows[0].metrics[1][PRT_CUT_ndcg].mean, 1);
    assert_near(made.rows[1].metrics[0][PRT_CUT_ndcg].mean, 0.5);
    assert_near(made.rows[1].behind[0][PRT_CUT_ndcg].mean, second / 2);
    assert_near(made.rows[1].behind[1][PRT_CUT_recall].mean, 0.25);
    assert_near(made.rows[0].metrics[0][PRT_BOARD_COVERAGE].mean, 0.75);
    assert_near(made.rows[0].metrics[1][PRT_BOARD_COVERAGE].mean, 0.5);
    assert_near(made.rows[0].metrics[0][PRT_CUT_diversity].mean, (0.0 + 1) / 2);
    /* items that may not be relevant are no hits, and are not missed either */
    const uint8_t but_two[] = {1, 1, 0, 1};
    judging.relevant_items = but_two;
    judging.lacking = false;
    double *restricted = prt_values_make(&judging, &figures[1].lists);
    assert_non_null(restricted);
    assert_near(restricted[PRT_CUT_ndcg], 0);
    assert_near(restricted[2 * PRT_CUT_METRICS + PRT_CUT_recall], 1);
    free(restricted);
    for (uint32_t m = 0; m < 2; m++) {
        prt_made_lists_free(&figures[m].lists);
        free(figures[m].values);
    }
    prt_directions_free(&directions);
    free(surprise);
}

/* A source that fails stops the ranking with its sentence. */
static pr_status failing(const void *context, const prt_person *people, uint32_t count, double *scratch, float *scores,
                         pr_error *error) {
    (void)context, (void)people, (void)count, (void)scratch, (void)scores;
    return pr_fail(error, PR_E_ARGUMENT, 0, "no scores today");
}

static void failure(void **unused) {
    (void)unused;
    uint32_t user[] = {PRT_NONE}, subjects[] = {0};
    uint64_t starts[] = {0, 0}, offsets[] = {0};
    const prt_split split = {.subjects = 1, .user = user, .relevant = {starts, NULL}, .had = {starts, NULL}};
    const prt_interactions histories = {.items = 1, .offsets = offsets};
    const prt_score_source source = {NULL, 1, 1, 0, failing};
    const prt_list_order order = {&split, &histories, subjects, 1, 1, 2};
    prt_made_lists lists;
    pr_error error = {PR_OK, 0, ""};
    assert_int_equal(prt_lists_make(&source, &order, &lists, &error), PR_E_ARGUMENT);
    assert_string_equal(error.message, "no scores today");
    prt_made_lists_free(&lists);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accuracy),
        cmocka_unit_test(novelty),
        cmocka_unit_test(diversity_by_factors),
        cmocka_unit_test(diversity_by_categories),
        cmocka_unit_test(best_items),
        cmocka_unit_test(best_items_against_sort),
        cmocka_unit_test(board),
        cmocka_unit_test(failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
