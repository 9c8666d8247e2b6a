/* Hostile bundles: every truncation and every bit flip of a small bundle is refused with a reason or changes no answer;
 * behind a true hash no byte can make the engine crash; every failing allocation is a clean error. Called with the name
 * of a bundle, or without, for all. */
#include "small_bundle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
enum { BIT_STEP = 37, REHASHED = 1500 }; /* slow builds take a sample */
#else
enum { BIT_STEP = 1, REHASHED = 12000 };
#endif

static pr_test_bundle bundle;

static const char STATE[] = "{\"version\":1,\"profile\":{\"age\":29,\"level\":\"Advanced\",\"types\":[\"yoga\"]},"
                            "\"events\":[{\"type\":\"like\",\"item\":\"3\",\"time\":1763600000}]}";

static const char *const REQUESTS[][4] = {
    {"POST", "/api/v1/onboarding", "{\"age\":29,\"level\":\"Advanced\",\"types\":[\"yoga\"],\"n\":20}", NULL},
    {"GET", "/api/v1/workouts/recommendations?n=20", NULL, STATE},
    {"POST", "/api/v1/workouts/query", "{\"must\":{\"keywords\":\"yoga flow\"},\"n\":20}", STATE},
    {"POST", "/api/v1/workouts/query", "{\"must_not\":{\"flagged\":true,\"seen\":true},\"n\":20}", STATE},
    {"GET", "/api/v1/items/popular?n=20", NULL, NULL},
    {"GET", "/api/v1/explain/3", NULL, STATE},
    {"GET", "/api/v1/items/3", NULL, NULL},
    {"GET", "/api/v1/onboarding", NULL, NULL},
};
enum { REQUEST_COUNT = sizeof REQUESTS / sizeof REQUESTS[0] };

/* The same trials on a bundle with a ranking. */
static const char WEEKS[] = "{\"version\":1,\"events\":[],\"goal\":\"rehab\",\"weekly\":[{\"item\":\"T2\",\"week\":2,"
                            "\"impressions\":9,\"clicks\":4}]}";
static const char *const RANKING_REQUESTS[REQUEST_COUNT][4] = {
    {"GET", "/api/v1/trainers/U1?topk=40", NULL, NULL},
    {"GET", "/api/v1/trainers/U1?topk=20", NULL, WEEKS},
    {"GET", "/api/v1/trainers/U1?topk=5&explain=1&goal=rehab", NULL, WEEKS},
    {"GET", "/api/v1/trainers/U1?topk=40&explore=0.5&min_candidates=40&goal=rehab", NULL, WEEKS},
    {"GET", "/api/v1/trainers/goals", NULL, WEEKS},
    {"GET", "/api/v1/items/T3", NULL, NULL},
    {"GET", "/api/v1/me", NULL, WEEKS},
    {"GET", "/api/v1/health", NULL, NULL},
};

/* And on a shop. */
static const char CLICKS[] =
    "{\"version\":1,\"events\":[{\"type\":\"click\",\"item\":\"B0PRNN7FS4\",\"time\":1763680000},"
    "{\"type\":\"search\",\"query\":\"wireless earbuds\",\"time\":1763680001}]}";
static const char *const SHOP_REQUESTS[REQUEST_COUNT][4] = {
    {"GET", "/recommendations/home?user_id=u1", NULL, CLICKS},
    {"GET", "/recommendations/home?user_id=u1", NULL, NULL},
    {"GET", "/recommendations/product/B0PRNN7FS4", NULL, CLICKS},
    {"GET", "/recommendations/search?query=wireles%20earbuds&facets=1&highlight=1&personal=1", NULL, CLICKS},
    {"POST", "/recommendations/search",
     "{\"query\":\"head set "
     "over-ear\",\"match\":\"any\",\"prefix\":true,\"should\":[\"charger\"],\"must_not\":[\"tv\"],"
     "\"filter\":{\"ratings\":{\"minimum\":1}},\"sort\":\"-price\",\"facets\":true}",
     NULL},
    {"GET", "/recommendations/suggest?query=wireless%20h", NULL, NULL},
    {"GET", "/recommendations/search?query=aerobaet", NULL, NULL},
    {"GET", "/api/v1/health", NULL, NULL},
};

