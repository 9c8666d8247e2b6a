/* Frequent itemsets beside brute force, and the measures of rules beside figures made by hand. */
#include "itemsets.h"
#include "rules.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_ITEMS = 12, MOST_BASKETS = 400, MOST_CELLS = MOST_BASKETS * 2 * MOST_ITEMS };

typedef struct world {
    uint64_t offsets[MOST_BASKETS + 1];
    uint32_t items[MOST_CELLS];
    prt_baskets baskets;
} world;

static uint32_t draw(uint64_t *state, uint32_t below) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % below);
}

/* Baskets with repeated items in any order; items are the likelier the lower their number. Item numbers are `step`
 * apart, so that most items are in no basket. */
static void make_world(world *w, uint32_t count, uint32_t items, uint32_t longest, uint32_t step, uint64_t seed) {
    uint64_t end = 0;
    w->offsets[0] = 0;
    for (uint32_t b = 0; b < count; b++) {
        for (uint32_t k = draw(&seed, longest + 1); k > 0; k--)
            w->items[end++] = draw(&seed, draw(&seed, items) + 1) * step;
        w->offsets[b + 1] = end;
    }
    w->baskets = (prt_baskets){count, items * step, w->offsets, w->items};
}

static uint32_t support_of(const prt_baskets *baskets, uint32_t mask, uint32_t step) {
    uint32_t support = 0;
    for (uint32_t b = 0; b < baskets->count; b++) {
        uint32_t has = 0;
        for (uint64_t k = baskets->offsets[b]; k < baskets->offsets[b + 1]; k++)
            has |= 1u << baskets->items[k] / step;
        support += (has & mask) == mask;
    }
    return support;
}

static uint32_t mask_of(const prt_itemsets *sets, uint32_t s, uint32_t step) {
    uint32_t mask = 0;
    for (uint64_t k = sets->offsets[s]; k < sets->offsets[s + 1]; k++)
        mask |= 1u << sets->items[k] / step;
    return mask;
}

static uint32_t size_of(const prt_itemsets *sets, uint32_t s) {
    return (uint32_t)(sets->offsets[s + 1] - sets->offsets[s]);
}

/* By size, then by the items; those of a set rise. */
static void check_order(const prt_itemsets *sets) {
    for (uint32_t s = 0; s < sets->count; s++) {
        const uint32_t *mine = sets->items + sets->offsets[s], size = size_of(sets, s);
        for (uint32_t k = 1; k < size; k++)
            assert_true(mine[k - 1] < mine[k]);
        if (s == 0 || size_of(sets, s - 1) < size)
            continue;
        assert_int_equal(size_of(sets, s - 1), size);
        const uint32_t *last = sets->items + sets->offsets[s - 1];
        uint32_t k = 0;
        while (k < size && last[k] == mine[k])
            k++;
        assert_true(k < size && last[k] < mine[k]);
    }
}

static void check_world(const world *w, uint32_t items, uint32_t step, uint32_t min_support, uint32_t max_size) {
    prt_itemsets sets;
    assert_int_equal(prt_itemsets_mine(&w->baskets, min_support, max_size, &sets, NULL), PR_OK);
    uint32_t expected = 0;
    for (uint32_t mask = 1; mask < 1u << items; mask++) {
        if (max_size && (uint32_t)__builtin_popcount(mask) > max_size)
            continue;
        expected += support_of(&w->baskets, mask, step) >= (min_support ? min_support : 1);
    }
    assert_int_equal(sets.count, expected);
    check_order(&sets);
    for (uint32_t s = 0; s < sets.count; s++)
        assert_int_equal(sets.supports[s], support_of(&w->baskets, mask_of(&sets, s, step), step));
    prt_itemsets_free(&sets);
}

static void sets_are_those_of_brute_force(void **state) {
    (void)state;
    static uint32_t counts[] = {1, 7, 60, 130}, longest[] = {2, 6, 14};
    static world w;
    uint64_t seed = 1;
    for (uint32_t c = 0; c < 4; c++) {
        for (uint32_t l = 0; l < 3; l++) {
            for (uint32_t items = 1; items <= 9; items += 4) {
                make_world(&w, counts[c], items, longest[l], 1 + c * 700, seed++);
                for (uint32_t support = 0; support <= 9; support += 3)
                    check_world(&w, items, 1 + c * 700, support, 0);
            }
        }
    }
}

