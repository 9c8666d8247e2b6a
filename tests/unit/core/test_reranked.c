/* The tables of what a cross-encoder said at night and of the items of categories, behind a true hash: wrong numbers
 * are refused with a sentence, and whatever is taken gives an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "small_bundle.h"

enum { STEP = 3 /* bytes from one change to the next */ };

static const char TASTE[] =
    "{\"version\":1,\"events\":[{\"type\":\"click\",\"item\":\"R000061\",\"time\":1763600000}]}";

static pr_test_bundle bundle;
static uint32_t table;   /* number of the shard */
static const char *path; /* of the page that it is for */
static unsigned char *sound;
static size_t size;

static int set_up(const char *start, const char *page) {
    pr_test_bundle_read(getenv("PR_TEST_STAGED"), &bundle);
    path = page;
    for (table = 0; table < bundle.shard_count; table++) {
        if (strncmp(bundle.shards[table].name, start, strlen(start)) == 0)
            break;
    }
    assert_true(table < bundle.shard_count);
    size = bundle.shards[table].size;
    sound = malloc(size);
    memcpy(sound, bundle.shards[table].bytes, size);
    return 0;
}

static int set_up_products(void **state) {
    (void)state;
    return set_up("reranked-", "/api/v1/recommendations/product/R000061?limit=30");
}

static int set_up_category_scores(void **state) {
    (void)state;
    return set_up("reranked_categories-", "/api/v1/recommendations/category/Baby?limit=30");
}

static int set_up_categories(void **state) {
    (void)state;
    return set_up("categories-", "/api/v1/recommendations/category/Baby?limit=30");
}

static int tear_down(void **state) {
    (void)state;
    free(sound);
    pr_test_bundle_free(&bundle);
    return 0;
}

/* Where the data of a tensor begins, and how many bytes it has. */
static size_t place_of(const char *name, size_t *bytes) {
    uint64_t header;
    pr_arena arena;
    const pr_json *root;
    pr_arena_init(&arena, NULL, 0);
    memcpy(&header, sound, sizeof header);
    assert_int_equal(pr_json_parse((const char *)sound + 8, header, NULL, &arena, &root, NULL), PR_OK);
    const pr_json *offsets = pr_json_get(pr_json_get(root, name), "data_offsets");
    assert_non_null(offsets);
    const size_t begin = (size_t)offsets->first->number;
    *bytes = (size_t)offsets->first->next->number - begin;
    pr_arena_free(&arena);
    return 8 + (size_t)header + begin;
}

/* An engine of the bundle with these bytes in the place of the table's. */
static pr_engine *open_with(const unsigned char *bytes, pr_status *attached, pr_error *error) {
    pr_engine *engine = NULL;
    char *manifest = pr_test_promise(&bundle, table, bytes, size);
    assert_int_equal(pr_engine_open(manifest, strlen(manifest), NULL, &engine, NULL), PR_OK);
    free(manifest);
    *error = (pr_error){0};
    *attached = pr_engine_attach(engine, table, bytes, size, error);
    return engine;
}

static void refused_with(const char *tensor, size_t at, const void *value, size_t bytes, const char *sentence) {
    size_t of_tensor;
    pr_status status;
    pr_error error;
    unsigned char *changed = malloc(size);
    memcpy(changed, sound, size);
    const size_t place = place_of(tensor, &of_tensor);
    assert_true(at + bytes <= of_tensor);
    memcpy(changed + place + at, value, bytes);
    pr_engine *engine = open_with(changed, &status, &error);
    assert_int_equal(status, PR_E_FORMAT);
    if (!strstr(error.message, tensor) || !strstr(error.message, sentence))
        fail_msg("\"%s\" and \"%s\" are not in \"%s\"", tensor, sentence, error.message);
    pr_engine_close(engine);
    free(changed);
}

static void wrong_numbers_are_refused(void **state) {
    (void)state;
    static const uint32_t far = UINT32_MAX;
    const float not_a_number = NAN, infinite = 3e38f, negative = -1;
    refused_with("item", 0, &far, 1, "");
    refused_with("offsets", 0, &far, 4, "");
    refused_with("offsets", 40, &far, 4, "");
    refused_with("low", 8, &not_a_number, 4, "out of its bounds");
    refused_with("low", 0, &infinite, 4, "out of its bounds");
    refused_with("step", 4, &not_a_number, 4, "out of its bounds");
    refused_with("step", 0, &negative, 4, "out of its bounds");
}

static void a_row_has_only_so_many_candidates(void **state) {
    (void)state;
    size_t bytes;
    place_of("offsets", &bytes);
    uint32_t *none = calloc(1, bytes); /* the last row has all */
    refused_with("offsets", 0, none, bytes - 4, "more than 64");
    free(none);
}

