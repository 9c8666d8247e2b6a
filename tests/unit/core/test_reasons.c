/* What scores would be without one item of the history: the cheap way beside the exact one, and both beside a request
 * of somebody who never did anything with it. */
#include "explain.h"
#include "small_bundle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DAY = 86400, NOW = 1763683200, MOST = 60, ASKED = 20 };

static pr_test_bundle bundle;
static pr_engine *engine;
static uint64_t counter;

static int set_up(void **state) {
    pr_error error;
    (void)state;
    pr_test_bundle_read(getenv("PR_TEST_PURCHASES"), &bundle);
    if (pr_test_bundle_open(&bundle, NULL, &engine, &error) != PR_OK)
        fail_msg("%s", error.message);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pr_engine_close(engine);
    pr_test_bundle_free(&bundle);
    return 0;
}

static double uniform(void) {
    return pr_uniform(11, counter++);
}

static uint32_t below(uint32_t n) {
    return (uint32_t)(uniform() * n) % n;
}

/* Somebody who bought, liked, gave back. */
typedef struct visitor {
    pr_event events[MOST];
    uint32_t items[MOST];
    pr_state state;
    pr_ledger ledger;
    pr_level_one level;
} visitor;

static void meet(visitor *v, uint32_t count, double priced) {
    static const pr_event_type types[] = {PR_EVENT_PURCHASE, PR_EVENT_PURCHASE, PR_EVENT_PURCHASE, PR_EVENT_PURCHASE,
                                          PR_EVENT_LIKE,     PR_EVENT_CART,     PR_EVENT_RETURN,   PR_EVENT_CLICK};
    v->state = (pr_state){.event_count = count, .events = v->events};
    for (uint32_t e = 0; e < count; e++) {
        pr_item view;
        v->items[e] = below(engine->items);
        assert_true(pr__item(engine, v->items[e], &view));
        const pr_event_type type = types[below(PR_COUNT(types))];
        v->events[e] = (pr_event){.type = type, .item = pr__string(&view.view->id, view.row)};
        v->events[e].time = NOW - below(99) * DAY;
        v->events[e].quantity = 1 + below(4);
        v->events[e].price = uniform() < priced ? 1 + 50 * uniform() : 0;
    }
}

/* Without the events about `item`. */
static void forget(const visitor *v, uint32_t item, visitor *out) {
    uint32_t kept = 0;
    out->state = (pr_state){.events = out->events};
    for (uint32_t e = 0; e < v->state.event_count; e++) {
        if (v->items[e] != item)
            out->events[kept++] = v->events[e];
    }
    out->state.event_count = kept;
}

static void score(visitor *v, pr_source model) {
    assert_int_equal(pr__ledger_read(engine, &v->state, NOW, &v->ledger, NULL), PR_OK);
    assert_int_equal(pr__level_one(engine, &v->ledger, &engine->purchases.tuning, model, &v->level, NULL), PR_OK);
}

static void assert_close(double got, double expected, double within, const char *what) {
    if (!(fabs(got - expected) <= within))
        fail_msg("%s: %.12g is not %.12g", what, got, expected);
}

/* Every entry of a history, ASKED items; how often the cheap way knew the score to a thousandth. */
static void compare(visitor *v, pr_source model, uint32_t *told, uint32_t *all) {
    static visitor less;
    uint32_t items[ASKED];
    pr_explained explained;
    score(v, model);
    for (uint32_t k = 0; k < ASKED; k++)
        items[k] = k * (engine->items / ASKED);
    assert_int_equal(pr__explain(&v->level, items, ASKED, &explained, NULL), PR_OK);
    for (uint32_t i = 0; i < v->ledger.heavy_count; i++) {
        forget(v, v->ledger.items[v->ledger.heavy[i]].item, &less);
        score(&less, model);
        for (uint32_t k = 0; k < ASKED; k++) {
            double error, cheap = pr__explained_without(&explained, k, i, &error),
                          exact = pr__explained_without_exactly(&explained, k, i);
            assert_close(exact, (double)less.level.scores[items[k]], 1e-4 * (1 + exact), "beside a request");
            assert_true(error >= 0);
            if (error < HUGE_VAL)
                assert_close(cheap, exact, error + 1e-12, "beside the exact score");
            *told += error < 1e-3 * (1 + exact);
            ++*all;
        }
    }
    assert_false(explained.failed);
    for (uint32_t k = 0; k < ASKED; k++) {
        double sum = pr__explained_score(&explained, k);
        assert_close(sum, (double)v->level.scores[items[k]], 1e-4 * (1 + sum), "the score");
        for (uint32_t i = 0; i < v->ledger.heavy_count; i++)
            sum -= pr__explained_effect(&explained, k, i);
        assert_close(sum, explained.parts[k][PR_BY_POPULARITY], 1e-9, "effects");
    }
}

