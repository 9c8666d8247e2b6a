/* Four stages, below the routes: what events weigh, the rules against a second model of them, what was shown, and
 * everything wrong that settings can say. */
#include "content.h"
#include "gather.h"
#include "performance.h"
#include "preference.h"
#include "small_bundle.h"
#include "stage_rules.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DAY = 86400, NOW = 1763683200 /* 2025-11-21 */ };

static pr_test_bundle bundle;
static pr_engine *engine;

static int set_up(void **state) {
    (void)state;
    pr_error error = {0};
    pr_test_bundle_read(getenv("PR_TEST_STAGED"), &bundle);
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

static void assert_near(double got, double expected) {
    if (!(fabs(got - expected) < 1e-12))
        fail_msg("%.15f is not %.15f", got, expected);
}

/* ---- preferences ---- */

static void events_weigh_by_type(void **state) {
    (void)state;
    static const struct {
        pr_event_type type;
        double weight;
    } expected[] = {
        {PR_EVENT_PURCHASE, 5}, {PR_EVENT_CART, 3},         {PR_EVENT_LIKE, 2},    {PR_EVENT_RECOMMENDATION_CLICK, 1.5},
        {PR_EVENT_CLICK, 1},    {PR_EVENT_CART_REMOVE, -1}, {PR_EVENT_START, 1},   {PR_EVENT_COMPLETE, 5},
        {PR_EVENT_RETURN, -5},  {PR_EVENT_SEARCH, 0},       {PR_EVENT_DISLIKE, 0}, {PR_EVENT_ABANDON, 0}};
    assert_int_equal(sizeof expected / sizeof *expected, PR_EVENT_TYPES);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(pr__preference_weight(expected[i].type) == expected[i].weight);
}

static void weights_fade_by_thirty_days(void **state) {
    (void)state;
    assert_near(pr__preference_fade(0), 1);
    assert_near(pr__preference_fade(-5 * DAY), 1); /* the future */
    assert_near(pr__preference_fade(3 * DAY), 0.904837418035959573);
    assert_near(pr__preference_fade(30 * DAY), 0.367879441171442322);
    assert_near(pr__preference_fade(DAY / 2), 0.983471453821617); /* half a day counts */
    assert_true(pr__preference_fade(INT64_MAX) == 0);
}

static void vectors_are_made_unit_length(void **state) {
    (void)state;
    double right[] = {3, 0, -4}, none[] = {0, 0}, endless[] = {1e200, 1e200};
    assert_true(pr__preference_normalise(right, 3));
    assert_near(right[0], 0.6);
    assert_near(right[2], -0.8);
    assert_false(pr__preference_normalise(none, 2));
    assert_false(pr__preference_normalise(endless, 2));
    assert_true(endless[0] == 0 && endless[1] == 0);
}

static pr_text id_of(uint32_t item) {
    pr_item view;
    assert_true(pr__item(engine, item, &view));
    return pr__string(&view.view->id, view.row);
}

static pr_event made(uint32_t item, pr_event_type type, double days_ago) {
    return (pr_event){.type = type, .item = id_of(item), .time = NOW - (int64_t)(days_ago * DAY)};
}

static void events_are_summed_up_by_item(void **state) {
    (void)state;
    pr_event events[] = {made(7, PR_EVENT_CLICK, 60),   made(2, PR_EVENT_PURCHASE, 3),
                         made(9, PR_EVENT_CART, 30),    made(9, PR_EVENT_CART_REMOVE, 0),
                         made(2, PR_EVENT_RETURN, 0),   made(7, PR_EVENT_CART, 0),
                         made(4, PR_EVENT_DISLIKE, 1),  {.type = PR_EVENT_CLICK, .item = {"gone", 4}, .time = NOW},
                         made(4, PR_EVENT_COMPLETE, 1), {.type = PR_EVENT_SEARCH, .item = id_of(2), .time = NOW},
                         made(7, PR_EVENT_CLICK, -99)};
    pr_state given = {.event_count = sizeof events / sizeof *events, .events = events};
    pr_preference p;
    uint32_t heaviest[PR_MOST_LIKINGS];
    assert_int_equal(pr__preference_read(engine, &given, NOW, &p, NULL), PR_OK);
    assert_int_equal(p.events, 8);
    assert_int_equal(p.count, 4);
    assert_int_equal(p.items[0].item, 2);
    assert_near(p.items[0].weight, 5 * 0.904837418035959573 - 5);
    assert_false(p.items[0].owned);
    assert_int_equal(p.items[1].item, 4);
    assert_true(p.items[1].disliked && p.items[1].owned && !p.items[1].in_cart);
    assert_near(p.items[2].weight, 0.135335283236612692 + 3 + 1);
    assert_true(p.items[2].in_cart && p.items[2].position == 10);
    assert_near(p.items[3].weight, 3 * 0.367879441171442322 - 1);
    assert_false(p.items[3].in_cart);
    assert_int_equal(pr__preference_heaviest(&p, heaviest), 4); /* by amount: 4.84, 4.14, 0.48, 0.10 */
    assert_int_equal(heaviest[0], 1);
    assert_int_equal(heaviest[1], 2);
    assert_int_equal(heaviest[2], 0);
    assert_int_equal(heaviest[3], 3);
}

static void times_far_off_do_no_harm(void **state) {
    (void)state;
    pr_event events[] = {made(1, PR_EVENT_PURCHASE, 0), made(1, PR_EVENT_CLICK, 0)};
    pr_state given = {.event_count = 2, .events = events};
    pr_preference p;
    pr_funnel funnel;
    pr_arena arena;
    events[0].time = -9007199254740991;
    events[1].time = 9007199254740991;
    assert_int_equal(pr__preference_read(engine, &given, NOW, &p, NULL), PR_OK);
    assert_near(p.items[0].weight, 1);
    pr_arena_init(&arena, NULL, 0);
    assert_int_equal(pr__funnel_read(&given, INT64_MIN + 1, 30, &arena, &funnel, NULL), PR_OK);
    assert_int_equal(pr__funnel_read(&given, INT64_MAX, 30, &arena, &funnel, NULL), PR_OK);
    pr_arena_free(&arena);
}

/* ---- rules ---- */

static void three_of_a_category_and_then_the_rest(void **state) {
    (void)state;
    const uint32_t none = UINT32_MAX, categories[] = {1, 1, 1, 1, 2, 1, none, none, none, none, 2};
    uint8_t used[11];
    uint32_t out[11], held_back;
    assert_int_equal(pr__spread(categories, 11, 3, 6, used, out, &held_back), 6);
    static const uint32_t six[] = {0, 1, 2, 4, 6, 7};
    assert_memory_equal(out, six, sizeof six);
    assert_int_equal(held_back, 2);
    assert_int_equal(pr__spread(categories, 11, 3, 10, used, out, &held_back), 10);
    static const uint32_t ten[] = {0, 1, 2, 3, 4, 6, 7, 8, 9, 10}; /* one more of category 1, the better one */
    assert_memory_equal(out, ten, sizeof ten);
    assert_int_equal(pr__spread(categories, 11, 0, 5, used, out, &held_back), 5); /* no limit */
    assert_int_equal(out[4], 4);
    assert_int_equal(pr__spread(categories, 11, 3, 99, used, out, &held_back), 11);
    assert_int_equal(pr__spread(categories, 0, 3, 5, used, out, &held_back), 0);
}

/* How many of categories[0 … at] are like the last of them. */
static uint32_t rank_of(const uint32_t *categories, uint32_t at) {
    uint32_t rank = 0;
    for (uint32_t i = 0; i <= at; i++)
        rank += categories[i] == categories[at];
    return rank;
}

/* The round in which a candidate may come at the earliest, from 1. */
static uint32_t round_of(const uint32_t *categories, uint32_t at, uint32_t most) {
    return categories[at] == UINT32_MAX || !most ? 1 : (rank_of(categories, at) + most - 1) / most;
}

/* Filled in the first round from some of the candidates: the others would change nothing. */
static void assert_prefix_does(const uint32_t *categories, uint32_t count, uint32_t most, uint32_t wanted,
                               const uint32_t *expected) {
    uint32_t out[60], held_back, part = 3 * wanted < count ? 3 * wanted : count;
    uint8_t used[60];
    bool first_round = pr__spread(categories, part, most, wanted, used, out, &held_back) == wanted;
    for (uint32_t i = 0; i < wanted && first_round; i++)
        first_round = round_of(categories, out[i], most) == 1;
    if (first_round)
        assert_memory_equal(out, expected, wanted * sizeof *out);
}

/* Candidates sorted by (round, place), cut at what is wanted: the same by other means. */
static void the_second_model_chooses_the_same(void **state) {
    (void)state;
    enum { MOST = 60, TRIALS = 20000 };
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        uint32_t categories[MOST], out[MOST], expected[MOST], held_back, chosen = 0;
        uint8_t used[MOST], taken[MOST] = {0};
        uint32_t count = (uint32_t)(pr_uniform(trial, 0) * MOST), kinds = 1 + (uint32_t)(pr_uniform(trial, 1) * 9),
                 most = (uint32_t)(pr_uniform(trial, 2) * 5), wanted = (uint32_t)(pr_uniform(trial, 3) * MOST);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t kind = (uint32_t)(pr_uniform(trial, 9 + i) * (kinds + 1));
            categories[i] = kind == kinds ? UINT32_MAX : kind;
        }
        for (uint32_t round = 1; chosen < wanted && chosen < count; round++) {
            for (uint32_t i = 0; i < count && chosen < wanted; i++) {
                bool now = round_of(categories, i, most) == round;
                taken[i] |= now;
                chosen += now;
            }
        }
        for (uint32_t i = 0, n = 0; i < count; i++) {
            if (taken[i])
                expected[n++] = i;
        }
        uint32_t got = pr__spread(categories, count, most, wanted, used, out, &held_back);
        if (got != chosen || memcmp(out, expected, got * sizeof *out) != 0)
            fail_msg("trial %llu: %u of %u", (unsigned long long)trial, got, count);
        if (wanted)
            assert_prefix_does(categories, count, most, wanted, expected);
    }
}

