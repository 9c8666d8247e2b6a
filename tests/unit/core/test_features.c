/* Fading and feature rows, beside numbers worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "pocketrec.h"

static const pr_week weeks[] = {
    {.week = 1, .impressions = 8, .clicks = 4, .views = 2, .likes = 1, .watch = 1000},
    {.week = 3, .impressions = 4, .clicks = 0, .views = 0, .likes = 0, .watch = 0},
    {.week = 4, .impressions = 2, .clicks = 1, .views = 1, .likes = 0, .watch = 500},
};

static void old_weeks_fade(void **state) {
    (void)state;
    pr_faded sums;
    pr_fade(weeks, 3, 6, 0.5, &sums); /* week 5 counts 1, 4: 1/2, 3: 1/4, 1: 1/16 */
    assert_true(sums.impressions == 8 / 16. + 4 / 4. + 2 / 2.);
    assert_true(sums.clicks == 4 / 16. + 1 / 2.);
    assert_true(sums.views == 2 / 16. + 1 / 2.);
    assert_true(sums.likes == 1 / 16.);
    assert_true(sums.watch == 1 / 16. + 0.5 / 2.);
    assert_true(sums.all_impressions == 14 && sums.all_clicks == 5);
    assert_int_equal(sums.last_click, 4);
}

/* Whatever stands in the weeks >= T, the sums for T have the same bits. */
static void later_weeks_are_not_looked_at(void **state) {
    (void)state;
    for (int32_t week = 0; week <= 6; week++) {
        pr_week altered[3];
        pr_faded a, b, c;
        size_t before = 0;
        memcpy(altered, weeks, sizeof weeks);
        for (size_t i = 0; i < 3; i++) {
            before += weeks[i].week < week;
            if (weeks[i].week >= week)
                altered[i].impressions = altered[i].clicks = 999;
        }
        pr_fade(weeks, 3, week, 0.8, &a);
        pr_fade(altered, 3, week, 0.8, &b);
        pr_fade(weeks, before, week, 0.8, &c);
        assert_memory_equal(&a, &b, sizeof a);
        assert_memory_equal(&a, &c, sizeof a);
    }
}

static void nothing_fades_to_nothing(void **state) {
    (void)state;
    pr_faded sums, none = {.last_click = INT32_MIN};
    pr_fade(NULL, 0, 5, 0.8, &sums);
    assert_memory_equal(&sums, &none, sizeof sums);
    pr_fade(weeks, 3, 1, 0.8, &sums);
    assert_memory_equal(&sums, &none, sizeof sums);
}

/* A million weeks away: zero or nearly, never NaN. */
static void far_weeks_vanish(void **state) {
    (void)state;
    const pr_week far[] = {{.week = 1, .impressions = 100}, {.week = 1000000, .impressions = 3}};
    pr_faded sums;
    pr_fade(far, 2, INT32_MAX, 0.8, &sums);
    assert_true(sums.impressions == 0 && sums.all_impressions == 103);
    pr_fade(far, 2, INT32_MAX, 1, &sums);
    assert_true(sums.impressions == 103);
}

static const pr_faded pair = {.impressions = 10,
                              .clicks = 4,
                              .views = 2,
                              .likes = 1,
                              .watch = 1.5,
                              .all_impressions = 12,
                              .all_clicks = 5,
                              .last_click = 6};
static const pr_faded item = {.impressions = 100, .clicks = 20, .views = 10, .likes = 5, .watch = 4};
static const pr_faded user = {.impressions = 50, .clicks = 30, .views = 10, .likes = 2};
static const pr_faded everyone = {.impressions = 1000, .clicks = 250, .views = 100, .likes = 20};
static const pr_faded nobody = {.last_click = INT32_MIN};

static float feature(pr_feature_kind kind, uint32_t argument, pr_feature_input input) {
    static const double columns[] = {7, 8.5};
    static const uint8_t specialities[] = {0, 1}, goals[] = {1, 0};
    pr_feature one = {kind, argument};
    pr_feature_set set = {.count = 1,
                          .features = &one,
                          .decay = 0.8,
                          .ctr_strength = 20,
                          .view_strength = 10,
                          .like_strength = 10,
                          .items = 20};
    float out;
    input.columns = columns;
    input.specialities = specialities;
    input.goals = goals;
    pr_feature_row(&set, &input, &out);
    return out;
}