/* And on purchases, with something given back, something disliked and something that is due again. */
static const char BASKET[] =
    "{\"version\":1,\"events\":["
    "{\"type\":\"purchase\",\"item\":\"R000026\",\"time\":1760000000,\"quantity\":3,\"price\":2.5},"
    "{\"type\":\"purchase\",\"item\":\"R000061\",\"time\":1763600000,\"quantity\":1,\"price\":400},"
    "{\"type\":\"return\",\"item\":\"R000026\",\"time\":1760000900,\"quantity\":1},"
    "{\"type\":\"cart\",\"item\":\"R000049\",\"time\":1763600001},"
    "{\"type\":\"dislike\",\"item\":\"R000064\",\"time\":1763600002}]}";
static const char *const PURCHASES_REQUESTS[REQUEST_COUNT][4] = {
    {"GET", "/api/v1/recommendations/u1?n=20", NULL, BASKET},
    {"GET", "/api/v1/recommendations/u1?n=20&model=als&timestamp=2026-03-01", NULL, BASKET},
    {"POST", "/api/v1/recommendations",
     "{\"user_id\":\"u1\",\"num_recommendations\":20,\"model_type\":\"item_cf\",\"exclude_purchased\":true,"
     "\"price_range_min\":2,\"price_range_max\":20,\"tuning\":{\"upsell\":{\"factor\":0.5}}}",
     BASKET},
    {"GET", "/api/v1/recommendations/u1?n=20", NULL, NULL},
    {"GET", "/api/v1/items/R000026/similar?n=20", NULL, NULL},
    {"GET", "/api/v1/users/u1/profile", NULL, BASKET},
    {"GET", "/api/v1/models", NULL, NULL},
    {"GET", "/api/v1/stats", NULL, NULL},
};

/* And in four stages, from a visit with a list that was shown, clicks on it, and a cart. */
static const char VISIT[] =
    "{\"version\":1,\"events\":["
    "{\"type\":\"recommendation_click\",\"item\":\"R000026\",\"time\":1763600000,\"request\":\"r1\",\"position\":2,"
    "\"context\":\"homepage\"},"
    "{\"type\":\"purchase\",\"item\":\"R000026\",\"time\":1763600001,\"quantity\":2,\"price\":3},"
    "{\"type\":\"cart\",\"item\":\"R000061\",\"time\":1763600002},{\"type\":\"cart\",\"item\":\"R000049\",\"time\":"
    "1763600003},"
    "{\"type\":\"cart_remove\",\"item\":\"R000049\",\"time\":1763600004}],"
    "\"shown\":[{\"request\":\"r1\",\"context\":\"homepage\",\"count\":12,\"time\":1763599999}]}";
static const char *const STAGED_REQUESTS[REQUEST_COUNT][4] = {
    {"GET", "/api/v1/recommendations/homepage?user_id=u1&limit=100&pairs=true", NULL, VISIT},
    {"POST", "/api/v1/recommendations/homepage", "{\"pair_scores\":{\"R000064\":1,\"R000009\":2,\"gone\":3}}", VISIT},
    {"GET", "/api/v1/recommendations/product/R000061", NULL, NULL},
    {"GET", "/api/v1/recommendations/cart", NULL, VISIT},
    {"GET", "/api/v1/recommendations/category/Baby?limit=100", NULL, VISIT},
    {"GET", "/api/v1/recommendations/frequently-bought-together/R000061?limit=20", NULL, VISIT},
    {"GET", "/api/v1/preferences", NULL, VISIT},
    {"GET", "/api/v1/analytics/recommendations/performance", NULL, VISIT},
};

typedef struct trial {
    const char *name, *variable; /* the one that names its folder */
    const char *const (*requests)[4];
    size_t bit_step;
} trial;

static const trial TRIALS[] = {
    {"workouts", "PR_TEST_BUNDLE", REQUESTS, BIT_STEP},
    {"ranking", "PR_TEST_RANKING", RANKING_REQUESTS, BIT_STEP},
    {"shop", "PR_TEST_SHOP", SHOP_REQUESTS, BIT_STEP},
    {"purchases", "PR_TEST_PURCHASES", PURCHASES_REQUESTS, BIT_STEP},
    {"stages", "PR_TEST_STAGED", STAGED_REQUESTS, 7 * BIT_STEP}, /* most of its tables are those of the purchases */
};
static const trial *now;

