/* Factor scores and the best rows, against sums in 64 bits and a full sort. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "factors.h"

enum { MOST_ROWS = 3000 };

static pr_arena arena;
static uint64_t counter;

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

static uint64_t random_bits(void) {
    return pr_mix64(counter++);
}

static void random_query(pr__factor_query *query, uint32_t dims, float scale) {
    *query = (pr__factor_query){.dims = dims, .scale = scale};
    for (uint32_t i = 0; i < dims; i++)
        query->values[i] = (int16_t)((int32_t)(random_bits() % 65535) - 32767);
}

/* Values are unaligned on purpose. Every seventh row has no factors. */
static pr__factor_rows random_rows(uint32_t first, uint32_t count, uint32_t dims) {
    int8_t *values = (int8_t *)pr_arena_take(&arena, (size_t)count * dims + 1) + 1;
    float *scales = pr_arena_array(&arena, count + 1, sizeof *scales);
    for (size_t i = 0; i < (size_t)count * dims; i++)
        values[i] = (int8_t)random_bits();
    for (uint32_t r = 0; r < count; r++)
        scales[r] = r % 7 == 3 ? 0 : (float)(1 + random_bits() % 1000) * 0x1p-17f;
    return (pr__factor_rows){first, count, values, scales};
}

static float expected_score(const pr__factor_rows *rows, const pr__factor_query *query, uint32_t r) {
    int64_t dot = 0;
    for (uint32_t i = 0; i < query->dims; i++)
        dot += (int64_t)rows->values[(size_t)r * query->dims + i] * query->values[i];
    assert_in_range(dot + ((int64_t)1 << 31), 0, UINT32_MAX);
    return (float)(int32_t)dot * rows->scales[r] * query->scale;
}