/* The page, by the whole bundle, of somebody who has a taste; it lasts until the next request. */
static pr_text ask(pr_engine *engine) {
    pr_response response;
    for (uint32_t i = 0; i < bundle.shard_count; i++) {
        if (i != table)
            assert_int_equal(pr_engine_attach(engine, i, bundle.shards[i].bytes, bundle.shards[i].size, NULL), PR_OK);
    }
    const pr_request page = pr_test_request("GET", path, NULL, TASTE);
    assert_int_equal(pr_engine_call(engine, &page, &response, NULL), PR_OK);
    assert_int_equal(response.status, 200);
    return response.body;
}

static bool has(pr_text text, const char *part) {
    const size_t length = strlen(part);
    for (size_t at = 0; at + length <= text.size; at++) {
        if (memcmp(text.bytes + at, part, length) == 0)
            return true;
    }
    return false;
}

static void wrong_categories_are_refused(void **state) {
    (void)state;
    static const uint32_t far = UINT32_MAX;
    refused_with("item", 0, &far, 1, "");
    refused_with("cluster", 0, &far, 1, "");
    refused_with("offsets", 0, &far, 4, "");
    refused_with("offsets", 8, &far, 4, "");
    refused_with("cluster_offsets", 0, &far, 4, "");
    refused_with("cluster_offsets", 8, &far, 4, "");
}

/* Every item is the first one: it is shown once, and nothing else is made up. */
static void an_item_that_is_named_again_is_shown_once(void **state) {
    (void)state;
    size_t bytes;
    pr_status status;
    pr_error error;
    unsigned char *changed = malloc(size);
    memcpy(changed, sound, size);
    const size_t place = place_of("item", &bytes);
    memset(changed + place, 0, bytes);
    pr_engine *engine = open_with(changed, &status, &error);
    assert_int_equal(status, PR_OK);
    const pr_text answer = ask(engine);
    assert_true(has(answer, "\"returned\":1,\"reason\":\"catalogue_exhausted\""));
    pr_engine_close(engine);
    free(changed);
}

static void a_refused_part_leaves_the_stage_out(void **state) {
    (void)state;
    const uint32_t far = UINT32_MAX;
    size_t bytes;
    pr_status status;
    pr_error error;
    unsigned char *changed = malloc(size);
    memcpy(changed, sound, size);
    memcpy(changed + place_of("offsets", &bytes), &far, sizeof far);
    pr_engine *engine = open_with(changed, &status, &error);
    assert_int_equal(status, PR_E_FORMAT);
    const pr_text answer = ask(engine);
    assert_true(has(answer, "\"reranked\":0"));
    assert_true(has(answer, "\"rerank_skipped\":\"no_pair_scores\""));
    pr_engine_close(engine);
    engine = open_with(sound, &status, &error);
    assert_false(has(ask(engine), "\"rerank_skipped\":\"no_pair_scores\""));
    pr_engine_close(engine);
    free(changed);
}

static void every_changed_byte_is_refused_or_answers(void **state) {
    (void)state;
    unsigned char *changed = malloc(size);
    size_t refused = 0, taken = 0;
    for (size_t at = 0; at < size; at += STEP) {
        pr_status status;
        pr_error error;
        memcpy(changed, sound, size);
        changed[at] ^= (unsigned char)(1u << at / STEP % 8);
        pr_engine *engine = open_with(changed, &status, &error);
        if (status == PR_OK)
            ask(engine);
        else
            assert_string_not_equal(error.message, "");
        refused += status != PR_OK;
        taken += status == PR_OK;
        pr_engine_close(engine);
    }
    free(changed);
    assert_true(refused > 100 && taken > 100);
}

int main(void) {
    const struct CMUnitTest scores[] = {
        cmocka_unit_test(wrong_numbers_are_refused),
        cmocka_unit_test(a_row_has_only_so_many_candidates),
        cmocka_unit_test(a_refused_part_leaves_the_stage_out),
        cmocka_unit_test(every_changed_byte_is_refused_or_answers),
    };
    const struct CMUnitTest categories[] = {
        cmocka_unit_test(wrong_categories_are_refused),
        cmocka_unit_test(an_item_that_is_named_again_is_shown_once),
        cmocka_unit_test(every_changed_byte_is_refused_or_answers),
    };
    return cmocka_run_group_tests_name("reranked", scores, set_up_products, tear_down) +
           cmocka_run_group_tests_name("reranked_categories", scores, set_up_category_scores, tear_down) +
           cmocka_run_group_tests_name("categories", categories, set_up_categories, tear_down);
}