/* The answers of the sound bundle, to compare with. */
static char *answers[REQUEST_COUNT];
static size_t answer_sizes[REQUEST_COUNT];

static pr_status ask(pr_engine *engine, size_t i, pr_response *response) {
    const char *const *asked = now->requests[i];
    pr_request request = pr_test_request(asked[0], asked[1], asked[2], asked[3]);
    pr_error error = {0};
    return pr_engine_call(engine, &request, response, &error);
}

static bool same_answer(size_t i, const pr_response *response) {
    return response->body.size == answer_sizes[i] && memcmp(response->body.bytes, answers[i], answer_sizes[i]) == 0;
}

static int set_up(void **state) {
    (void)state;
    pr_test_bundle_read(getenv(now->variable), &bundle);
    pr_engine *engine;
    pr_error error = {0};
    if (pr_test_bundle_open(&bundle, NULL, &engine, &error) != PR_OK) {
        fail_msg("the fixture's bundle was refused: %s", error.message);
    }
    for (size_t i = 0; i < REQUEST_COUNT; i++) {
        pr_response response;
        assert_int_equal(ask(engine, i, &response), PR_OK);
        if (response.status != 200) {
            fail_msg("%s: %.*s", now->requests[i][1], (int)response.body.size, response.body.bytes);
        }
        answers[i] = malloc(response.body.size + 1);
        memcpy(answers[i], response.body.bytes, response.body.size);
        answer_sizes[i] = response.body.size;
    }
    pr_engine_close(engine);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    for (size_t i = 0; i < REQUEST_COUNT; i++) {
        free(answers[i]);
    }
    pr_test_bundle_free(&bundle);
    return 0;
}

static pr_engine *open_sound(void) {
    pr_engine *engine = NULL;
    assert_int_equal(pr_engine_open(bundle.manifest.bytes, bundle.manifest.size, NULL, &engine, NULL), PR_OK);
    return engine;
}

static void expect_refused(pr_engine *engine, uint32_t shard, const void *bytes, size_t size) {
    pr_error error = {0};
    pr_shard_info info;
    assert_true(pr_engine_attach(engine, shard, bytes, size, &error) < 0);
    assert_string_not_equal(error.message, "");
    pr_engine_shard(engine, shard, &info);
    assert_true(info.refused && !info.attached);
}

static void test_every_truncation_of_every_shard_is_refused(void **state) {
    (void)state;
    pr_engine *engine = open_sound();
    for (uint32_t shard = 0; shard < bundle.shard_count; shard++) {
        for (size_t size = 0; size < bundle.shards[shard].size; size++) {
            expect_refused(engine, shard, bundle.shards[shard].bytes, size);
        }
    }
    pr_engine_close(engine);
}

static void test_every_bit_flip_of_every_shard_is_refused_and_the_right_bytes_repair_it(void **state) {
    (void)state;
    pr_engine *engine = open_sound();
    for (uint32_t shard = 0; shard < bundle.shard_count; shard++) {
        pr_test_file *file = &bundle.shards[shard];
        for (size_t bit = 0; bit < file->size * 8; bit += now->bit_step) {
            file->bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
            expect_refused(engine, shard, file->bytes, file->size);
            file->bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        }
        assert_int_equal(pr_engine_attach(engine, shard, file->bytes, file->size, NULL), PR_OK);
    }
    for (size_t i = 0; i < REQUEST_COUNT; i++) {
        pr_response response;
        assert_int_equal(ask(engine, i, &response), PR_OK);
        assert_true(same_answer(i, &response));
    }
    pr_engine_close(engine);
}