static int32_t number_of(uint32_t item, uint32_t column) {
    pr_item view;
    assert_true(pr__item(engine, item, &view));
    return pr__item_integer(view, column);
}

static void what_is_out_of_stock_stays_away(void **state) {
    (void)state;
    uint32_t seen[3] = {0};
    for (uint32_t item = 0; item < engine->items; item++) {
        int32_t units = number_of(item, engine->stages.stock);
        seen[units == INT32_MIN ? 2 : units > 0]++;
        assert_int_equal(pr__in_stock(engine, item), units != 0);
    }
    assert_true(seen[0] && seen[1] && seen[2]);
    uint32_t column = engine->stages.stock;
    engine->stages.stock = PR_NO_COLUMN;
    for (uint32_t item = 0; item < engine->items; item++)
        assert_true(pr__in_stock(engine, item));
    engine->stages.stock = column;
    assert_false(pr__in_stock(engine, engine->items));
}

/* From the day of arrival on, for thirty days more. */
static void arrivals_are_new_for_thirty_days(void **state) {
    (void)state;
    uint32_t item = 0;
    while (number_of(item, engine->stages.arrived) != 20393) /* 2025-11-01 */
        item++;
    const int64_t day = INT64_C(20393) * DAY;
    assert_false(pr__is_new_arrival(engine, item, day - 1));
    assert_true(pr__is_new_arrival(engine, item, day));
    assert_true(pr__is_new_arrival(engine, item, day + 31 * DAY - 1));
    assert_false(pr__is_new_arrival(engine, item, day + 31 * DAY));
    assert_false(pr__is_new_arrival(engine, item, INT64_MIN));
    assert_false(pr__is_new_arrival(engine, item, INT64_MAX));
    item = 0;
    while (number_of(item, engine->stages.arrived) != INT32_MIN)
        item++;
    assert_false(pr__is_new_arrival(engine, item, NOW)); /* not known */
}

