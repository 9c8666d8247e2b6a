/* Weekly histories: sums beside a slow count, suppression, threads, and that week T's features know no week >= T. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"

enum { USERS = 12, ITEMS = 7, WEEKS = 6, ROWS = 500, MIN_USERS = 3 };

static uint32_t users[2 * ROWS], items[2 * ROWS], impressions[2 * ROWS], clicks[2 * ROWS], views[2 * ROWS],
    likes[2 * ROWS];
static int32_t week_of[2 * ROWS];
static uint64_t watch[2 * ROWS];

static uint32_t draw(uint64_t seed, uint64_t at, uint32_t below) {
    return (uint32_t)(pr_uniform(seed, at) * below);
}

/* One row of a funnel; a seed of its own gives another history. */
static void make_row(uint64_t seed, uint64_t i) {
    users[i] = draw(seed, 8 * i, USERS);
    items[i] = draw(seed, 8 * i + 1, ITEMS);
    week_of[i] = 1 + (int32_t)draw(seed, 8 * i + 2, WEEKS);
    impressions[i] = draw(seed, 8 * i + 3, 5);
    clicks[i] = draw(seed, 8 * i + 4, impressions[i] + 1);
    views[i] = draw(seed, 8 * i + 5, clicks[i] + 1);
    likes[i] = draw(seed, 8 * i + 6, views[i] + 1);
    watch[i] = draw(seed, 8 * i + 7, 1000 * views[i] + 1);
}

static prt_dataset dataset_of(uint64_t rows) {
    prt_dataset d = {0};
    d.users.count = USERS;
    d.items.count = ITEMS;
    d.weekly = (prt_weekly){rows, users, items, week_of, impressions, clicks, views, likes, watch};
    return d;
}

static prt_config config_of(uint32_t min_users) {
    prt_config c = {.path = "test", .has_weekly = true};
    c.limits.min_users = min_users;
    c.ranking.decay = 0.8;
    c.ranking.ctr_strength = 20;
    c.ranking.view_strength = c.ranking.like_strength = 10;
    c.ranking.specialities = 64;
    return c;
}

static prt_history make(uint64_t rows, uint32_t min_users) {
    prt_config config = config_of(min_users);
    prt_dataset dataset = dataset_of(rows);
    prt_history history;
    pr_error error = {0};
    assert_int_equal(prt_history_make(&config, &dataset, 1, &history, &error), PR_OK);
    return history;
}

static uint64_t honest_log(void) {
    for (uint64_t i = 0; i < ROWS; i++)
        make_row(1, i);
    return ROWS;
}

/* Clicks that a slow count finds for a key of a week; `users_seen` gets the distinct users. */
static uint64_t slow_clicks(uint32_t item, int32_t week, uint32_t *users_seen) {
    uint64_t sum = 0;
    bool seen[USERS] = {false};
    *users_seen = 0;
    for (uint64_t i = 0; i < ROWS; i++) {
        if (items[i] != item || week_of[i] != week)
            continue;
        sum += clicks[i];
        *users_seen += !seen[users[i]];
        seen[users[i]] = true;
    }
    return sum;
}

static const pr_week *cell(const prt_weeks *weeks, uint32_t key, int32_t week) {
    for (uint64_t i = weeks->starts[key]; i < weeks->starts[key + 1]; i++) {
        if (weeks->weeks[i].week == week)
            return &weeks->weeks[i];
    }
    return NULL;
}

static void check_items(uint32_t min_users, uint32_t *left_out) {
    prt_history h = make(honest_log(), min_users);
    for (uint32_t item = 0; item < ITEMS; item++) {
        for (int32_t week = 1; week <= WEEKS; week++) {
            uint32_t seen;
            uint64_t sum = slow_clicks(item, week, &seen);
            const pr_week *found = cell(&h.items, item, week);
            assert_int_equal(found != NULL, seen > 0 && seen >= min_users);
            if (found)
                assert_int_equal(found->clicks, sum);
            else
                *left_out += seen > 0;
        }
    }
    prt_history_free(&h);
}

static void cells_of_few_users_are_left_out(void **state) {
    (void)state;
    uint32_t left_out = 0;
    check_items(1, &left_out);
    assert_int_equal(left_out, 0);
    check_items(10, &left_out);
    assert_true(left_out > 0);
}

static void sums_are_those_of_the_log(void **state) {
    (void)state;
    prt_history h = make(honest_log(), MIN_USERS);
    uint64_t by_pair = 0, by_user = 0, by_everyone = 0, of_log = 0;
    for (uint64_t i = 0; i < ROWS; i++)
        of_log += impressions[i] + 10 * watch[i];
    for (uint64_t i = 0; i < h.pairs.starts[h.pairs.count]; i++)
        by_pair += h.pairs.weeks[i].impressions + 10 * h.pairs.weeks[i].watch;
    for (uint64_t i = 0; i < h.users.starts[USERS]; i++)
        by_user += h.users.weeks[i].impressions + 10 * h.users.weeks[i].watch;
    for (uint64_t i = 0; i < h.everyone.starts[1]; i++)
        by_everyone += h.everyone.weeks[i].impressions + 10 * h.everyone.weeks[i].watch;
    assert_int_equal(by_pair, of_log);
    assert_int_equal(by_user, of_log);
    assert_int_equal(by_everyone, of_log);
    assert_int_equal(h.first_week, 1);
    assert_int_equal(h.last_week, WEEKS);
    prt_history_free(&h);
}

