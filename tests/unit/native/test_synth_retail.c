/* The made-up retailer: words that go into CSV as they are, chances that add up, seasons that turn with the year. */
#include "retail_world.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { DRAWS = 200000, YEAR = 365 };

static const prt_retail_options options = {50, 400, 548, 7, 20408, "nowhere"};
static prt_retail_world world;

static int set_up(void **state) {
    (void)state;
    return prt_retail_world_make(&world, &options, NULL) == PR_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    prt_retail_world_free(&world);
    return 0;
}

static void check_word(const char *word) {
    assert_non_null(word);
    assert_true(*word);
    assert_null(strpbrk(word, ",\"\r\n"));
}

static void test_words(void **state) {
    (void)state;
    for (int k = 0; k < PRT_RETAIL_KINDS; k++) {
        const prt_retail_kind *kind = &prt_retail_kinds[k];
        check_word(kind->main);
        check_word(kind->sub);
        assert_string_equal(kind->main, prt_retail_kinds[k - k % PRT_RETAIL_NEIGHBOURS].main);
        assert_true(kind->price > 0 && kind->peak <= 12);
        for (int i = 0; i < PRT_RETAIL_CHOICES; i++) {
            check_word(kind->nouns[i]);
            check_word(kind->traits[i]);
            check_word(kind->packs[i]);
        }
        for (int other = 0; other < k; other++)
            assert_string_not_equal(kind->sub, prt_retail_kinds[other].sub);
    }
}

static void test_shares_add_up(void **state) {
    (void)state;
    double aisles = 0;
    for (uint32_t k = 0; k < PRT_RETAIL_KINDS; k++) {
        const prt_retail_aisle *aisle = &world.aisles[k];
        double shares = 0;
        aisles += aisle->share;
        for (uint32_t i = 0; i < aisle->count; i++) {
            uint32_t item = world.by_kind[aisle->first + i];
            assert_int_equal(world.items[item].kind, k);
            shares += world.items[item].share;
            if (i > 0) /* the best known first */
                assert_true(world.items[item].share < world.items[world.by_kind[aisle->first + i - 1]].share);
        }
        assert_true(fabs(shares - (aisle->count > 0)) < 1e-9);
    }
    assert_true(fabs(aisles - 1) < 1e-9);
}

static void test_what_comes_to_mind_follows_the_shares(void **state) {
    (void)state;
    uint32_t counts[400] = {0}, kind = world.items[0].kind;
    prt_draw draw = prt_draw_open(1, PRT_DRAW_LINE, 0);
    for (int i = 0; i < DRAWS; i++)
        counts[prt_retail_think_of(&world, kind, &draw)]++;
    for (uint32_t i = 0; i < options.items; i++) {
        double expected = world.items[i].kind == kind ? DRAWS * world.items[i].share : 0;
        assert_true(fabs(counts[i] - expected) <= 5 * sqrt(expected));
    }
}

static void test_partners_are_neighbours(void **state) {
    (void)state;
    uint32_t partners = 0;
    for (uint32_t i = 0; i < options.items; i++) {
        const prt_retail_item *item = &world.items[i];
        if (item->partner == PRT_NONE)
            continue;
        assert_true(item->partner < options.items && item->partner != i);
        assert_int_equal(world.items[item->partner].kind / PRT_RETAIL_NEIGHBOURS, item->kind / PRT_RETAIL_NEIGHBOURS);
        partners++;
    }
    assert_true(partners > options.items / 10);
}

static void test_seasons(void **state) {
    (void)state;
    for (uint32_t k = 0; k < PRT_RETAIL_KINDS; k++) {
        double least = 9, most = 0;
        for (int64_t day = 20000; day < 20000 + YEAR; day++) {
            double season = prt_retail_season(k, day);
            least = season < least ? season : least;
            most = season > most ? season : most;
        }
        assert_true(least == 1 && most <= 1 + PRT_RETAIL_SWING);
        assert_true(prt_retail_kinds[k].peak ? most > 0.95 * (1 + PRT_RETAIL_SWING) : most == 1);
    }
    for (int64_t day = 0; day < 4 * YEAR; day++)
        assert_true(prt_retail_busyness(day) > 0.2 && prt_retail_busyness(day) <= 1);
    /* Weeks before Christmas and in June: Mondays both. */
    assert_true(prt_retail_busyness(20437) > 1.3 * prt_retail_busyness(20248));
    assert_int_equal(20437 % 7, 20248 % 7);
}

static void test_prices_rise(void **state) {
    (void)state;
    uint32_t offers = 0;
    for (uint32_t i = 0; i < options.items; i++) {
        uint32_t now = prt_retail_cents(&world, i, options.last_day), before = prt_retail_cents(&world, i, 20408 - 365);
        bool usual = now == world.items[i].cents;
        assert_true(usual || now == (uint32_t)(world.items[i].cents * PRT_RETAIL_OFFER + 0.5));
        assert_true(before > 0 && before <= world.items[i].cents);
        offers += !usual;
    }
    assert_true(offers > 0 && offers < options.items / 5);
}

static void test_shoppers(void **state) {
    (void)state;
    int64_t first = prt_retail_first_day(&world), end = options.last_day + (int64_t)1;
    for (uint64_t user = 0; user < options.users; user++) {
        const prt_shopper s = prt_shopper_make(&world, user), again = prt_shopper_make(&world, user);
        double chances[PRT_RETAIL_KINDS], total = 0;
        assert_true(s.budget == again.budget && s.joined == again.joined);
        assert_true(s.joined > first - PRT_RETAIL_BEFORE && s.joined < end);
        assert_true(s.left > s.joined && s.left > first && s.left <= end);
        prt_shopper_aisles(&world, &s, options.last_day, chances);
        for (uint32_t k = 0; k < PRT_RETAIL_KINDS; k++)
            total += chances[k];
        assert_true(fabs(total - 1) < 1e-9);
        for (uint32_t i = 0; i < options.items; i++) {
            double fit = prt_shopper_fit(&s, &world.items[i]);
            assert_true(fit >= 0 && fit < 1);
        }
    }
}

/* Of two items that differ in price alone, the one nearer to the budget suits better; dearer is worse than cheaper. */
static void test_fit(void **state) {
    (void)state;
    const prt_shopper s = prt_shopper_make(&world, 3);
    prt_retail_item right = world.items[0], cheap = right, dear = right;
    right.dearness = s.log_budget;
    cheap.dearness = s.log_budget - 0.4;
    dear.dearness = s.log_budget + 0.4;
    assert_true(prt_shopper_fit(&s, &right) > prt_shopper_fit(&s, &cheap));
    assert_true(prt_shopper_fit(&s, &cheap) > prt_shopper_fit(&s, &dear));
    memcpy(cheap.factors, s.factors, sizeof cheap.factors);
    for (int f = 0; f < PRT_RETAIL_FACTORS; f++)
        right.factors[f] = -s.factors[f];
    cheap.dearness = right.dearness;
    assert_true(prt_shopper_fit(&s, &cheap) > prt_shopper_fit(&s, &right));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_shares_add_up),
        cmocka_unit_test(test_what_comes_to_mind_follows_the_shares),
        cmocka_unit_test(test_partners_are_neighbours),
        cmocka_unit_test(test_seasons),
        cmocka_unit_test(test_prices_rise),
        cmocka_unit_test(test_shoppers),
        cmocka_unit_test(test_fit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