/* A digit of the promised hash that differs in one bit, and is still a digit: behind a true checksum. */
static void test_every_bit_of_a_promised_hash_is_compared(void **state) {
    (void)state;
    static const char digits[] = "0123456789abcdef";
    const size_t size = bundle.manifest.size;
    char *manifest = malloc(size + 1);
    for (uint32_t shard = 0; shard < bundle.shard_count; shard++) {
        const pr_test_file *file = &bundle.shards[shard];
        for (size_t bit = 0; bit < 256; bit++) {
            memcpy(manifest, bundle.manifest.bytes, size + 1);
            char *digit = strchr(strstr(strstr(manifest, file->name), "\"sha256\"") + 8, '"') + 1 + bit / 4;
            *digit = digits[(strchr(digits, *digit) - digits) ^ (1 << bit % 4)];
            pr_test_seal(manifest, size);
            pr_engine *engine = NULL;
            pr_error error = {0};
            if (pr_engine_open(manifest, size, NULL, &engine, &error) == PR_OK)
                expect_refused(engine, shard, file->bytes, file->size);
            else
                assert_true(bit < 64); /* the digits in the file's name */
            pr_engine_close(engine);
        }
    }
    free(manifest);
}

static void test_every_truncation_of_the_manifest_is_refused(void **state) {
    (void)state;
    /* Only white space may be cut off unnoticed. */
    size_t end = bundle.manifest.size;
    while (end > 0 && strchr(" \r\n\t", bundle.manifest.bytes[end - 1])) {
        end--;
    }
    for (size_t size = 0; size < end; size++) {
        unsigned char *exact = malloc(size ? size : 1);
        memcpy(exact, bundle.manifest.bytes, size);
        pr_engine *engine = NULL;
        pr_error error = {0};
        assert_true(pr_engine_open(exact, size, NULL, &engine, &error) < 0);
        assert_null(engine);
        assert_string_not_equal(error.message, "");
        free(exact);
    }
}

/* Attach what the engine accepts and ask everything; does each answer equal the sound one? */
static bool answers_equal(pr_engine *engine, bool *refused) {
    bool equal = true;
    for (uint32_t i = 0; i < pr_engine_shard_count(engine) && i < bundle.shard_count; i++) {
        pr_error error = {0};
        if (pr_engine_attach(engine, i, bundle.shards[i].bytes, bundle.shards[i].size, &error) != PR_OK) {
            assert_string_not_equal(error.message, "");
            *refused = true;
        }
    }
    for (size_t i = 0; i < REQUEST_COUNT; i++) {
        pr_response response;
        pr_status status = ask(engine, i, &response);
        if (status == PR_OK) {
            assert_true(response.status >= 200 && response.status <= 599);
            equal = equal && same_answer(i, &response);
        } else {
            assert_true(status == PR_MISSING || status < 0);
            equal = false;
        }
    }
    return equal;
}