static void max_size_limits_sets(void **state) {
    (void)state;
    static world w;
    make_world(&w, 80, 8, 12, 3, 77);
    for (uint32_t size = 1; size <= 9; size++)
        check_world(&w, 8, 3, 4, size);
}

static void nothing_gives_nothing(void **state) {
    (void)state;
    uint64_t offsets[] = {0, 0};
    prt_itemsets sets;
    assert_int_equal(prt_itemsets_mine(&(prt_baskets){0, 0, offsets, NULL}, 1, 0, &sets, NULL), PR_OK);
    assert_int_equal(sets.count, 0);
    assert_int_equal(sets.offsets[0], 0);
    prt_itemsets_free(&sets);
    assert_int_equal(prt_itemsets_mine(&(prt_baskets){1, 5, offsets, NULL}, 1, 0, &sets, NULL), PR_OK);
    assert_int_equal(sets.count, 0);
    prt_itemsets_free(&sets);
}

static void one_basket_gives_its_subsets(void **state) {
    (void)state;
    uint32_t items[] = {4, 1, 4, 9, 1}, expected[] = {1, 4, 9, 1, 4, 1, 9, 4, 9, 1, 4, 9};
    uint64_t offsets[] = {0, 5};
    prt_itemsets sets;
    assert_int_equal(prt_itemsets_mine(&(prt_baskets){1, 10, offsets, items}, 1, 0, &sets, NULL), PR_OK);
    assert_int_equal(sets.count, 7);
    assert_memory_equal(sets.items, expected, sizeof expected);
    for (uint32_t s = 0; s < 7; s++)
        assert_int_equal(sets.supports[s], 1);
    prt_itemsets_free(&sets);
    assert_int_equal(prt_itemsets_mine(&(prt_baskets){1, 10, offsets, items}, 2, 0, &sets, NULL), PR_OK);
    assert_int_equal(sets.count, 0);
    prt_itemsets_free(&sets);
}

/* Many items, few of them together: the rows are never turned into bits at the top. Pairs are counted by a matrix. */
static void sparse_baskets_are_projected(void **state) {
    (void)state;
    enum { BASKETS = 6000, ITEMS = 300, LENGTH = 6 };
    uint32_t *items = malloc(BASKETS * LENGTH * sizeof *items), *pairs = calloc(ITEMS * ITEMS, sizeof *pairs);
    uint64_t *offsets = malloc((BASKETS + 1) * sizeof *offsets), seed = 5;
    uint32_t expected = 0, found = 0;
    for (uint32_t b = 0; b <= BASKETS; b++)
        offsets[b] = (uint64_t)b * LENGTH;
    for (uint32_t b = 0; b < BASKETS; b++) {
        for (uint32_t k = 0; k < LENGTH; k++) {
            uint32_t *basket = items + b * LENGTH, item = draw(&seed, draw(&seed, ITEMS) + 1);
            bool repeated = false;
            for (uint32_t i = 0; i < k; i++)
                repeated |= basket[i] == item;
            basket[k] = item;
            for (uint32_t i = 0; i < k && !repeated; i++) {
                bool again = false;
                for (uint32_t e = 0; e < i; e++)
                    again |= basket[e] == basket[i];
                if (!again)
                    pairs[basket[i] < item ? basket[i] * ITEMS + item : item * ITEMS + basket[i]]++;
            }
        }
    }
    for (uint32_t p = 0; p < ITEMS * ITEMS; p++)
        expected += pairs[p] >= 3;
    prt_itemsets sets;
    assert_int_equal(prt_itemsets_mine(&(prt_baskets){BASKETS, ITEMS, offsets, items}, 3, 0, &sets, NULL), PR_OK);
    check_order(&sets);
    for (uint32_t s = 0; s < sets.count; s++) {
        const uint32_t *set = sets.items + sets.offsets[s];
        if (size_of(&sets, s) != 2)
            continue;
        assert_int_equal(sets.supports[s], pairs[set[0] * ITEMS + set[1]]);
        found++;
    }
    assert_int_equal(found, expected);
    assert_true(size_of(&sets, sets.count - 1) >= 3);
    prt_itemsets_free(&sets);
    free(items);
    free(pairs);
    free(offsets);
}