/* ---- gathering ---- */

static void ties_go_by_item(void **state) {
    (void)state;
    pr_staged c[] = {
        {.item = 5, .score = 1}, {.item = 3, .score = 2}, {.item = 4, .score = 1}, {.item = 1, .score = 1}};
    static const uint32_t expected[] = {3, 1, 4, 5};
    pr__staged_order(c, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(c[i].item, expected[i]);
}

static void ties_that_stand_stay(void **state) {
    (void)state;
    pr_staged c[] = {
        {.item = 5, .score = 1}, {.item = 3, .score = 2}, {.item = 4, .score = 1}, {.item = 1, .score = 1}};
    static const uint32_t expected[] = {3, 5, 4, 1};
    pr__staged_settle(c, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(c[i].item, expected[i]);
}

/* Each voice's best has all of its weight, and the blend is the sum. */
static void voices_are_scaled_to_their_best(void **state) {
    (void)state;
    pr_event events[] = {made(3, PR_EVENT_PURCHASE, 0), made(8, PR_EVENT_PURCHASE, 0)};
    pr_seed seeds[] = {{3, 1}, {8, 1}};
    pr_state taken = {.event_count = 2, .events = events};
    pr_gather_query query = {
        .seeds = seeds, .seed_count = 2, .taken = &taken, .model = PR_BY_HYBRID, .pool = 50, .now = NOW};
    pr_gathered gathered;
    assert_int_equal(pr__gather(engine, &query, &gathered, NULL), PR_OK);
    for (uint32_t i = 0; i < gathered.count; i++) {
        assert_true(!i || gathered.candidates[i - 1].item < gathered.candidates[i].item);
        assert_true(gathered.candidates[i].voices && gathered.candidates[i].hybrid == 0); /* found, not yet scored */
    }
    pr__blend(&gathered);
    assert_true(gathered.count >= 50 && gathered.found[PR_COLLABORATIVE] == 50 && gathered.found[PR_POPULARITY] == 50);
    double best[PR_VOICES] = {0};
    for (uint32_t i = 0; i < gathered.count; i++) {
        const pr_staged *c = &gathered.candidates[i];
        double sum = 0;
        for (int v = 0; v < PR_VOICES; v++) {
            best[v] = c->parts[v] > best[v] ? c->parts[v] : best[v];
            sum += c->parts[v];
            assert_true(c->says[v] >= 0 || c->parts[v] == 0);
        }
        assert_near(c->hybrid, sum);
        assert_true(c->voices && (!i || gathered.candidates[i - 1].score >= c->score));
    }
    assert_near(best[PR_COLLABORATIVE], 0.3);
    assert_near(best[PR_POPULARITY], 0.2);
}

/* ---- what was shown ---- */

static pr_json text(const char *bytes) {
    return (pr_json){.type = PR_JSON_STRING, .string = bytes, .size = (uint32_t)strlen(bytes)};
}

static void ids_and_contexts_of_requests(void **state) {
    (void)state;
    static const char *const right[] = {"a", "0b9d4f6e-1c2d-8e5f-8a9b-0c1d2e3f4a5b", "A.b_c:d-9",
                                        "0123456789012345678901234567890123456789012345678901234567890123"};
    static const char *const wrong[] = {
        "", "a b", "a\n", "\xc3\xa4", "a/b", "<", "01234567890123456789012345678901234567890123456789012345678901234"};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        pr_json given = text(right[i]);
        assert_true(pr__is_request_id(&given));
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        pr_json given = text(wrong[i]);
        assert_false(pr__is_request_id(&given));
    }
    assert_false(pr__is_request_id(NULL));
    pr_json cart = text("cart"), none = text("");
    assert_int_equal(pr__context_named(&cart), PR_CONTEXT_cart);
    assert_int_equal(pr__context_named(&none), PR_CONTEXTS);
    assert_int_equal(pr__context_named(NULL), PR_CONTEXTS);
}

static void the_oldest_list_makes_room(void **state) {
    (void)state;
    pr_arena arena;
    pr_shown_lists lists = {0};
    pr_arena_init(&arena, NULL, 0);
    for (int64_t i = 0; i < PR_MAX_SHOWN + 5; i++) {
        char *name = pr_arena_array(&arena, 8, 1);
        pr_shown row = {{name, (uint32_t)snprintf(name, 8, "r%d", (int)i)}, PR_CONTEXT_homepage, 1, i};
        assert_int_equal(pr__shown_add(&lists, &arena, &row), PR_OK);
    }
    assert_int_equal(lists.count, PR_MAX_SHOWN);
    assert_int_equal(lists.rows[0].time, 5);
    assert_int_equal(lists.rows[PR_MAX_SHOWN - 1].time, PR_MAX_SHOWN + 4);
    pr_arena_free(&arena);
}

static void a_list_that_is_seen_bit_by_bit_has_one_row(void **state) {
    (void)state;
    pr_arena arena;
    pr_shown_lists lists = {0};
    pr_arena_init(&arena, NULL, 0);
    const pr_shown rows[] = {{{"r", 1}, PR_CONTEXT_homepage, 3, 1},
                             {{"s", 1}, PR_CONTEXT_homepage, 1, 2},
                             {{"r", 1}, PR_CONTEXT_homepage, 2, 3},
                             {{"r", 1}, PR_CONTEXT_cart, 1, 4},
                             {{"r", 1}, PR_CONTEXT_homepage, PR_MOST_SHOWN_AT_ONCE, 5}};
    for (size_t i = 0; i < PR_COUNT(rows); i++)
        assert_int_equal(pr__shown_add(&lists, &arena, &rows[i]), PR_OK);
    assert_int_equal(lists.count, 4); /* another context is another row, and no row holds more than it may */
    assert_int_equal(lists.rows[0].count, 5);
    assert_int_equal(lists.rows[0].time, 1);
    assert_int_equal(lists.rows[1].count, 1);
    assert_int_equal(lists.rows[3].count, PR_MOST_SHOWN_AT_ONCE);
    pr_arena_free(&arena);
}

/* ---- settings ---- */

/* Open the manifest with its first `old` after "meaning" replaced; `key` must be in the reason. */
static void expect_refused(const char *old, const char *with, const char *key) {
    const char *whole = (const char *)bundle.manifest.bytes,
               *part = strstr(strstr(whole, "\"settings\""), "\"meaning\""), *at = strstr(part, old);
    if (!at)
        fail_msg("the manifest has no %s", old);
    size_t before = (size_t)(at - whole), room = bundle.manifest.size + strlen(with) + 1;
    char *changed = malloc(room);
    snprintf(changed, room, "%.*s%s%s", (int)before, whole, with, at + strlen(old));
    pr_test_seal(changed, strlen(changed));
    pr_engine *opened = NULL;
    pr_error error = {0};
    if (pr_engine_open(changed, strlen(changed), NULL, &opened, &error) == PR_OK || opened)
        fail_msg("%s was taken", with);
    if (!strstr(error.message, key) || !strstr(error.message, "download it again or rebuild the bundle"))
        fail_msg("%s: %s", with, error.message);
    free(changed);
}

static void wrong_settings_are_refused(void **state) {
    (void)state;
    static const char *const wrong[][3] = {
        {"\"meaning\":{", "\"meaning\":7,\"x\":{", "meaning"},
        {"\"meaning\":{", "\"x\":{", "needs"},
        {"\"weights\":{", "\"weights\":[],\"x\":{", "weights"},
        {"\"content\":", "\"content\":-0.1,\"x\":", "content"},
        {"\"content\":", "\"content\":1.5,\"x\":", "content"},
        {"\"collaborative\":", "\"collaborative\":\"much\",\"x\":", "collaborative"},
        {"\"popularity\":", "\"popularity\":null,\"x\":", "popularity"},
        {"\"max_per_category\":", "\"max_per_category\":-1,\"x\":", "max_per_category"},
        {"\"max_per_category\":", "\"max_per_category\":2.5,\"x\":", "max_per_category"},
        {"\"max_per_category\":", "\"max_per_category\":1e9,\"x\":", "max_per_category"},
        {"\"categories\":", "\"categories\":7,\"x\":", "categories"},
        {"\"categories\":", "\"categories\":[7],\"x\":", "categories"},
        {"\"categories\":", "\"categories\":[\"nowhere\"],\"x\":", "categories"},
        {"\"categories\":", "\"categories\":[\"stock\"],\"x\":", "categories"},
        {"\"categories\":", "\"x\":", "shards"}, /* its table has no columns */
        {"\"stock\":", "\"stock\":7,\"x\":", "stock"},
        {"\"stock\":", "\"stock\":\"nowhere\",\"x\":", "stock"},
        {"\"stock\":", "\"stock\":\"title\",\"x\":", "stock"},
        {"\"stock\":", "\"category\":\"price\",\"x\":", "category"},
        {"\"new_arrivals\":{", "\"new_arrivals\":7,\"x\":{", "new_arrivals"},
        {"\"column\":", "\"column\":\"stock\",\"x\":", "column"},
        {"\"days\":", "\"days\":-1,\"x\":", "days"},
        {"\"days\":", "\"days\":0.5,\"x\":", "days"},
        {"\"boost\":", "\"boost\":11,\"x\":", "boost"},
        {"\"boost\":", "\"boost\":-1,\"x\":", "boost"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_refused(wrong[i][0], wrong[i][1], wrong[i][2]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_weigh_by_type),
        cmocka_unit_test(weights_fade_by_thirty_days),
        cmocka_unit_test(vectors_are_made_unit_length),
        cmocka_unit_test(events_are_summed_up_by_item),
        cmocka_unit_test(times_far_off_do_no_harm),
        cmocka_unit_test(three_of_a_category_and_then_the_rest),
        cmocka_unit_test(the_second_model_chooses_the_same),
        cmocka_unit_test(what_is_out_of_stock_stays_away),
        cmocka_unit_test(arrivals_are_new_for_thirty_days),
        cmocka_unit_test(ties_go_by_item),
        cmocka_unit_test(ties_that_stand_stay),
        cmocka_unit_test(voices_are_scaled_to_their_best),
        cmocka_unit_test(ids_and_contexts_of_requests),
        cmocka_unit_test(the_oldest_list_makes_room),
        cmocka_unit_test(a_list_that_is_seen_bit_by_bit_has_one_row),
        cmocka_unit_test(wrong_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