static void test_every_bit_flip_of_the_manifest_is_refused_or_harmless(void **state) {
    (void)state;
    size_t refused = 0, harmless = 0, harmful = 0, first_harmful = 0;
    unsigned char *bytes = bundle.manifest.bytes;
    for (size_t bit = 0; bit < bundle.manifest.size * 8; bit += now->bit_step) {
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        pr_engine *engine = NULL;
        pr_error error = {0};
        if (pr_engine_open(bytes, bundle.manifest.size, NULL, &engine, &error) != PR_OK) {
            assert_null(engine);
            assert_string_not_equal(error.message, "");
            refused++;
        } else {
            bool shard_refused = false, equal = answers_equal(engine, &shard_refused);
            if (equal) {
                harmless++;
            } else if (shard_refused) {
                refused++;
            } else if (harmful++ == 0) {
                first_harmful = bit / 8;
            }
            pr_engine_close(engine);
        }
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    print_message("manifest flips: %zu refused, %zu harmless, %zu changed an answer\n", refused, harmless, harmful);
    if (harmful > 0) {
        fail_msg("the first flip that changes an answer unnoticed is in byte %zu: %.60s", first_harmful,
                 (const char *)bytes + (first_harmful > 20 ? first_harmful - 20 : 0));
    }
}

static void test_no_byte_behind_a_true_checksum_can_crash(void **state) {
    (void)state;
    size_t size = bundle.manifest.size, step = size * 8 / REHASHED + 1;
    char *manifest = malloc(size);
    for (size_t bit = 0; bit < size * 8; bit += step) {
        memcpy(manifest, bundle.manifest.bytes, size);
        manifest[bit / 8] ^= (char)(1U << bit % 8);
        pr_test_seal(manifest, size);
        pr_engine *engine = NULL;
        pr_error error = {0};
        bool refused = false;
        if (pr_engine_open(manifest, size, NULL, &engine, &error) == PR_OK) {
            answers_equal(engine, &refused);
        } else {
            assert_string_not_equal(error.message, "");
        }
        pr_engine_close(engine);
    }
    free(manifest);
}

static void test_no_byte_behind_a_true_hash_can_crash(void **state) {
    (void)state;
    static const unsigned char PATTERNS[] = {0x01, 0x80, 0xff};
    size_t total = 0, number = 0;
    for (uint32_t shard = 0; shard < bundle.shard_count; shard++) {
        total += bundle.shards[shard].size;
    }
    size_t step = total / REHASHED + 1;
    for (uint32_t shard = 0; shard < bundle.shard_count; shard++) {
        pr_test_file *file = &bundle.shards[shard];
        for (size_t at = number % step; at < file->size; at += step) {
            unsigned char pattern = PATTERNS[number++ % sizeof PATTERNS];
            file->bytes[at] ^= pattern;
            char *manifest = pr_test_promise(&bundle, shard, file->bytes, file->size);
            pr_engine *engine = NULL;
            bool refused = false;
            assert_int_equal(pr_engine_open(manifest, strlen(manifest), NULL, &engine, NULL), PR_OK);
            answers_equal(engine, &refused);
            pr_engine_close(engine);
            free(manifest);
            file->bytes[at] ^= pattern;
        }
    }
}

/* Open, attach, ask, close with allocation number `fail_at` failing. Returns whether it was reached. */
static bool fails_cleanly(size_t fail_at) {
    pr_test_allocator allocator;
    pr_test_allocator_init(&allocator, fail_at);
    pr_engine *engine = NULL;
    pr_error error = {0};
    pr_status status = pr_test_bundle_open(&bundle, &allocator.hooks, &engine, &error);
    if (status != PR_OK) {
        assert_int_equal(status, PR_E_MEMORY);
        assert_string_not_equal(error.message, "");
        assert_null(engine);
    }
    for (size_t i = 0; engine && i < REQUEST_COUNT; i++) {
        pr_response response;
        status = ask(engine, i, &response);
        if (status != PR_OK) {
            assert_int_equal(status, PR_E_MEMORY);
            assert_int_equal(ask(engine, i, &response), PR_OK); /* the engine survives */
        }
        assert_true(same_answer(i, &response));
    }
    pr_engine_close(engine);
    assert_int_equal(allocator.live_blocks, 0);
    assert_int_equal(allocator.live_bytes, 0);
    return allocator.calls >= fail_at;
}

static void test_every_failing_allocation_is_a_clean_error(void **state) {
    (void)state;
    size_t fail_at = 1;
    while (fails_cleanly(fail_at)) {
        fail_at++;
    }
    print_message("%zu allocations failed one after the other\n", fail_at - 1);
    assert_true(fail_at > 3);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_truncation_of_every_shard_is_refused),
        cmocka_unit_test(test_every_bit_flip_of_every_shard_is_refused_and_the_right_bytes_repair_it),
        cmocka_unit_test(test_every_bit_of_a_promised_hash_is_compared),
        cmocka_unit_test(test_every_truncation_of_the_manifest_is_refused),
        cmocka_unit_test(test_every_bit_flip_of_the_manifest_is_refused_or_harmless),
        cmocka_unit_test(test_no_byte_behind_a_true_checksum_can_crash),
        cmocka_unit_test(test_no_byte_behind_a_true_hash_can_crash),
        cmocka_unit_test(test_every_failing_allocation_is_a_clean_error),
    };
    int failed = 0, tried = 0;
    for (now = TRIALS; now < TRIALS + sizeof TRIALS / sizeof TRIALS[0]; now++) {
        if (argc < 2 || strcmp(argv[1], now->name) == 0) {
            failed += cmocka_run_group_tests_name(now->name, tests, set_up, tear_down);
            tried++;
        }
    }
    return failed + (tried == 0);
}
