/* Hostile shards of a shop's tables behind a true hash: every truncation is refused; every bit flip is refused or
 * answers every request with a sound response; every cut of the packed lists is refused. */
#include "engine.h"
#include "small_bundle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
enum { FLIP_STEP = 5 }; /* slow builds take a sample */
#else
enum { FLIP_STEP = 1 };
#endif

static pr_test_bundle bundle;

static const char *const TABLES[] = {"lexicon-", "postings-", "documents-", "facets-",  "synonyms-",
                                     "similar-", "rules-",    "lists-",     "trending-"};

static bool is_of(uint32_t shard, const char *table) {
    return strncmp(bundle.shards[shard].name, table, strlen(table)) == 0;
}

static bool is_shops(uint32_t shard) {
    for (size_t t = 0; t < sizeof TABLES / sizeof *TABLES; t++) {
        if (is_of(shard, TABLES[t]))
            return true;
    }
    return false;
}

static int set_up(void **state) {
    (void)state;
    pr_test_bundle_read(getenv("PR_TEST_SHOP"), &bundle);
    for (size_t t = 0; t < sizeof TABLES / sizeof *TABLES; t++) {
        uint32_t count = 0;
        for (uint32_t shard = 0; shard < bundle.shard_count; shard++)
            count += is_of(shard, TABLES[t]);
        assert_true(count > 0); /* nothing of the shop is left out */
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pr_test_bundle_free(&bundle);
    return 0;
}

static const char STATE[] =
    "{\"version\":1,\"events\":[{\"type\":\"click\",\"item\":\"B0PRNN7FS4\",\"time\":1763680000},"
    "{\"type\":\"search\",\"query\":\"wireless earbuds\",\"time\":1763680001}]}";

static const char *const REQUESTS[][3] = {
    {"GET", "/recommendations/home?user_id=u1", NULL},
    {"GET", "/recommendations/product/B0PRNN7FS4", NULL},
    {"GET", "/recommendations/product/B0ZBHN5M40", NULL},
    {"GET", "/recommendations/search?query=wireless%20earbuds&facets=1&highlight=1&personal=1", NULL},
    {"GET", "/recommendations/search?query=aerobaet%20caes%20headphonse&match=any&facets=1", NULL},
    {"GET", "/recommendations/search?query=a&prefix=1", NULL},
    {"POST", "/recommendations/search",
     "{\"query\":\"head set "
     "over-ear\",\"match\":\"any\",\"prefix\":true,\"should\":[\"charger\"],\"must_not\":[\"tv\"],"
     "\"filter\":{\"ratings\":{\"minimum\":1},\"main_category\":\"electronics\",\"sub_category\":\"Headphones\"},"
     "\"sort\":\"-price\",\"facets\":true}"},
    {"GET", "/recommendations/suggest?query=w", NULL},
    {"GET", "/recommendations/suggest?query=e&limit=20", NULL},
};

enum { REQUEST_COUNT = sizeof REQUESTS / sizeof REQUESTS[0] };

static void ask_everything(pr_engine *engine) {
    for (size_t i = 0; i < REQUEST_COUNT; i++) {
        pr_request request = pr_test_request(REQUESTS[i][0], REQUESTS[i][1], REQUESTS[i][2], STATE);
        pr_response response;
        pr_error error = {0};
        pr_status status = pr_engine_call(engine, &request, &response, &error);
        if (status != PR_OK)
            fail_msg("%s: %s", REQUESTS[i][1], error.message);
        if (response.status != 200)
            fail_msg("%s: %.*s", REQUESTS[i][1], (int)response.body.size, response.body.bytes);
        assert_true(pr_utf8_valid(response.body.bytes, response.body.size, NULL));
    }
}

static void attach_others(pr_engine *engine, uint32_t shard) {
    for (uint32_t i = 0; i < bundle.shard_count; i++) {
        if (i != shard)
            assert_int_equal(pr_engine_attach(engine, i, bundle.shards[i].bytes, bundle.shards[i].size, NULL), PR_OK);
    }
}

/* Attach these bytes as the shard, which the manifest promises; true when they were taken, and all was asked. */
static bool taken(uint32_t shard, const void *bytes, size_t size) {
    char *manifest = pr_test_promise(&bundle, shard, bytes, size);
    pr_engine *engine = NULL;
    pr_error error = {0};
    if (pr_engine_open(manifest, strlen(manifest), NULL, &engine, &error) != PR_OK)
        fail_msg("%s: %s", bundle.shards[shard].name, error.message);
    free(manifest);
    pr_status status = pr_engine_attach(engine, shard, bytes, size, &error);
    if (status == PR_OK) {
        attach_others(engine, shard);
        ask_everything(engine);
    } else {
        assert_int_not_equal(status, PR_E_HASH);
        assert_string_not_equal(error.message, "");
    }
    pr_engine_close(engine);
    return status == PR_OK;
}

static void the_sound_shards_are_taken(void **state) {
    (void)state;
    for (uint32_t shard = 0; shard < bundle.shard_count; shard++)
        assert_true(taken(shard, bundle.shards[shard].bytes, bundle.shards[shard].size));
}

static void every_truncation_is_refused(void **state) {
    (void)state;
    for (uint32_t shard = 0; shard < bundle.shard_count; shard++) {
        for (size_t size = 0; is_shops(shard) && size < bundle.shards[shard].size; size++) {
            unsigned char *exact = malloc(size ? size : 1); /* nothing behind the end */
            memcpy(exact, bundle.shards[shard].bytes, size);
            assert_false(taken(shard, exact, size));
            free(exact);
        }
    }
}

static void every_bit_flip_is_refused_or_harmless(void **state) {
    (void)state;
    for (uint32_t shard = 0; shard < bundle.shard_count; shard++) {
        pr_test_file *file = &bundle.shards[shard];
        size_t refused = 0, harmless = 0;
        unsigned char *exact = malloc(file->size);
        memcpy(exact, file->bytes, file->size);
        for (size_t bit = 0; is_shops(shard) && bit < file->size * 8; bit += FLIP_STEP) {
            exact[bit / 8] ^= (unsigned char)(1U << bit % 8);
            if (taken(shard, exact, file->size))
                harmless++;
            else
                refused++;
            exact[bit / 8] ^= (unsigned char)(1U << bit % 8);
        }
        if (is_shops(shard))
            print_message("%.*s: %zu flips refused, %zu harmless\n", (int)strcspn(file->name, "-"), file->name, refused,
                          harmless);
        free(exact);
    }
}

/* The file of one U8 tensor, as the writer makes it. */
static bool taken_as(uint32_t shard, const char *tensor, const uint8_t *data, uint64_t count) {
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer out = {.arena = &arena};
    const pr_tensor list = {tensor, PR_U8, 1, {count, 1}, data};
    assert_int_equal(pr_safetensors_write(&list, 1, NULL, 0, &out, NULL), PR_OK);
    void *exact = malloc(out.size);
    memcpy(exact, out.bytes, out.size);
    bool ok = taken(shard, exact, out.size);
    free(exact);
    pr_arena_free(&arena);
    return ok;
}

/* Where the lists of a packed table end early, late, or go on for ever. */
static void every_cut_of_packed_rows_is_refused(void **state) {
    (void)state;
    static const char *const packed[][2] = {
        {"lexicon-", "entries"}, {"postings-", "lists"}, {"similar-", "links"}, {"rules-", "links"}};
    for (uint32_t shard = 0; shard < bundle.shard_count; shard++) {
        for (size_t t = 0; t < sizeof packed / sizeof *packed; t++) {
            if (!is_of(shard, packed[t][0]))
                continue;
            pr_arena arena;
            pr_arena_init(&arena, NULL, 0);
            pr_safetensors file;
            const pr_tensor_view *rows;
            assert_int_equal(
                pr__safetensors_read(bundle.shards[shard].bytes, bundle.shards[shard].size, "x", &arena, &file, NULL),
                PR_OK);
            assert_int_equal(pr__tensor(&file, packed[t][1], "", PR_U8, PR_ANY_COUNT, &rows, NULL), PR_OK);
            uint8_t *longer = malloc(rows->count + 8);
            memcpy(longer, rows->data, rows->count);
            memset(longer + rows->count, 0, 8);
            assert_true(taken_as(shard, packed[t][1], longer, rows->count));
            for (uint64_t count = 0; count < rows->count + 8; count++) {
                if (count != rows->count)
                    assert_false(taken_as(shard, packed[t][1], longer, count));
            }
            for (uint64_t at = 0; at < rows->count; at++) { /* a number without an end */
                uint8_t kept[8];
                uint64_t n = rows->count - at < 8 ? rows->count - at : 8;
                memcpy(kept, longer + at, n);
                memset(longer + at, 0xFF, n);
                taken_as(shard, packed[t][1], longer, rows->count);
                memcpy(longer + at, kept, n);
            }
            free(longer);
            pr_arena_free(&arena);
        }
    }
}

/* Every request, with one shard damaged on its way. */
static void a_refused_shard_is_an_error_or_not_needed(void **state) {
    (void)state;
    for (uint32_t shard = 0; shard < bundle.shard_count; shard++) {
        pr_engine *engine = NULL;
        uint32_t refused = 0;
        assert_int_equal(pr_engine_open(bundle.manifest.bytes, bundle.manifest.size, NULL, &engine, NULL), PR_OK);
        assert_int_equal(pr_engine_attach(engine, shard, "damaged!", 8, NULL), PR_E_HASH);
        attach_others(engine, shard);
        for (size_t i = 0; i < REQUEST_COUNT; i++) {
            pr_request request = pr_test_request(REQUESTS[i][0], REQUESTS[i][1], REQUESTS[i][2], STATE);
            pr_response response;
            assert_int_equal(pr_engine_call(engine, &request, &response, NULL), PR_OK);
            assert_true(response.status == 200 || response.status == 503);
            refused += response.status == 503;
        }
        if (is_shops(shard))
            assert_true(refused > 0);
        pr_engine_close(engine);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sound_shards_are_taken),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_bit_flip_is_refused_or_harmless),
        cmocka_unit_test(every_cut_of_packed_rows_is_refused),
        cmocka_unit_test(a_refused_shard_is_an_error_or_not_needed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
