/* Recommendations from purchases, below the routes: what events weigh, moments, and everything wrong that settings and
 * tables can say, each refused with a reason. */
#include "engine.h"
#include "small_bundle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DAY = 86400, NOW = 1763683200 };

static pr_test_bundle bundle;

static int set_up(void **state) {
    (void)state;
    pr_test_bundle_read(getenv("PR_TEST_PURCHASES"), &bundle);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pr_test_bundle_free(&bundle);
    return 0;
}

/* ---- signals ---- */

static pr_signal_event event(pr_signal_kind kind, int64_t time, float units, float price) {
    return (pr_signal_event){time, kind, units, price};
}

static pr_signals plain(void) {
    return (pr_signals){.weight = {0.1, 0.2, 0.2, 0.5, 0.8, 1, 1}, .spending = 0.5, .quantity = 0.25, .cap = 5};
}

static void returns_take_from_the_latest_purchases_before_them(void **state) {
    (void)state;
    pr_signal_event events[] = {event(PR_SIGNAL_RETURN, 0, 9, NAN), event(PR_SIGNAL_PURCHASE, 1, 3, 2),
                                event(PR_SIGNAL_LIKE, 2, 1, NAN),   event(PR_SIGNAL_PURCHASE, 3, 2, 4),
                                event(PR_SIGNAL_RETURN, 4, 4, NAN), event(PR_SIGNAL_PURCHASE, 5, 7, 1)};
    assert_int_equal(pr_signals_settle(events, 6), 3);
    assert_int_equal(events[0].time, 1);
    assert_true(events[0].units == 1);
    assert_int_equal(events[1].kind, PR_SIGNAL_LIKE);
    assert_int_equal(events[2].time, 5);
    assert_true(events[2].units == 7);
}

static void a_return_of_more_than_was_bought_leaves_nothing(void **state) {
    (void)state;
    pr_signal_event events[] = {event(PR_SIGNAL_PURCHASE, 1, 3, 2), event(PR_SIGNAL_RETURN, 2, 100, 2)};
    assert_int_equal(pr_signals_settle(events, 2), 0);
    assert_int_equal(pr_signals_settle(events, 0), 0);
}

static double strength(const pr_signals *signals, pr_signal_event one, double price, double units) {
    return pr_signals_strength(signals, &one, 1, price, units, NOW);
}

static void assert_near(double got, double expected) {
    if (!(fabs(got - expected) < 1e-9))
        fail_msg("%.12f is not %.12f", got, expected);
}

static void a_purchase_weighs_by_price_and_quantity(void **state) {
    (void)state;
    pr_signals signals = plain();
    signals.saturation = 2;
    /* twice the price, three times the quantity: (1 + 0.5 x 2 + 0.25 x 3) / 1.75, then s x 3 / (s + 2) */
    double sum = 2.75 / 1.75;
    assert_near(strength(&signals, event(PR_SIGNAL_PURCHASE, NOW, 3, 4), 2, 1), sum * 3 / (sum + 2));
    /* capped at 5 */
    sum = (1 + 2.5 + 1.25) / 1.75;
    assert_near(strength(&signals, event(PR_SIGNAL_PURCHASE, NOW, 600, 900), 2, 1), sum * 3 / (sum + 2));
    /* ratios that are not known count 1, so such a purchase weighs 1: s x 3 / (s + 2) = 1 */
    assert_near(strength(&signals, event(PR_SIGNAL_PURCHASE, NOW, 1, NAN), 2, 1), 1);
    assert_near(strength(&signals, event(PR_SIGNAL_PURCHASE, NOW, 1, 4), NAN, 1), 1);
    assert_near(strength(&signals, event(PR_SIGNAL_PURCHASE, NOW, 1, 4), 4, 0), 1);
    /* only purchases have ratios */
    assert_near(strength(&signals, event(PR_SIGNAL_CART, NOW, 9, 9), 1, 1), 0.5 * 3 / 2.5);
}