static void wrong_item_is_refused(void **state) {
    (void)state;
    uint32_t items[] = {0, 3};
    uint64_t offsets[] = {0, 2};
    prt_itemsets sets;
    pr_error error;
    assert_int_equal(prt_itemsets_mine(&(prt_baskets){1, 3, offsets, items}, 1, 0, &sets, &error), PR_E_ARGUMENT);
    assert_string_equal(error.message, "basket 0 has item 3 of only 3 items; number them from 0");
}

static void too_many_sets_are_refused(void **state) {
    (void)state;
    uint32_t items[40];
    uint64_t offsets[] = {0, 40};
    for (uint32_t i = 0; i < 40; i++)
        items[i] = i;
    prt_itemsets sets;
    pr_error error;
    assert_int_equal(prt_itemsets_mine(&(prt_baskets){1, 40, offsets, items}, 1, 0, &sets, &error), PR_E_LIMIT);
    assert_non_null(strstr(error.message, "more than 50000000 frequent itemsets"));
    assert_null(sets.items);
}

/* ---- rules ---- */

static void assert_near(double value, double expected) {
    assert_true(fabs(value - expected) < 1e-12);
}

/* Ten baskets: {0} five times, {0, 1} three times, {1} once, {} once. */
static uint32_t few_items[] = {0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 1};
static uint64_t few_offsets[] = {0, 1, 2, 3, 4, 5, 7, 9, 11, 12, 12};
static const prt_baskets few = {10, 2, few_offsets, few_items};

static void measures_are_those_made_by_hand(void **state) {
    (void)state;
    prt_itemsets sets;
    prt_rules rules;
    assert_int_equal(prt_itemsets_mine(&few, 1, 0, &sets, NULL), PR_OK);
    assert_int_equal(prt_rules_make(&sets, &(prt_rules_plan){.basket_count = 10}, &rules, NULL), PR_OK);
    assert_int_equal(rules.count, 2);
    /* 1 → 0 */
    const prt_rule *r = &rules.rules[0];
    assert_int_equal(rules.items[r->first], 1);
    assert_int_equal(rules.items[r->first + 1], 0);
    assert_int_equal(r->count, 3);
    assert_near(r->support, 0.3);
    assert_near(r->confidence, 0.75);
    assert_near(r->lift, 0.9375);
    assert_near(r->leverage, 0.3 - 0.8 * 0.4);
    assert_near(r->conviction, 0.2 / 0.25);
    /* 0 → 1 */
    r = &rules.rules[1];
    assert_int_equal(rules.items[r->first], 0);
    assert_near(r->confidence, 0.375);
    assert_near(r->conviction, 0.6 / 0.625);
    prt_rules_free(&rules);
    prt_itemsets_free(&sets);
}

static void thresholds_leave_rules_out(void **state) {
    (void)state;
    prt_itemsets sets;
    prt_rules rules;
    assert_int_equal(prt_itemsets_mine(&few, 1, 0, &sets, NULL), PR_OK);
    prt_rules_plan plan = {.basket_count = 10, .min_confidence = 0.75};
    assert_int_equal(prt_rules_make(&sets, &plan, &rules, NULL), PR_OK);
    assert_int_equal(rules.count, 1);
    assert_int_equal(rules.items[0], 1);
    prt_rules_free(&rules);
    plan.min_lift = 1;
    assert_int_equal(prt_rules_make(&sets, &plan, &rules, NULL), PR_OK);
    assert_int_equal(rules.count, 0);
    prt_rules_free(&rules);
    prt_itemsets_free(&sets);
}

