/* Prices, units, buyers, spend, bands, popularity and cycles, each against an independent computation. */
#include "purchase_world.h"

enum { BUY = PRT_EVENT_PURCHASE };

static const char *const ALONE = "'als':false,'item_cf':false,'category':['kind','range']";

static void close_to(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-6 * (1 + fabs(expected))))
        fail_msg("%.9g instead of %.9g", value, expected);
}

static void prices_and_units(void **state) {
    (void)state;
    const row rows[] = {
        {0, 0, BUY, 100, 1, 3},   {0, 0, BUY, 200, 3, 4},   {1, 0, BUY, 100, 2, 9},
        {1, 0, BUY, 100, 2, NAN}, {0, 1, BUY, 100, 10, 50}, /* one buyer only: nothing is told */
        {1, 2, BUY, 100, 1, NAN}, {0, 2, BUY, 100, 2, NAN},
    };
    world w;
    prt_ledger ledger;
    prt_purchases p;
    world_make(&w, ALONE, 3, 4, rows, PRT_COUNT(rows));
    world_ledger(&w, &ledger);
    world_learn(&w, &ledger, &p);
    close_to((double)p.price[0], 4);
    assert_true(isnan(p.price[1]) && isnan(p.price[2]) && isnan(p.price[3]));
    close_to((double)p.units[0], 2);
    close_to((double)p.units[2], 1.5);
    assert_true(p.units[1] == 1 && p.units[3] == 1);
    assert_true(p.buyers[0] == 2 && p.buyers[1] == 0 && p.buyers[2] == 2 && p.buyers[3] == 0);
    close_to((double)p.average_price[0], (3 + 4 + 50) / 3.0);
    close_to((double)p.average_price[1], 9);
    assert_true(isnan(p.average_price[2]));
    close_to(p.spend[0], 3 + 12 + 500);
    close_to(p.spend[1], 18 + 2 * 4); /* without a price of its own at the item's */
    close_to(p.revenue, p.spend[0] + p.spend[1]);
    assert_true(p.purchases == 7 && p.as_of == 200);
    prt_purchases_free(&p);
    prt_ledger_free(&ledger);
    world_free(&w);
}

static void quartiles(void **state) {
    (void)state;
    enum { USERS = 9 };
    row rows[2 * USERS];
    for (uint32_t u = 0; u < USERS; u++) { /* spend 10, 20, … 90; item 0 costs 10, item 1 costs 1 and is bought at 0 */
        rows[2 * u] = (row){u, 0, BUY, 100, (float)(u + 1), 10};
        rows[2 * u + 1] = (row){u, u % 2 ? 1 : 2, PRT_EVENT_VIEW, 100, 1, NAN};
    }
    world w;
    prt_ledger ledger;
    prt_purchases p;
    world_make(&w, ALONE, USERS + 1, 3, rows, PRT_COUNT(rows));
    world_ledger(&w, &ledger);
    world_learn(&w, &ledger, &p);
    assert_int_equal(prt_bands_make(&w.job, &ledger, &p, NULL), PR_OK);
    assert_true(p.has_segments && p.has_price_bands);
    close_to(p.segments[0], 30); /* numpy.percentile([10 … 90], 25); who spent nothing does not count */
    close_to(p.segments[1], 50);
    close_to(p.segments[2], 70);
    for (int q = 0; q < 3; q++)
        close_to(p.price_bands[q], 10);
    prt_purchases_free(&p);
    prt_ledger_free(&ledger);
    world_free(&w);
}

/* Without prices there are no bands. */
static void no_prices_no_bands(void **state) {
    (void)state;
    const row rows[] = {{0, 0, BUY, 100, 1, NAN}, {1, 0, BUY, 100, 1, NAN}};
    world w;
    prt_ledger ledger;
    prt_purchases p;
    world_make(&w, ALONE, 2, 1, rows, PRT_COUNT(rows));
    world_ledger(&w, &ledger);
    world_learn(&w, &ledger, &p);
    assert_int_equal(prt_bands_make(&w.job, &ledger, &p, NULL), PR_OK);
    assert_false(p.has_segments);
    assert_false(p.has_price_bands);
    prt_purchases_free(&p);
    prt_ledger_free(&ledger);
    world_free(&w);
}

static void popularity_fades(void **state) {
    (void)state;
    /* half_life 10 days; item 0: two old buyers, item 1: two new, item 2: one only */
    const row rows[] = {
        {0, 0, BUY, 0, 1, NAN},
        {1, 0, BUY, 0, 1, NAN},
        {2, 1, BUY, 10 * DAY, 4, NAN},
        {3, 1, BUY, 10 * DAY, 4, NAN},
        {3, 2, BUY, 10 * DAY, 1, NAN},
        {3, 3, PRT_EVENT_CLICK, 10 * DAY, 1, NAN},
        {2, 3, PRT_EVENT_CLICK, 10 * DAY, 1, NAN},
    };
    world w;
    prt_ledger ledger;
    prt_purchases p;
    world_make(&w, "'als':false,'item_cf':false,'popularity':{'count':1,'buyers':2,'quantity':1,'half_life_days':10}",
               4, 4, rows, PRT_COUNT(rows));
    world_ledger(&w, &ledger);
    world_learn(&w, &ledger, &p);
    close_to((double)p.popularity[1], 1);
    close_to((double)p.popularity[0], (1 * 0.5 + 2 * 0.5 + 1 * 0.125) / 4);
    assert_true(p.popularity[2] == 0);
    close_to((double)p.popularity[3], (1 * 0.2 + 2 * 1 + 0) / 4);
    pr_arena arena = {0};
    const uint32_t *order;
    assert_int_equal(prt_purchases_order(&p, &arena, &order, NULL), PR_OK);
    const uint32_t expected[] = {1, 3, 0, 2};
    assert_memory_equal(order, expected, sizeof expected);
    pr_arena_free(&arena);
    prt_purchases_free(&p);
    prt_ledger_free(&ledger);
    world_free(&w);
}