/* For the settings that a bundle may have: exponents of the ridge and of the balance, prices noted or not. */
static void the_cheap_score_is_the_exact_one(void **state) {
    (void)state;
    static const double exponents[] = {1, 0, 0.5}, priced[] = {1, 0, 0.5};
    static visitor v;
    const pr_purchases kept = engine->purchases;
    uint32_t told = 0, all = 0;
    for (uint32_t t = 0; t < 18; t++) {
        engine->purchases.exponent = exponents[t % 3];
        engine->purchases.balance = (pr_balance){1.5, t % 2 ? 0.25 : 0, t % 2 ? 0.35 : 0};
        engine->purchases.normalize = t % 4 * 0.5 > 1 ? 1 : t % 4 * 0.5;
        meet(&v, t < 6 ? 2 + t : 40, priced[t / 3 % 3]);
        compare(&v, t % 5 == 0 ? PR_BY_ALS : t % 5 == 1 ? PR_BY_ITEM_CF : PR_BY_HYBRID, &told, &all);
        engine->purchases = kept;
        pr_arena_reset(&engine->scratch);
    }
    if (told < all * 9 / 10)
        fail_msg("only %u of %u scores were told cheaply", told, all);
}

/* More entries than are kept: each is still its own. */
static void entries_that_share_a_place_do_not_mix(void **state) {
    (void)state;
    enum { ENTRIES = PR_KEPT_LESS + 5 };
    static visitor v;
    pr_state long_state = {.events = pr_arena_array(&engine->scratch, ENTRIES, sizeof *v.events)};
    uint32_t item = 1;
    pr_explained explained;
    for (uint32_t e = 0; e < ENTRIES && e < engine->items; e++) {
        pr_item view;
        assert_true(pr__item(engine, e, &view));
        long_state.events[long_state.event_count++] = (pr_event){.type = PR_EVENT_PURCHASE,
                                                                 .item = pr__string(&view.view->id, view.row),
                                                                 .time = NOW - DAY,
                                                                 .quantity = 1,
                                                                 .price = 1 + e};
    }
    v.state = long_state;
    score(&v, PR_BY_HYBRID);
    assert_int_equal(pr__explain(&v.level, &item, 1, &explained, NULL), PR_OK);
    const uint32_t heavy = v.ledger.heavy_count, last = heavy > PR_KEPT_LESS ? heavy - 1 : 0,
                   first = heavy > PR_KEPT_LESS ? heavy - 1 - PR_KEPT_LESS : 0;
    if (heavy <= PR_KEPT_LESS)
        fail_msg("the bundle has only %u items", heavy);
    double error, before = pr__explained_without(&explained, 0, first, &error);
    double other = pr__explained_without(&explained, 0, last, &error);
    assert_close(other, pr__explained_without_exactly(&explained, 0, last), error, "the other entry");
    assert_true(before == pr__explained_without(&explained, 0, first, &error));
    pr_arena_reset(&engine->scratch);
}

static void weights_are_those_without_the_item(void **state) {
    (void)state;
    static visitor v;
    double weights[MOST];
    pr_ledger rest;
    for (int t = 0; t < 10; t++) {
        meet(&v, 4 + 5 * (uint32_t)t, 0.7);
        assert_int_equal(pr__ledger_read(engine, &v.state, NOW, &v.ledger, NULL), PR_OK);
        assert_int_equal(pr__ledger_room(&v.ledger, &engine->scratch, &rest, NULL), PR_OK);
        for (uint32_t i = 0; i < v.ledger.heavy_count; i++) {
            pr__ledger_weights_without(engine, &v.ledger, i, weights);
            pr__ledger_without(engine, &v.ledger, v.ledger.heavy[i], &rest);
            assert_true(weights[i] == 0);
            for (uint32_t j = 0; j < v.ledger.heavy_count; j++) {
                const pr_taken *taken = pr__ledger_find(&rest, v.ledger.items[v.ledger.heavy[j]].item);
                if (j != i)
                    assert_close(weights[j], taken->weight, 1e-12, "a weight");
            }
        }
        pr_arena_reset(&engine->scratch);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cheap_score_is_the_exact_one),
        cmocka_unit_test(entries_that_share_a_place_do_not_mix),
        cmocka_unit_test(weights_are_those_without_the_item),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