/* Three baskets {0, 1, 2} and one {2}: 0 and 1 always bring 2 along. */
static void any_split_gives_all_consequents(void **state) {
    (void)state;
    uint32_t items[] = {0, 1, 2, 2, 1, 0, 1, 0, 2, 2};
    uint64_t offsets[] = {0, 3, 6, 9, 10};
    const uint32_t expected[6][3] = {{1, 2, 0}, {0, 2, 1}, {2, 0, 1}, {0, 1, 2}, {1, 0, 2}, {0, 1, 2}};
    uint32_t antecedents[] = {2, 2, 1, 2, 1, 1};
    prt_itemsets sets;
    prt_rules rules;
    assert_int_equal(prt_itemsets_mine(&(prt_baskets){4, 3, offsets, items}, 1, 0, &sets, NULL), PR_OK);
    prt_rules_plan plan = {.basket_count = 4, .any_split = true};
    assert_int_equal(prt_rules_make(&sets, &plan, &rules, NULL), PR_OK);
    assert_int_equal(rules.count, 3 * 2 + 6);
    for (uint32_t i = 0; i < 6; i++) {
        const prt_rule *r = &rules.rules[6 + i];
        assert_int_equal(r->antecedent_size, antecedents[i]);
        assert_int_equal(r->consequent_size, 3 - antecedents[i]);
        assert_memory_equal(rules.items + r->first, expected[i], sizeof expected[i]);
    }
    assert_true(isinf(rules.rules[9].conviction)); /* 0, 1 → 2 */
    assert_near(rules.rules[9].lift, 1);
    assert_near(rules.rules[8].confidence, 0.75); /* 2 → 0, 1 */
    assert_near(rules.rules[8].conviction, 1);
    prt_rules_free(&rules);
    plan.any_split = false;
    assert_int_equal(prt_rules_make(&sets, &plan, &rules, NULL), PR_OK);
    assert_int_equal(rules.count, 3 * 2 + 3);
    prt_rules_free(&rules);
    prt_itemsets_free(&sets);
}

static void rules_of_random_sets_are_complete(void **state) {
    (void)state;
    static world w;
    make_world(&w, 90, 7, 8, 1, 9);
    prt_itemsets sets;
    prt_rules rules;
    assert_int_equal(prt_itemsets_mine(&w.baskets, 3, 0, &sets, NULL), PR_OK);
    prt_rules_plan plan = {.basket_count = 90, .min_confidence = 0.5, .min_lift = 1.1, .any_split = true};
    assert_int_equal(prt_rules_make(&sets, &plan, &rules, NULL), PR_OK);
    uint64_t expected = 0;
    for (uint32_t s = 0; s < sets.count; s++) {
        uint32_t all = mask_of(&sets, s, 1);
        for (uint32_t part = (all - 1) & all; part; part = (part - 1) & all) {
            double confidence = (double)sets.supports[s] / support_of(&w.baskets, part, 1);
            double lift = confidence / (support_of(&w.baskets, all & ~part, 1) / 90.0);
            expected += confidence >= 0.5 && lift >= 1.1;
        }
    }
    assert_true(expected > 10);
    assert_int_equal(rules.count, expected);
    prt_rules_free(&rules);
    prt_itemsets_free(&sets);
}

static void incomplete_sets_are_refused(void **state) {
    (void)state;
    uint32_t items[] = {0, 0, 1}, supports[] = {3, 2};
    uint64_t offsets[] = {0, 1, 3};
    prt_rules rules;
    pr_error error;
    prt_itemsets sets = {2, offsets, items, supports};
    assert_int_equal(prt_rules_make(&sets, &(prt_rules_plan){.basket_count = 4}, &rules, &error), PR_E_ARGUMENT);
    assert_string_equal(error.message,
                        "the itemsets are not all that 4 baskets have; make rules from mined sets as they are");
    assert_null(rules.rules);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_are_those_of_brute_force),
        cmocka_unit_test(max_size_limits_sets),
        cmocka_unit_test(nothing_gives_nothing),
        cmocka_unit_test(one_basket_gives_its_subsets),
        cmocka_unit_test(sparse_baskets_are_projected),
        cmocka_unit_test(wrong_item_is_refused),
        cmocka_unit_test(too_many_sets_are_refused),
        cmocka_unit_test(measures_are_those_made_by_hand),
        cmocka_unit_test(thresholds_leave_rules_out),
        cmocka_unit_test(any_split_gives_all_consequents),
        cmocka_unit_test(rules_of_random_sets_are_complete),
        cmocka_unit_test(incomplete_sets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