static void signals_add_up_fade_and_saturate(void **state) {
    (void)state;
    pr_signals signals = plain();
    pr_signal_event events[] = {event(PR_SIGNAL_LIKE, NOW - 20 * DAY, 1, NAN), event(PR_SIGNAL_VIEW, NOW, 1, NAN)};
    signals.saturation = 2;
    assert_near(pr_signals_strength(&signals, events, 2, NAN, 1, NOW), 1.1 * 3 / 3.1);
    signals.half_life = 10; /* two half lives: 0.25 + 0.1 */
    assert_near(pr_signals_strength(&signals, events, 2, NAN, 1, NOW), 0.35 * 3 / 2.35);
    events[0].time = INT64_MIN; /* not known: now */
    assert_near(pr_signals_strength(&signals, events, 2, NAN, 1, NOW), 1.1 * 3 / 3.1);
    events[0].time = NOW + 100 * DAY; /* the future: now */
    assert_near(pr_signals_strength(&signals, events, 2, NAN, 1, NOW), 1.1 * 3 / 3.1);
    signals.saturation = 0;
    assert_near(pr_signals_strength(&signals, events, 2, NAN, 1, NOW), 1);
    assert_near(pr_signals_strength(&signals, events, 0, NAN, 1, NOW), 0);
    memset(signals.weight, 0, sizeof signals.weight);
    assert_near(pr_signals_strength(&signals, events, 2, NAN, 1, NOW), 0);
}

/* ---- moments ---- */

static void moments_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } right[] = {{"1970-01-01", 0},
                 {"1969-12-31T23:59:59Z", -1},
                 {"2025-01-15", 1736899200},
                 {"2025-01-15T10:00", 1736935200},
                 {"2025-01-15 10:00:00", 1736935200},
                 {"2025-01-15t10:00:00z", 1736935200},
                 {"2025-01-15T10:00:00.123456", 1736935200},
                 {"2025-01-15T10:00:00.5+05:30", 1736935200 - 19800},
                 {"2025-01-15T10:00:00-0530", 1736935200 + 19800},
                 {"2000-02-29", 951782400},
                 {"2024-02-29T23:59:60Z", 1709251200},
                 {"9999-12-31T23:59:59Z", 253402300799}};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        int64_t seconds = 7;
        if (!pr__read_time((pr_text){right[i].text, strlen(right[i].text)}, &seconds) || seconds != right[i].seconds)
            fail_msg("%s: %lld", right[i].text, (long long)seconds);
    }
}

static void what_is_no_moment_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"",
                                        "2025",
                                        "2025-01",
                                        "25-01-15",
                                        "2025-1-5",
                                        "2025/01/15",
                                        "2025-00-15",
                                        "2025-13-15",
                                        "2025-01-00",
                                        "2025-01-32",
                                        "2025-02-29",
                                        "1900-02-29",
                                        "2025-04-31",
                                        "2025-01-15T",
                                        "2025-01-15x10:00",
                                        "2025-01-15T10",
                                        "2025-01-15T24:00",
                                        "2025-01-15T10:60",
                                        "2025-01-15T10:00:61",
                                        "2025-01-15T10:00:00.",
                                        "2025-01-15T10:00:00Zz",
                                        "2025-01-15T10:00:00+",
                                        "2025-01-15T10:00:00+24:00",
                                        "2025-01-15T10:00:00+05:60",
                                        "2025-01-15T10:00:00+05:3",
                                        " 2025-01-15",
                                        "2025-01-15 ",
                                        "yesterday",
                                        "-025-01-15",
                                        "\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa5"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t seconds;
        if (pr__read_time((pr_text){wrong[i], strlen(wrong[i])}, &seconds))
            fail_msg("\"%s\" was taken", wrong[i]);
    }
}