#define assert_feature(kind, argument, want)                                                                           \
    assert_true(fabs((double)feature(PR_FEATURE_##kind, argument, known) - (want)) <= 1e-6 * (1 + fabs(want)))

static void rows_hold_the_formulas(void **state) {
    (void)state;
    const pr_feature_input known = {&pair, &item, &user, &everyone, 9, true, NULL, NULL, NULL};
    double item_ctr = (20 + 20 * 0.25) / 120, user_ctr = (30 + 20 * 0.25) / 70;
    double odds = item_ctr / (1 - item_ctr) * user_ctr / (1 - user_ctr) / (0.25 / 0.75);
    double expected = odds / (1 + odds);
    assert_feature(impressions, 0, 10.);
    assert_feature(clicks, 0, 4.);
    assert_feature(video_views, 0, 2.);
    assert_feature(likes, 0, 1.);
    assert_feature(avg_watch_time, 0, 0.75);
    assert_feature(ctr, 0, (4 + 20 * 0.25) / 30);
    assert_feature(view_rate, 0, (2 + 10 * 0.4) / 14);
    assert_feature(like_rate, 0, (1 + 10 * 0.2) / 12);
    assert_feature(all_impressions, 0, 12.);
    assert_feature(all_clicks, 0, 5.);
    assert_feature(weeks_since_click, 0, 3.);
    assert_feature(ctr_lift, 0, (4 + 20 * expected) / 30 - expected);
    assert_feature(expected_ctr, 0, expected);
    assert_feature(item_impressions, 0, 2.);
    assert_feature(item_clicks, 0, 1.6);
    assert_feature(item_views, 0, 2.);
    assert_feature(item_likes, 0, 5.);
    assert_feature(item_watch, 0, 0.4);
    assert_feature(item_ctr, 0, item_ctr);
    assert_feature(item_view_rate, 0, (10 + 10 * 0.4) / 30);
    assert_feature(item_like_rate, 0, (5 + 10 * 0.2) / 20);
    assert_feature(user_impressions, 0, 50.);
    assert_feature(user_clicks, 0, 30.);
    assert_feature(user_ctr, 0, user_ctr);
    assert_feature(user_view_rate, 0, (10 + 10 * 0.4) / 40);
    assert_feature(user_like_rate, 0, (2 + 10 * 0.2) / 20);
    assert_feature(goal_match, 0, 1.);
    assert_feature(speciality, 0, 0.);
    assert_feature(speciality, 1, 1.);
    assert_feature(goal, 0, 1.);
    assert_feature(goal, 1, 0.);
    assert_feature(column, 1, 8.5);
}

/* Somebody new with a new item: rates are everyone's, what is unknown is NaN, nothing else is. */
static void nothing_known_is_the_mean(void **state) {
    (void)state;
    const pr_feature_input known = {&nobody, &nobody, &nobody, &everyone, 9, false, NULL, NULL, NULL};
    assert_feature(ctr, 0, 0.25);
    assert_feature(expected_ctr, 0, 0.25);
    assert_feature(ctr_lift, 0, 0.);
    assert_feature(like_rate, 0, 0.2);
    assert_true(isnan(feature(PR_FEATURE_avg_watch_time, 0, known)));
    assert_true(isnan(feature(PR_FEATURE_item_watch, 0, known)));
    assert_true(isnan(feature(PR_FEATURE_weeks_since_click, 0, known)));
}

/* An empty log, and one in which every impression is clicked: still numbers. */
static void extremes_stay_finite(void **state) {
    (void)state;
    const pr_faded sure = {.impressions = 5, .clicks = 5, .views = 5, .likes = 5, .watch = 5};
    const pr_feature_input inputs[] = {{.pair = &nobody, .item = &nobody, .user = &nobody, .everyone = &nobody},
                                       {.pair = &sure, .item = &sure, .user = &sure, .everyone = &sure}};
    for (int i = 0; i < 2; i++) {
        for (int kind = 0; kind < PR_FEATURE_KINDS; kind++) {
            float value = feature((pr_feature_kind)kind, 0, inputs[i]);
            bool unknown = kind == PR_FEATURE_avg_watch_time || kind == PR_FEATURE_item_watch ||
                           kind == PR_FEATURE_weeks_since_click;
            if (!(unknown && i == 0))
                assert_true(isfinite(value));
        }
    }
}

static void kinds_have_names(void **state) {
    (void)state;
    assert_string_equal(pr_feature_kind_name(PR_FEATURE_impressions), "impressions");
    assert_string_equal(pr_feature_kind_name(PR_FEATURE_column), "column");
    assert_string_equal(pr_feature_kind_name(PR_FEATURE_KINDS), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_weeks_fade),           cmocka_unit_test(later_weeks_are_not_looked_at),
        cmocka_unit_test(nothing_fades_to_nothing), cmocka_unit_test(far_weeks_vanish),
        cmocka_unit_test(rows_hold_the_formulas),   cmocka_unit_test(nothing_known_is_the_mean),
        cmocka_unit_test(extremes_stay_finite),     cmocka_unit_test(kinds_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