static prt_matrix matrix_of(const prt_history *h, int32_t week, int threads) {
    prt_matrix m = {0};
    pr_error error = {0};
    assert_int_equal(prt_matrix_add_week(h, PRT_LABEL_CLICKS, week, threads, &m, &error), PR_OK);
    return m;
}

static void threads_and_single_rows_agree(void **state) {
    (void)state;
    prt_history h = make(honest_log(), MIN_USERS);
    float row[PR_MAX_FEATURES];
    for (int32_t week = 1; week <= WEEKS + 1; week++) {
        prt_matrix one = matrix_of(&h, week, 1), many = matrix_of(&h, week, 5);
        size_t size = (size_t)one.rows * one.columns * sizeof *one.values;
        assert_int_equal(one.rows, many.rows);
        assert_int_equal(one.rows > 0, week <= WEEKS);
        if (one.rows)
            assert_memory_equal(one.values, many.values, size);
        for (uint32_t r = 0; r < one.rows; r++) {
            const pr_week *shown = NULL;
            prt_history_row(&h, one.user[r], one.item[r], PRT_NONE, week, row);
            assert_memory_equal(row, one.values + (size_t)r * one.columns, one.columns * sizeof *row);
            for (uint32_t p = h.user_pairs[one.user[r]]; p < h.user_pairs[one.user[r] + 1]; p++)
                shown = h.pair_item[p] == one.item[r] ? cell(&h.pairs, p, week) : shown;
            assert_non_null(shown);
            assert_true(shown->impressions > 0 && one.labels[r] == (shown->clicks > 0));
        }
        prt_matrix_free(&one);
        prt_matrix_free(&many);
    }
    prt_history_free(&h);
}

/* All features of all pairs for `week`; NaN as the bits that it has. */
static float *all_rows(uint64_t rows, int32_t week, uint32_t *columns) {
    prt_history h = make(rows, MIN_USERS);
    float *out = calloc((size_t)USERS * ITEMS * h.feature_count, sizeof *out);
    for (uint32_t u = 0; u < USERS; u++) {
        for (uint32_t i = 0; i < ITEMS; i++)
            prt_history_row(&h, u, i, PRT_NONE, week, out + ((size_t)u * ITEMS + i) * h.feature_count);
    }
    *columns = h.feature_count;
    prt_history_free(&h);
    return out;
}

enum change { ALTERED, ADDED, REMOVED };

/* Alter, add or remove rows of weeks >= `week`; returns how many rows there are then. */
static uint64_t change_future(enum change change, int32_t week) {
    uint64_t kept = 0;
    if (change == ALTERED) {
        for (uint64_t i = 0; i < ROWS; i++) {
            if (week_of[i] >= week)
                impressions[i] += 90, clicks[i] += 80, views[i] += 70, likes[i] += 60, watch[i] += 50000;
        }
        return ROWS;
    }
    if (change == ADDED) {
        for (uint64_t i = ROWS; i < 2 * ROWS; i++) {
            make_row(2, i);
            week_of[i] = week + (int32_t)(i % 3);
        }
        return 2 * ROWS;
    }
    for (uint64_t i = 0; i < ROWS; i++) {
        if (week_of[i] >= week)
            continue;
        users[kept] = users[i], items[kept] = items[i], week_of[kept] = week_of[i];
        impressions[kept] = impressions[i], clicks[kept] = clicks[i], views[kept] = views[i];
        likes[kept] = likes[i], watch[kept++] = watch[i];
    }
    return kept;
}

static void no_feature_knows_its_own_week(void **state) {
    (void)state;
    for (int32_t week = 2; week <= WEEKS + 1; week++) {
        uint32_t columns, same;
        float *before = all_rows(honest_log(), week, &columns);
        for (int change = ALTERED; change <= REMOVED; change++) {
            honest_log();
            float *after = all_rows(change_future((enum change)change, week), week, &same);
            assert_int_equal(same, columns);
            assert_memory_equal(before, after, (size_t)USERS * ITEMS * columns * sizeof *before);
            free(after);
        }
        free(before);
    }
}

/* The test above could not fail if features did not move at all: the week before T moves many. */
static void features_know_the_week_before(void **state) {
    (void)state;
    uint32_t columns, moved = 0;
    float *before = all_rows(honest_log(), 4, &columns);
    float *after = all_rows(change_future(ALTERED, 3), 4, &columns);
    for (size_t i = 0; i < (size_t)USERS * ITEMS * columns; i++)
        moved += memcmp(before + i, after + i, sizeof *before) != 0;
    assert_true(moved > USERS * ITEMS);
    free(before);
    free(after);
}

static void an_empty_log_is_refused(void **state) {
    (void)state;
    prt_config config = config_of(MIN_USERS);
    prt_dataset dataset = dataset_of(0);
    prt_history history;
    pr_error error = {0};
    assert_int_equal(prt_history_make(&config, &dataset, 1, &history, &error), PR_E_FORMAT);
    assert_non_null(strstr(error.message, "weekly.files"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_of_few_users_are_left_out), cmocka_unit_test(sums_are_those_of_the_log),
        cmocka_unit_test(threads_and_single_rows_agree),   cmocka_unit_test(no_feature_knows_its_own_week),
        cmocka_unit_test(features_know_the_week_before),   cmocka_unit_test(an_empty_log_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