/* Busy people and much taken items count less; without exponents everything counts 1. */
static void balance_falls(void **state) {
    (void)state;
    const pr_balance none = {3, 0, 0}, both = {2, 0.5, 1};
    assert_true(pr_balance_of(&none, 7, 9) == 1);
    assert_true(fabs(pr_balance_of(&both, 4, 5) - 2.0 / 2 / 5) < 1e-12);
    assert_true(fabs(pr_balance_of(&both, 0, 0) - 2) < 1e-12); /* nobody counts as one */
    assert_true(pr_balance_of(&both, UINT32_MAX, UINT32_MAX) > 0);
}

/* ---- settings ---- */

/* Open the manifest with its first `old` after "purchases" replaced; `key` must be in the reason. */
static void expect_settings_refused(const char *old, const char *with, const char *key) {
    const char *text = (const char *)bundle.manifest.bytes,
               *part = strstr(strstr(text, "\"settings\""), "\"purchases\""), *at = strstr(part, old);
    if (!at)
        fail_msg("the manifest has no %s", old);
    size_t before = (size_t)(at - text), room = bundle.manifest.size + strlen(with) + 1;
    char *changed = malloc(room);
    snprintf(changed, room, "%.*s%s%s", (int)before, text, with, at + strlen(old));
    pr_test_seal(changed, strlen(changed));
    pr_engine *engine = NULL;
    pr_error error = {0};
    pr_status status = pr_engine_open(changed, strlen(changed), NULL, &engine, &error);
    if (status == PR_OK || engine)
        fail_msg("%s was taken", with);
    if (!strstr(error.message, key) || !strstr(error.message, "download it again or rebuild the bundle"))
        fail_msg("%s: %s", with, error.message);
    free(changed);
}