/* ---- cycles ---- */

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The gaps of all items of `among`, found by looking at every pair of rows; 0 when there are too few. */
static double cycle_of(const row *rows, uint32_t count, const uint8_t *among, uint32_t users, uint32_t min_users) {
    double *gaps = malloc((count * (size_t)count + 1) * sizeof *gaps);
    uint32_t n = 0, people = 0;
    for (uint32_t u = 0; u < users; u++) {
        uint32_t before = n;
        for (uint32_t a = 0; a < count; a++) {
            if (rows[a].user != u || !among[rows[a].item])
                continue;
            int64_t own = rows[a].time / DAY, next = INT64_MAX;
            bool earlier = false; /* the same day is counted once */
            for (uint32_t b = 0; b < count; b++) {
                if (rows[b].user != u || rows[b].item != rows[a].item)
                    continue;
                int64_t day = rows[b].time / DAY;
                next = day > own && day < next ? day : next;
                earlier |= day == own && b < a;
            }
            if (next != INT64_MAX && !earlier)
                gaps[n++] = (double)(next - own);
        }
        people += n > before;
    }
    qsort(gaps, n, sizeof *gaps, by_size);
    double median = n < 5 || people < min_users ? 0 : n % 2 ? gaps[n / 2] : (gaps[n / 2 - 1] + gaps[n / 2]) / 2;
    free(gaps);
    return median;
}

static void cycles(void **state) {
    (void)state;
    enum { USERS = 12, ITEMS = 14, ROWS = 260 };
    static row rows[ROWS];
    uint32_t kinds[ITEMS], ranges[ITEMS];
    uint64_t seed = 0;
    for (uint32_t i = 0; i < ITEMS; i++) {
        kinds[i] = i % 2;
        ranges[i] = i == 13 ? PRT_NONE : i / 4;
    }
    for (uint32_t r = 0; r < ROWS; r++) { /* low items often, high ones hardly ever */
        double place = drawn_number(&seed);
        rows[r] = (row){(uint32_t)(drawn_number(&seed) * USERS),
                        (uint32_t)(place * place * place * ITEMS),
                        BUY,
                        (int64_t)(drawn_number(&seed) * 200 * (double)DAY),
                        1,
                        NAN};
    }
    world w;
    prt_ledger ledger;
    prt_purchases p;
    world_make(&w, ALONE, USERS, ITEMS, rows, ROWS);
    world_category(&w, "kind", kinds, 2);
    world_category(&w, "range", ranges, 4);
    world_ledger(&w, &ledger);
    world_learn(&w, &ledger, &p);
    assert_int_equal(prt_cycles_make(&w.job, &ledger, &p, NULL), PR_OK);
    uint32_t own = 0, by_range = 0, by_kind = 0;
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint8_t alone[ITEMS] = {0}, range[ITEMS] = {0}, kind[ITEMS] = {0};
        for (uint32_t j = 0; j < ITEMS; j++) {
            alone[j] = j == i;
            range[j] = ranges[j] == ranges[i] && ranges[i] != PRT_NONE;
            kind[j] = kinds[j] == kinds[i];
        }
        double expected = cycle_of(rows, ROWS, alone, USERS, 2);
        own += expected > 0;
        if (expected == 0) {
            expected = cycle_of(rows, ROWS, range, USERS, 2);
            by_range += expected > 0;
        }
        if (expected == 0) {
            expected = cycle_of(rows, ROWS, kind, USERS, 2);
            by_kind += expected > 0;
        }
        close_to((double)p.cycle[i], expected);
    }
    assert_true(own > 2 && by_range > 0 && by_kind > 0); /* or the log is no test */
    prt_purchases_free(&p);
    prt_ledger_free(&ledger);
    world_free(&w);
}

static void nobody_bought_anything(void **state) {
    (void)state;
    const row rows[] = {{0, 0, PRT_EVENT_ABANDON, 100, 1, NAN}};
    world w;
    prt_purchases p;
    world_make(&w, "", 2, 3, rows, PRT_COUNT(rows));
    assert_int_equal(prt_purchases_learn(&w.config, &w.dataset, NULL, 2, &p, NULL), PR_OK);
    assert_false(p.has_als);
    assert_false(p.has_item_cf);
    assert_true(p.popularity[0] == 0 && p.cycle[0] == 0 && p.validation_users == 0 && p.typical[0] == 1);
    prt_purchases_free(&p);
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_and_units), cmocka_unit_test(quartiles), cmocka_unit_test(no_prices_no_bands),
        cmocka_unit_test(popularity_fades), cmocka_unit_test(cycles),    cmocka_unit_test(nobody_bought_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
