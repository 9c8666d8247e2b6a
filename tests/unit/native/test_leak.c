/* Looking for leaks: honest data pass; rows that look ahead, columns made from the future and features that give the
 * labels away are refused, and the sentence names them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "leak.h"

enum { USERS = 60, ITEMS = 20, WEEKS = 5, JUDGED = 4, ROWS = USERS * ITEMS * WEEKS };

static uint32_t users[ROWS], items[ROWS], impressions[ROWS], clicks[ROWS], views[ROWS], likes[ROWS];
static int32_t week_of[ROWS];
static uint64_t watch[ROWS];
static double column[ITEMS];
static char names[] = "price";

/* Everybody sees everything each week; some items are liked more, weeks differ by chance. */
static void make_log(void) {
    uint32_t i = 0;
    for (uint32_t u = 0; u < USERS; u++) {
        for (uint32_t k = 0; k < ITEMS; k++) {
            for (int32_t w = 1; w <= WEEKS; w++, i++) {
                users[i] = u;
                items[i] = k;
                week_of[i] = w;
                impressions[i] = 1 + (uint32_t)(pr_uniform(1, i) * 3);
                clicks[i] = pr_uniform(2, i) < 0.2 + 0.02 * k ? 1 : 0;
                views[i] = clicks[i];
                likes[i] = clicks[i] && pr_uniform(3, i) < 0.3;
                watch[i] = views[i] * 500;
            }
        }
    }
}

static prt_column numbers;

static prt_dataset dataset_of(void) {
    prt_dataset d = {0};
    numbers = (prt_column){.name = names, .type = PRT_REAL, .rows = ITEMS, .reals = column};
    d.users.count = USERS;
    d.items = (prt_entities){.count = ITEMS, .columns = &numbers, .column_count = 1};
    d.weekly = (prt_weekly){ROWS, users, items, week_of, impressions, clicks, views, likes, watch};
    return d;
}

static prt_config config_of(void) {
    prt_config c = {.path = "shop.json", .has_weekly = true};
    c.limits.min_users = 1;
    c.ranking.decay = 0.8;
    c.ranking.ctr_strength = 20;
    c.ranking.view_strength = c.ranking.like_strength = 10;
    return c;
}

/* The status of the check, and its sentence. */
static pr_status check(prt_row_maker make, pr_error *error) {
    prt_config config = config_of();
    prt_dataset dataset = dataset_of();
    prt_history history;
    memset(error, 0, sizeof *error);
    assert_int_equal(prt_history_make(&config, &dataset, 1, &history, error), PR_OK);
    pr_status status = make ? prt_leak_check_rows(&config, &dataset, &history, JUDGED, make, error)
                            : prt_leak_check(&config, &dataset, &history, JUDGED, error);
    prt_history_free(&history);
    return status;
}

static int fresh(void **state) {
    (void)state;
    make_log();
    for (uint32_t k = 0; k < ITEMS; k++)
        column[k] = pr_uniform(4, k);
    return 0;
}

static void honest_data_pass(void **state) {
    (void)state;
    pr_error error;
    assert_int_equal(check(NULL, &error), PR_OK);
    assert_int_equal(check(prt_history_row, &error), PR_OK);
}

/* A column that knows the past only is no leak, however good it is. */
static void the_past_may_be_known(void **state) {
    (void)state;
    pr_error error;
    memset(column, 0, sizeof column);
    for (uint32_t i = 0; i < ROWS; i++)
        column[items[i]] += week_of[i] < JUDGED ? clicks[i] : 0;
    assert_int_equal(check(NULL, &error), PR_OK);
}

static void look_ahead(const prt_history *history, uint32_t user, uint32_t item, uint32_t goal, int32_t week,
                       float *out) {
    prt_history_row(history, user, item, goal, week + 1, out);
}

static void rows_that_look_ahead_are_refused(void **state) {
    (void)state;
    pr_error error;
    assert_int_equal(check(look_ahead, &error), PR_E_REFUSED);
    assert_non_null(strstr(error.message, "\"impressions\""));
    assert_non_null(strstr(error.message, "week 4"));
}

static void columns_made_from_the_future_are_refused(void **state) {
    (void)state;
    pr_error error;
    memset(column, 0, sizeof column);
    for (uint32_t i = 0; i < ROWS; i++)
        column[items[i]] += week_of[i] == JUDGED ? 3.0 * clicks[i] + 1 : 0;
    assert_int_equal(check(NULL, &error), PR_E_REFUSED);
    assert_non_null(strstr(error.message, "\"price\""));
}

/* In the judged week exactly the dear items are clicked, and the log of later weeks hides that from sums. */
static void features_that_give_the_labels_away_are_refused(void **state) {
    (void)state;
    pr_error error;
    for (uint32_t i = 0; i < ROWS; i++) {
        if (week_of[i] >= JUDGED)
            clicks[i] = views[i] = (week_of[i] == JUDGED) == (items[i] % 2 == 0);
        likes[i] = 0;
    }
    for (uint32_t k = 0; k < ITEMS; k++)
        column[k] = (k % 2 == 0 ? 100 : 1) + 30 * pr_uniform(5, k);
    assert_int_equal(check(NULL, &error), PR_E_REFUSED);
    assert_non_null(strstr(error.message, "\"price\""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(honest_data_pass, fresh),
        cmocka_unit_test_setup(the_past_may_be_known, fresh),
        cmocka_unit_test_setup(rows_that_look_ahead_are_refused, fresh),
        cmocka_unit_test_setup(columns_made_from_the_future_are_refused, fresh),
        cmocka_unit_test_setup(features_that_give_the_labels_away_are_refused, fresh),
    };
    return cmocka_run_group_tests_name("leak", tests, NULL, NULL);
}