static void wrong_settings_are_refused(void **state) {
    (void)state;
    static const char *const wrong[][3] = {
        {"\"as_of\":", "\"as_of\":null,\"x\":", "as_of"},
        {"\"as_of\":", "\"as_of\":1e30,\"x\":", "as_of"},
        {"\"price\":", "\"price\":5,\"x\":", "price"},
        {"\"price\":", "\"price\":-1,\"x\":", "price"},
        {"\"price\":", "\"price\":0,\"x\":", "price"}, /* a text */
        {"\"price\":", "\"price\":\"price\",\"x\":", "price"},
        {"\"category\":", "\"category\":null,\"x\":", "category"},
        {"\"category\":", "\"category\":[1,2,3,1,2],\"x\":", "category"},
        {"\"category\":", "\"category\":[9],\"x\":", "category"},
        {"\"category\":", "\"category\":[4],\"x\":", "category"},
        {"\"signals\":{", "\"signals\":7,\"x\":{", "signals"},
        {"\"view\":", "\"view\":-0.1,\"x\":", "view"},
        {"\"click\":", "\"click\":null,\"x\":", "click"},
        {"\"start\":", "\"start\":\"a\",\"x\":", "start"},
        {"\"cart\":", "\"cart\":1e7,\"x\":", "cart"},
        {"\"complete\":", "\"complet\":", "complete"},
        {"\"like\":", "\"like\":true,\"x\":", "like"},
        {"\"purchase\":", "\"purchase\":[],\"x\":", "purchase"},
        {"\"spending\":", "\"spending\":-1,\"x\":", "spending"},
        {"\"quantity\":", "\"quantity\":-1,\"x\":", "quantity"},
        {"\"cap\":", "\"cap\":-5,\"x\":", "cap"},
        {"\"half_life_days\":", "\"half_life_days\":-1,\"x\":", "half_life_days"},
        {"\"saturation\":", "\"saturation\":-2,\"x\":", "saturation"},
        {"\"factors\":", "\"factors\":15,\"x\":", "factors"},
        {"\"factors\":", "\"factors\":24,\"x\":", "factors"},
        {"\"factors\":", "\"factors\":528,\"x\":", "factors"},
        {"\"factors\":", "\"factors\":16.5,\"x\":", "factors"},
        {"\"unobserved\":", "\"unobserved\":-1,\"x\":", "unobserved"},
        {"\"regularization\":", "\"regularization\":-1,\"x\":", "regularization"},
        {"\"exponent\":", "\"exponent\":3,\"x\":", "exponent"},
        {"\"balance\":", "\"balance\":0,\"x\":", "balance"},
        {"\"user_exponent\":", "\"user_exponent\":-1,\"x\":", "user_exponent"},
        {"\"item_exponent\":", "\"item_exponent\":null,\"x\":", "item_exponent"},
        {"\"typical\":", "\"typical\":-1,\"x\":", "typical"},
        {"\"normalize\":", "\"normalize\":2,\"x\":", "normalize"},
        {"\"popularity\":{\"typical\":", "\"popularity\":{\"typical\":0,\"x\":", "typical"},
        {"\"popularity\":{\"typical\":", "\"popularity\":{\"atypical\":", "typical"},
        {"\"tuning\":{", "\"tuning\":null,\"x\":{", "tuning"},
        {"\"tuning\":{", "\"x\":{", "tuning"},
        {"\"candidate_pool_size\":", "\"candidate_pool_size\":0,\"x\":", "candidate_pool_size"},
        {"\"candidate_pool_size\":", "\"candidate_pool_size\":2.5,\"x\":", "candidate_pool_size"},
        {"\"candidate_pool_size\":", "\"candidate_pool_size\":1e9,\"x\":", "candidate_pool_size"},
        {"\"candidate_pool_size\":", "\"pool\":", "no such knob"},
        {"\"model_weights\":{\"als\":", "\"model_weights\":{\"als\":-1,\"x\":", "als"},
        {"\"model_weights\":{", "\"model_weights\":{\"neural\":1,", "no such knob"},
        {"\"upsell\":{\"enabled\":", "\"upsell\":{\"enabled\":1,\"x\":", "enabled"},
        {"\"factor\":", "\"factor\":2,\"x\":", "factor"},
        {"\"price_boost_weight\":", "\"price_boost_weight\":-1,\"x\":", "price_boost_weight"},
        {"\"small\":", "\"small\":25,\"x\":", "small"},
        {"\"default_cycle_days\":", "\"default_cycle_days\":0,\"x\":", "default_cycle_days"},
        {"\"due_boost\":", "\"due_boost\":11,\"x\":", "due_boost"},
        {"\"budget_tolerance\":", "\"budget_tolerance\":0.5,\"x\":", "budget_tolerance"},
        {"\"default_model\":", "\"default_model\":\"neural\",\"x\":", "default_model"},
        {"\"default_model\":", "\"default_model\":7,\"x\":", "default_model"},
        {"\"segments\":[", "\"segments\":[1,", "segments"},
        {"\"segments\":[", "\"segments\":[1e9,2,3],\"x\":[", "segments"},
        {"\"segments\":[", "\"segments\":[-1,2,3],\"x\":[", "segments"},
        {"\"price_bands\":[", "\"price_bands\":null,\"x\":[", "price_bands"},
        {"\"confidence\":{\"als\":[[", "\"confidence\":{\"als\":[[1e10,0],[", "confidence"},
        {"\"confidence\":{\"als\":[[", "\"confidence\":{\"als\":[[0,1.5],[", "confidence"},
        {"\"confidence\":{\"als\":[[", "\"confidence\":{\"als\":[[0],[", "confidence"},
        {"\"confidence\":{\"als\":[[", "\"confidence\":{\"als\":7,\"x\":[[", "confidence"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_settings_refused(wrong[i][0], wrong[i][1], wrong[i][2]);
}

/* ---- tables ---- */

static uint32_t shard_of(const char *table) {
    uint32_t shard = 0;
    while (shard < bundle.shard_count && strncmp(bundle.shards[shard].name, table, strlen(table)) != 0)
        shard++;
    if (shard == bundle.shard_count)
        fail_msg("the bundle has no %s", table);
    return shard;
}

static pr_status attach(uint32_t shard, const void *bytes, size_t size, pr_error *error) {
    char *manifest = pr_test_promise(&bundle, shard, bytes, size);
    pr_engine *engine = NULL;
    assert_int_equal(pr_engine_open(manifest, strlen(manifest), NULL, &engine, NULL), PR_OK);
    pr_status status = pr_engine_attach(engine, shard, bytes, size, error);
    pr_engine_close(engine);
    free(manifest);
    return status;
}

/* What to write in place of a tensor. NULL data: leave it out. */
typedef struct stand_in {
    const char *name;
    pr_dtype dtype;
    uint64_t count;
    const void *data;
} stand_in;

/* Attach the first shard of `table` with one of its tensors replaced. */
static pr_status attach_with(const char *table, const stand_in *other, pr_error *error) {
    uint32_t shard = shard_of(table);
    pr_arena arena;
    pr_safetensors file;
    pr_tensor tensors[8];
    size_t count = 0;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer out = {.arena = &arena};
    assert_int_equal(
        pr__safetensors_read(bundle.shards[shard].bytes, bundle.shards[shard].size, "x", &arena, &file, NULL), PR_OK);
    for (uint32_t t = 0; t < file.count; t++) {
        const pr_tensor_view *view = &file.tensors[t];
        if (strcmp(view->name, other->name) != 0)
            tensors[count++] =
                (pr_tensor){view->name, view->dtype, view->dims, {view->shape[0], view->shape[1]}, view->data};
        else if (other->data)
            tensors[count++] = (pr_tensor){other->name, other->dtype, 1, {other->count, 1}, other->data};
    }
    assert_int_equal(pr_safetensors_write(tensors, count, NULL, 0, &out, NULL), PR_OK);
    void *exact = malloc(out.size);
    memcpy(exact, out.bytes, out.size);
    pr_status status = attach(shard, exact, out.size, error);
    free(exact);
    pr_arena_free(&arena);
    return status;
}

static void expect_table_refused(const char *table, stand_in other, const char *what) {
    pr_error error = {0};
    pr_status status = attach_with(table, &other, &error);
    if (status == PR_OK || status == PR_E_HASH)
        fail_msg("%s, tensor %s, %s: taken", table, other.name, what);
    if (!strstr(error.message, other.name) || !strstr(error.message, "download it again"))
        fail_msg("%s, tensor %s, %s: %s", table, other.name, what, error.message);
}

/* The numbers of a tensor; the caller frees them. */
static void *numbers_of(const char *table, const char *tensor, pr_dtype dtype, uint64_t *count) {
    pr_arena arena;
    pr_safetensors file;
    const pr_tensor_view *view;
    uint32_t shard = shard_of(table);
    pr_arena_init(&arena, NULL, 0);
    assert_int_equal(
        pr__safetensors_read(bundle.shards[shard].bytes, bundle.shards[shard].size, "x", &arena, &file, NULL), PR_OK);
    assert_int_equal(pr__tensor(&file, tensor, "", dtype, PR_ANY_COUNT, &view, NULL), PR_OK);
    void *copy = malloc(view->count * pr_dtype_size(dtype));
    memcpy(copy, view->data, view->count * pr_dtype_size(dtype));
    *count = view->count;
    pr_arena_free(&arena);
    return copy;
}

/* Each tensor: left out, one short, one long, of another type. */
static void tensors_of_the_wrong_shape_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *table, *tensor;
        pr_dtype dtype, other;
    } all[] = {{"item_stats", "price", PR_F32, PR_U32},      {"item_stats", "units", PR_F32, PR_U32},
               {"item_stats", "popularity", PR_F32, PR_U32}, {"item_stats", "cycle", PR_F32, PR_U32},
               {"item_stats", "buyers", PR_U32, PR_F32},     {"factors", "scale", PR_F32, PR_U32},
               {"factors", "values", PR_I8, PR_U8},          {"gram", "gram", PR_F32, PR_U32},
               {"neighbours", "scale", PR_F32, PR_U32},      {"neighbours", "links", PR_U8, PR_I8}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        uint64_t count;
        const char *tensor = all[i].tensor;
        uint8_t *data = numbers_of(all[i].table, tensor, all[i].dtype, &count);
        uint8_t *longer = calloc(count + 1, 4);
        memcpy(longer, data, count * pr_dtype_size(all[i].dtype));
        expect_table_refused(all[i].table, (stand_in){tensor, all[i].dtype, 0, NULL}, "left out");
        expect_table_refused(all[i].table, (stand_in){tensor, all[i].dtype, count - 1, longer}, "one short");
        expect_table_refused(all[i].table, (stand_in){tensor, all[i].dtype, count + 1, longer}, "one long");
        expect_table_refused(all[i].table, (stand_in){tensor, all[i].other, count, longer}, "another type");
        free(longer);
        free(data);
    }
}

