/* Thompson sampling: the chances computed on a grid against counting the winners of many draws. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "pipeline.h"

enum { COUNT = 6, DRAWS = 100000 };

static pr_engine engine;
static pr_query query;
static pr_candidate candidates[COUNT];
static pr_candidate *order[COUNT];

static int set_up(void **state) {
    (void)state;
    static const double posteriors[COUNT][2] = {{2, 5}, {8, 4}, {30, 20}, {1.5, 1.5}, {0.5, 3}, {60, 90}};
    memset(&engine, 0, sizeof engine);
    pr_arena_init(&engine.scratch, NULL, 0);
    query.knobs.like = 0.4;
    for (int i = 0; i < COUNT; i++) {
        candidates[i] = (pr_candidate){.alpha = posteriors[i][0], .beta = posteriors[i][1], .freshness = 1 - 0.05 * i};
        candidates[i].parts[PR_PART_completion] = 0.02 * i;
        candidates[i].parts[PR_PART_like] =
            candidates[i].freshness * 0.4 * posteriors[i][0] / (posteriors[i][0] + posteriors[i][1]);
        candidates[i].score = candidates[i].parts[PR_PART_completion] + candidates[i].parts[PR_PART_like];
        order[i] = &candidates[i];
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pr_arena_free(&engine.scratch);
    return 0;
}

static void chances_equal_the_share_of_draws_won(void **state) {
    (void)state;
    double chances[COUNT], sum = 0;
    uint32_t won[COUNT] = {0};
    assert_int_equal(pr__thompson_chances(&engine, &query, order, COUNT, chances, NULL), PR_OK);
    for (uint64_t draw = 0; draw < DRAWS; draw++) {
        int best = 0;
        double highest = -1;
        for (int i = 0; i < COUNT; i++) {
            double rate = pr_beta_quantile(pr_uniform(11 + (uint64_t)i, draw), candidates[i].alpha, candidates[i].beta);
            double score = candidates[i].parts[PR_PART_completion] + candidates[i].freshness * 0.4 * rate;
            if (score > highest) {
                highest = score;
                best = i;
            }
        }
        won[best]++;
    }
    for (int i = 0; i < COUNT; i++) {
        double share = (double)won[i] / DRAWS;
        sum += chances[i];
        assert_true(chances[i] - share < 0.01 && share - chances[i] < 0.01);
    }
    assert_true(sum > 1 - 1e-12 && sum < 1 + 1e-12);
}

static void without_weight_on_likes_the_best_score_wins(void **state) {
    (void)state;
    double chances[COUNT];
    query.knobs.like = 0;
    for (int i = 0; i < COUNT; i++) {
        candidates[i].parts[PR_PART_like] = 0;
        candidates[i].score = candidates[i].parts[PR_PART_completion];
    }
    assert_int_equal(pr__thompson_chances(&engine, &query, order, COUNT, chances, NULL), PR_OK);
    assert_true(chances[COUNT - 1] > 0.999);
}

static void one_candidate_is_certain(void **state) {
    (void)state;
    double chance;
    assert_int_equal(pr__thompson_chances(&engine, &query, order, 1, &chance, NULL), PR_OK);
    assert_true(chance == 1.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(chances_equal_the_share_of_draws_won, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_weight_on_likes_the_best_score_wins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_candidate_is_certain, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