static int by_score_then_row(const void *a, const void *b) {
    const pr__best_row *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static bool is_allowed(pr__allowed allowed, uint32_t row) {
    return !allowed || (allowed[row / 64] >> row % 64 & 1);
}

static void assert_best(const pr__best_row *rows, uint32_t found, pr__best_row *all, uint32_t count, uint32_t limit) {
    qsort(all, count, sizeof *all, by_score_then_row);
    assert_int_equal(found, count < limit ? count : limit);
    for (uint32_t i = 0; i < found; i++) {
        assert_int_equal(rows[i].row, all[i].row);
        assert_true(rows[i].score == all[i].score);
        assert_false(rows[i].score == 0 && signbit(rows[i].score));
    }
}

/* The best of several shards beside a sort of all their rows. */
static void check_top(const pr__factor_rows *shards, uint32_t shard_count, const pr__factor_query *query,
                      uint32_t limit, pr__allowed allowed) {
    pr__best best;
    assert_true(pr__best_start(&best, limit, &arena));
    pr__best_row *rows = pr_arena_array(&arena, limit + 1u, sizeof *rows);
    pr__best_row *all = pr_arena_array(&arena, MOST_ROWS, sizeof *all);
    uint32_t count = 0;
    for (uint32_t s = 0; s < shard_count; s++) {
        for (uint32_t r = 0; r < shards[s].count; r++) {
            const uint32_t row = shards[s].first + r;
            if (shards[s].scales[r] > 0 && is_allowed(allowed, row))
                all[count++] = (pr__best_row){row, expected_score(&shards[s], query, r)};
        }
        pr__factors_top(&shards[s], query, allowed, &best);
    }
    assert_best(rows, pr__best_finish(&best, rows), all, count, limit);
}

static void scores_equal_plain_sums(void **state) {
    (void)state;
    static const uint32_t dims[] = {16, 32, 48, 64, 80, 128, 256, 496, 512};
    static const uint32_t counts[] = {0, 1, 2, 3, 4, 5, 63, 64, 65, 131};
    for (size_t d = 0; d < PR_COUNT(dims); d++)
        for (size_t c = 0; c < PR_COUNT(counts); c++) {
            float scores[132];
            pr__factor_query query;
            random_query(&query, dims[d], 0x1p-9f);
            pr__factor_rows rows = random_rows(0, counts[c], dims[d]);
            scores[counts[c]] = 77;
            pr__factors_scores(&rows, &query, scores);
            for (uint32_t r = 0; r < counts[c]; r++)
                assert_true(scores[r] == expected_score(&rows, &query, r));
            assert_true(scores[counts[c]] == 77);
            pr_arena_reset(&arena);
        }
}

static void the_largest_sums_do_not_overflow(void **state) {
    (void)state;
    static const int8_t values[] = {-128, 127};
    static const int16_t numbers[] = {-32767, 32767};
    int8_t row[PR_MAX_FACTORS * 5];
    const float scales[5] = {1, 1, 1, 1, 1};
    const pr__factor_rows rows = {0, 5, row, scales};
    for (int v = 0; v < 2; v++)
        for (int n = 0; n < 2; n++) {
            pr__factor_query query = {.dims = PR_MAX_FACTORS, .scale = 1};
            float scores[5];
            memset(row, values[v], sizeof row);
            for (uint32_t i = 0; i < PR_MAX_FACTORS; i++)
                query.values[i] = numbers[n];
            pr__factors_scores(&rows, &query, scores);
            const int32_t dot = PR_MAX_FACTORS * values[v] * numbers[n];
            for (int r = 0; r < 5; r++)
                assert_true(scores[r] == (float)dot);
        }
}

static void a_query_is_rounded_to_sixteen_bits(void **state) {
    (void)state;
    double x[64];
    pr__factor_query query;
    for (int magnitude = -300; magnitude <= 30; magnitude += 3) {
        double most = 0;
        for (int i = 0; i < 64; i++) {
            x[i] = (pr_uniform(5, (uint64_t)(i + 64 * (magnitude + 300))) - 0.5) * pow(10, magnitude);
            most = fabs(x[i]) > most ? fabs(x[i]) : most;
        }
        assert_true(pr__factors_query(x, 64, &query));
        for (int i = 0; i < 64; i++) {
            assert_in_range(query.values[i] + 32767, 0, 65534);
            if (magnitude > -30)
                assert_true(fabs(query.values[i] * (double)query.scale - x[i]) <= most / 65530);
        }
    }
    memset(x, 0, sizeof x);
    assert_true(pr__factors_query(x, 64, &query));
    assert_true(query.scale == 0 && query.values[0] == 0);
    static const double hopeless[] = {NAN, INFINITY, -INFINITY, 1e300, -1e300};
    for (size_t i = 0; i < PR_COUNT(hopeless); i++) {
        x[63] = hopeless[i];
        assert_false(pr__factors_query(x, 64, &query));
    }
}

static uint64_t *random_allowed(uint32_t rows, uint32_t percent) {
    uint64_t *allowed = pr_arena_array(&arena, pr__allowed_words(rows), sizeof *allowed);
    for (uint32_t r = 0; r < rows; r++) {
        if (random_bits() % 100 < percent)
            pr__allow(allowed, r);
    }
    return allowed;
}

static void the_best_are_exact(void **state) {
    (void)state;
    static const uint32_t limits[] = {0, 1, 2, 10, 200, 1000, 5000};
    static const uint32_t percents[] = {0, 1, 50, 99, 100};
    const uint32_t sizes[] = {1000, 1, 0, 77, 900}; /* so that shards begin anywhere in a word of the mask */
    pr__factor_rows shards[PR_COUNT(sizes)];
    pr__factor_query query;
    for (uint32_t dims = 16; dims <= 128; dims *= 2) {
        uint32_t first = 0;
        for (size_t s = 0; s < PR_COUNT(sizes); first += sizes[s++])
            shards[s] = random_rows(first, sizes[s], dims);
        random_query(&query, dims, 0x1p-12f);
        for (size_t l = 0; l < PR_COUNT(limits); l++) {
            check_top(shards, PR_COUNT(sizes), &query, limits[l], NULL);
            for (size_t p = 0; p < PR_COUNT(percents); p++)
                check_top(shards, PR_COUNT(sizes), &query, limits[l], random_allowed(first, percents[p]));
        }
        pr_arena_reset(&arena);
    }
}

static void ties_go_to_the_lower_row(void **state) {
    (void)state;
    pr__factor_query query;
    random_query(&query, 16, 1);
    pr__factor_rows rows = random_rows(0, 2000, 16);
    for (uint32_t r = 0; r < rows.count; r++) { /* five different rows, one of them all zeros and one without factors */
        float *scale = (float *)rows.scales + r;
        *scale = r % 5 == 4 ? 0 : 1;
        memset((int8_t *)rows.values + (size_t)r * 16, (int8_t)(r % 5), 16);
    }
    for (uint32_t limit = 1; limit < 2500; limit += 37) {
        check_top(&rows, 1, &query, limit, NULL);
        check_top(&rows, 1, &query, limit, random_allowed(2000, 50));
    }
    query.scale = 0; /* nothing is known about the taste: every row ties */
    check_top(&rows, 1, &query, 100, NULL);
}

/* Orders that are hard for a selection: rising, falling, all equal, zeros of both signs. */
static float made_score(int kind, uint32_t row, uint32_t count) {
    switch (kind) {
    case 0:
        return (float)row;
    case 1:
        return (float)(count - row);
    case 2:
        return 0.25f;
    case 3:
        return row % 2 ? -0.0f : 0.0f;
    case 4:
        return row % 3 ? -1e-45f : (float)(row % 11) - 5;
    case 5:
        return (float)(random_bits() % 1000) * -0x1p-10f;
    case 6:
        return row % 4 == 0 ? INFINITY : row % 4 == 1 ? -INFINITY : row % 4 == 2 ? NAN : -3e38f;
    default:
        return (float)(random_bits() >> 40) * 0x1p-24f;
    }
}

static void the_best_of_plain_scores_are_exact(void **state) {
    (void)state;
    static const uint32_t counts[] = {0, 1, 15, 16, 17, 64, 100, 2999};
    static const uint32_t limits[] = {1, 7, 200, 2000};
    for (int kind = 0; kind < 8; kind++)
        for (size_t c = 0; c < PR_COUNT(counts); c++)
            for (size_t l = 0; l < PR_COUNT(limits); l++)
                for (int masked = 0; masked < 2; masked++) {
                    const uint32_t count = counts[c], half = count / 2;
                    pr__allowed allowed = masked ? random_allowed(count, 60) : NULL;
                    float *scores = pr_arena_array(&arena, count + 1, sizeof *scores);
                    pr__best_row *all = pr_arena_array(&arena, count + 1, sizeof *all);
                    pr__best_row *rows = pr_arena_array(&arena, limits[l], sizeof *rows);
                    uint32_t allowed_count = 0;
                    for (uint32_t r = 0; r < count; r++) {
                        scores[r] = made_score(kind, r, count);
                        if (is_allowed(allowed, r) && scores[r] > -INFINITY)
                            all[allowed_count++] = (pr__best_row){r, scores[r]};
                    }
                    pr__best best;
                    assert_true(pr__best_start(&best, limits[l], &arena));
                    pr__best_offer(&best, scores, 0, half, allowed);
                    pr__best_offer(&best, scores + half, half, count - half, allowed);
                    assert_best(rows, pr__best_finish(&best, rows), all, allowed_count, limits[l]);
                    pr_arena_reset(&arena);
                }
}

static void without_memory_nothing_starts(void **state) {
    (void)state;
    pr_arena small;
    pr__best best;
    pr_arena_init(&small, NULL, 1000);
    assert_false(pr__best_start(&best, 1000, &small));
    assert_false(pr__best_start(&best, UINT32_MAX, &small));
    pr_arena_free(&small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(scores_equal_plain_sums, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_largest_sums_do_not_overflow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_query_is_rounded_to_sixteen_bits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_best_are_exact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ties_go_to_the_lower_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_best_of_plain_scores_are_exact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_memory_nothing_starts, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