static void numbers_out_of_bounds_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *table, *tensor;
        float wrong[4], fine[2];
    } all[] = {{"item_stats", "price", {-0.01F, INFINITY, -INFINITY, 2e12F}, {NAN, 0}},
               {"item_stats", "units", {-1, NAN, INFINITY, 2e9F}, {0, 1e9F}},
               {"item_stats", "popularity", {-0.1F, NAN, 1.1F, INFINITY}, {0, 1}},
               {"item_stats", "cycle", {-1, NAN, INFINITY, 2e6F}, {0, 365}},
               {"factors", "scale", {-1, NAN, INFINITY, 2e6F}, {0, 1}},
               {"gram", "gram", {NAN, INFINITY, -INFINITY, 2e15F}, {-1, 0}},
               {"neighbours", "scale", {-1, NAN, INFINITY, 2e6F}, {0, 1}}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        uint64_t count;
        float *data = numbers_of(all[i].table, all[i].tensor, PR_F32, &count);
        for (uint64_t at = 0; at < count; at += count / 3) {
            float kept = data[at];
            const stand_in other = {all[i].tensor, PR_F32, count, data};
            for (int w = 0; w < 4; w++) {
                data[at] = all[i].wrong[w];
                expect_table_refused(all[i].table, other, "a number out of bounds");
            }
            for (int f = 0; f < 2; f++) {
                data[at] = all[i].fine[f];
                assert_int_equal(attach_with(all[i].table, &other, NULL), PR_OK);
            }
            data[at] = kept;
        }
        free(data);
    }
}

/* Rows of neighbours that end early, late, point behind the last item, or go on for ever. */
static void wrong_rows_of_neighbours_are_refused(void **state) {
    (void)state;
    uint64_t count;
    uint8_t *links = numbers_of("neighbours", "links", PR_U8, &count);
    for (uint64_t cut = 0; cut < count; cut += cut < 64 ? 1 : 37)
        expect_table_refused("neighbours", (stand_in){"links", PR_U8, cut, links}, "cut off");
    uint64_t row = 0; /* of the first item with neighbours */
    while (links[row] == 0)
        row++;
    uint8_t kept[11];
    memcpy(kept, links + row, sizeof kept);
    memset(links + row, 0xFF, sizeof kept);
    expect_table_refused("neighbours", (stand_in){"links", PR_U8, count, links}, "a count without an end");
    memcpy(links + row, kept, sizeof kept);
    memset(links + row + 1, 0xFF, 4);
    links[row + 5] = 0x07;
    expect_table_refused("neighbours", (stand_in){"links", PR_U8, count, links}, "an item behind the last");
    free(links);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(returns_take_from_the_latest_purchases_before_them),
        cmocka_unit_test(a_return_of_more_than_was_bought_leaves_nothing),
        cmocka_unit_test(a_purchase_weighs_by_price_and_quantity),
        cmocka_unit_test(signals_add_up_fade_and_saturate),
        cmocka_unit_test(moments_are_read),
        cmocka_unit_test(what_is_no_moment_is_refused),
        cmocka_unit_test(balance_falls),
        cmocka_unit_test(wrong_settings_are_refused),
        cmocka_unit_test(tensors_of_the_wrong_shape_are_refused),
        cmocka_unit_test(numbers_out_of_bounds_are_refused),
        cmocka_unit_test(wrong_rows_of_neighbours_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
