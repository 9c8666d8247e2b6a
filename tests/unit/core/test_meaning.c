/* Vectors of meaning: the nearest against a search that compares everything, search by words, by meaning and by both,
 * filters, missing shards, hostile tables and settings, and memory that runs out. */
#include "fuse.h"
#include "meaning.h"
#include "small_bundle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SOURCE = 24, DIMS = 16, MOST_ITEMS = 64, BODY = 4096 };

static pr_test_bundle bundle;

static int set_up(void **state) {
    (void)state;
    pr_test_bundle_read(getenv("PR_TEST_MEANING"), &bundle);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pr_test_bundle_free(&bundle);
    return 0;
}

static pr_engine *open_engine(void) {
    pr_engine *engine;
    pr_error error = {0};
    if (pr_test_bundle_open(&bundle, NULL, &engine, &error) != PR_OK)
        fail_msg("the fixture's bundle was refused: %s", error.message);
    assert_int_equal(engine->meaning.dims, DIMS);
    assert_int_equal(engine->meaning.source, SOURCE);
    assert_in_range(engine->items, 20, MOST_ITEMS);
    return engine;
}

static uint64_t counter;

/* Between -1 and 1, the same at each run. */
static double random_number(void) {
    return 2 * pr_uniform(17, counter++) - 1;
}

static void random_vector(double *out, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        out[i] = random_number();
}

/* ---- the nearest ---- */

static int by_score(const void *a, const void *b) {
    const pr_near *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score ? 1 : -1) : x->item < y->item ? -1 : x->item > y->item;
}

static uint32_t compare_all(pr_engine *engine, const double *vector, const uint64_t *allowed, pr_near *out) {
    pr__factor_query query;
    uint32_t count = 0;
    assert_true(pr__factors_query(vector, DIMS, &query));
    for (uint32_t item = 0; item < engine->items; item++) {
        pr_item_vector v;
        if ((allowed && !(allowed[item / 64] >> item % 64 & 1)) || !pr__vector_of_item(engine, item, &v))
            continue;
        int32_t dot = 0;
        for (uint32_t i = 0; i < DIMS; i++)
            dot += v.values[i] * query.values[i];
        out[count++] = (pr_near){item, (float)dot * v.scale * query.scale};
    }
    qsort(out, count, sizeof *out, by_score);
    return count;
}

static void test_the_nearest_are_those_of_an_exhaustive_search(void **state) {
    (void)state;
    pr_engine *engine = open_engine();
    for (int trial = 0; trial < 200; trial++) {
        double vector[DIMS];
        pr_near expected[MOST_ITEMS], got[MOST_ITEMS];
        uint64_t mask = 0, *allowed = trial % 2 ? &mask : NULL;
        for (uint32_t i = 0; i < engine->items; i++)
            mask |= (uint64_t)(random_number() > 0) << i;
        random_vector(vector, DIMS);
        uint32_t limit = 1 + (uint32_t)trial % 20, count, most = compare_all(engine, vector, allowed, expected);
        pr_arena_reset(&engine->scratch);
        assert_int_equal(pr__nearest(engine, vector, allowed, (pr_probing){NULL, UINT32_MAX}, limit, got, &count, NULL),
                         PR_OK);
        assert_int_equal(count, limit < most ? limit : most);
        qsort(got, count, sizeof *got, by_score); /* ties come by row */
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(got[i].item, expected[i].item);
            assert_true(got[i].score == expected[i].score);
        }
    }
    pr_engine_close(engine);
}

static void test_fewer_probes_look_into_the_nearest_clusters_only(void **state) {
    (void)state;
    pr_engine *engine = open_engine();
    const pr_clusters_view *clusters = &pr__shard_of_row(engine, PR_TABLE_CLUSTERS, 0)->view.clusters;
    const uint32_t cluster_count = engine->tables[PR_TABLE_CLUSTERS].rows;
    for (int trial = 0; trial < 50; trial++) {
        double vector[DIMS], best = -INFINITY;
        pr_near got[MOST_ITEMS];
        uint32_t count, nearest = 0;
        random_vector(vector, DIMS);
        for (uint32_t c = 0; c < cluster_count; c++) {
            double score = 0;
            for (uint32_t i = 0; i < DIMS; i++)
                score += vector[i] * clusters->values[c * DIMS + i] * (double)clusters->scale[c];
            if (score > best) {
                best = score;
                nearest = c;
            }
        }
        pr_arena_reset(&engine->scratch);
        assert_int_equal(pr__nearest(engine, vector, NULL, (pr_probing){NULL, 1}, MOST_ITEMS, got, &count, NULL),
                         PR_OK);
        assert_int_equal(count, clusters->first[nearest + 1] - clusters->first[nearest]);
        for (uint32_t i = 0; i < count; i++) {
            const pr_shard *places = pr__shard_of_row(engine, PR_TABLE_VECTOR_PLACES, got[i].item);
            uint32_t place = places->view.vector_places.place[got[i].item - places->first_row];
            assert_in_range(place, clusters->first[nearest], clusters->first[nearest + 1] - 1);
        }
    }
    pr_engine_close(engine);
}

static void test_vectors_have_length_one_and_a_query_is_turned_by_the_projection(void **state) {
    (void)state;
    pr_engine *engine = open_engine();
    const float *rotation = pr__shard_of_row(engine, PR_TABLE_PROJECTION, 0)->view.projection.rotation;
    double given[SOURCE], vector[DIMS];
    random_vector(given, SOURCE);
    assert_true(pr__vector_of_query(engine, given, vector));
    for (uint32_t d = 0; d < DIMS; d++) {
        double sum = 0;
        for (uint32_t i = 0; i < SOURCE; i++)
            sum += (double)rotation[d * SOURCE + i] * given[i];
        assert_true(fabs(sum - vector[d]) < 1e-12);
    }
    for (uint32_t item = 0; item < engine->items; item++) {
        pr_item_vector v;
        double sum[DIMS] = {0}, square = 0;
        assert_true(pr__vector_of_item(engine, item, &v));
        pr__vector_add(engine, &v, 2, sum);
        for (uint32_t i = 0; i < DIMS; i++)
            square += sum[i] * sum[i];
        assert_true(fabs(sqrt(square) / 2 - 1) < 0.02);
    }
    pr_engine_close(engine);
}

/* ---- requests ---- */

static void write_vector(char *out, size_t room, size_t used) {
    for (int i = 0; i < SOURCE; i++)
        used += (size_t)snprintf(out + used, room - used, "%s%.4f", i ? "," : "[", random_number());
    snprintf(out + used, room - used, "]}");
}

/* `members` and a vector. */
static void write_body(char out[BODY], const char *members) {
    size_t used = (size_t)snprintf(out, BODY, "{%s,\"vector\":", members);
    write_vector(out, BODY, used);
}

static pr_response ask(pr_engine *engine, const char *method, const char *path, const char *body) {
    pr_request request = pr_test_request(method, path, body, NULL);
    pr_response response;
    pr_error error = {0};
    if (pr_engine_call(engine, &request, &response, &error) != PR_OK)
        fail_msg("%s: %s", path, error.message);
    return response;
}

static pr_response post(pr_engine *engine, const char *body) {
    return ask(engine, "POST", "/recommendations/search", body);
}

static const pr_json *parse(const pr_response *response, pr_arena *arena) {
    const pr_json *root;
    assert_int_equal(pr_json_parse(response->body.bytes, response->body.size, NULL, arena, &root, NULL), PR_OK);
    return root;
}

static uint32_t total_of(const pr_response *response, pr_arena *arena) {
    return (uint32_t)pr_json_get(parse(response, arena), "total")->number;
}

static void test_a_search_without_a_vector_goes_by_words_and_says_so(void **state) {
    (void)state;
    pr_engine *engine = open_engine();
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    static const char *const modes[] = {"keyword", "meaning", "hybrid"};
    pr_response plain = ask(engine, "GET", "/recommendations/search?query=wireless", NULL);
    const pr_json *root = parse(&plain, &arena);
    assert_null(pr_json_get(root, "mode"));
    uint32_t total = (uint32_t)pr_json_get(root, "total")->number;
    for (size_t m = 0; m < 3; m++) {
        char path[128];
        snprintf(path, sizeof path, "/recommendations/search?query=wireless&mode=%s", modes[m]);
        pr_response response = ask(engine, "GET", path, NULL);
        root = parse(&response, &arena);
        assert_true(pr_json_is(pr_json_get(root, "mode"), "keyword"));
        assert_int_equal(pr_json_get(root, "mode_reason") != NULL, m > 0);
        assert_int_equal((uint32_t)pr_json_get(root, "total")->number, total);
    }
    pr_arena_free(&arena);
    pr_engine_close(engine);
}

static void test_meaning_ranks_the_nearest_and_both_adds_them_to_the_words(void **state) {
    (void)state;
    pr_engine *engine = open_engine();
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_response response = post(engine, "{\"query\":\"wireless\"}");
    uint32_t words = total_of(&response, &arena);
    for (int trial = 0; trial < 20; trial++) {
        char body[BODY];
        write_body(body, "\"query\":\"wireless\",\"mode\":\"hybrid\",\"probes\":65536");
        response = post(engine, body);
        assert_int_equal(response.status, 200);
        const pr_json *root = parse(&response, &arena), *list = pr_json_get(root, "results");
        assert_true(pr_json_is(pr_json_get(root, "mode"), "hybrid"));
        assert_in_range(pr_json_get(root, "total")->number, words, engine->items);
        assert_int_equal(list->size, (uint32_t)pr_json_get(root, "total")->number);
        double last = 2;
        for (const pr_json *hit = list->first; hit; hit = hit->next) {
            double score = pr_json_get(hit, "score")->number;
            assert_true(score <= last && score >= 0 && score <= 1);
            last = score;
        }
        *strstr(body, "hybrid") = 0;
        char other[BODY + 16];
        snprintf(other, sizeof other, "%smeaning%s", body, body + strlen(body) + 6);
        response = post(engine, other);
        root = parse(&response, &arena);
        assert_true(pr_json_is(pr_json_get(root, "mode"), "meaning"));
        assert_int_equal((uint32_t)pr_json_get(root, "total")->number, 50); /* the pool of the fixture */
    }
    pr_arena_free(&arena);
    pr_engine_close(engine);
}

static void test_filters_hold_for_what_meaning_finds(void **state) {
    (void)state;
    pr_engine *engine = open_engine();
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    static const char *const modes[] = {"meaning", "hybrid"};
    for (int trial = 0; trial < 20; trial++) {
        char members[400], body[BODY];
        double least = 50 + 40 * trial;
        snprintf(members, sizeof members,
                 "\"query\":\"wireless headphones\",\"mode\":\"%s\",\"must_not\":[\"bluetooth\"],\"facets\":true,"
                 "\"sort\":\"-price\",\"probes\":999,\"filter\":{\"discount_price\":{\"minimum\":%g}}",
                 modes[trial % 2], least);
        write_body(body, members);
        pr_response response = post(engine, body);
        assert_int_equal(response.status, 200);
        const pr_json *root = parse(&response, &arena);
        double last = 1e300;
        if (pr_json_get(root, "fallback_reason"))
            continue;
        for (const pr_json *hit = pr_json_get(root, "results")->first; hit; hit = hit->next) {
            const pr_json *price = pr_json_get(hit, "price"), *name = pr_json_get(hit, "name");
            assert_true(price->number >= least && price->number <= last);
            assert_null(strstr(name->string, "Bluetooth"));
            last = price->number;
        }
        uint32_t counted = 0;
        for (const pr_json *value = pr_json_get(pr_json_get(root, "facets"), "main_category")->first; value;
             value = value->next)
            counted += (uint32_t)pr_json_get(value, "count")->number;
        assert_int_equal(counted, (uint32_t)pr_json_get(root, "total")->number);
    }
    pr_arena_free(&arena);
    pr_engine_close(engine);
}

static void test_a_get_may_carry_the_vector_in_its_body(void **state) {
    (void)state;
    pr_engine *engine = open_engine();
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    char vector[BODY / 2] = "{\"vector\":", body[BODY];
    const char *path = "/recommendations/search?query=wireless&mode=hybrid";
    write_vector(vector, sizeof vector, strlen(vector));
    pr_response response = ask(engine, "GET", path, vector);
    char *first = strndup(response.body.bytes, response.body.size);
    snprintf(body, sizeof body, "{\"query\":\"wireless\",\"mode\":\"hybrid\",%s", vector + 1);
    response = post(engine, body);
    assert_int_equal(response.body.size, strlen(first));
    assert_memory_equal(response.body.bytes, first, response.body.size);
    assert_int_equal(ask(engine, "GET", path, "{\"vector\":1}").status, 422);
    assert_int_equal(ask(engine, "GET", path, "{}").status, 400);
    assert_int_equal(ask(engine, "GET", path, "{\"vector\":").status, 400);
    free(first);
    pr_arena_free(&arena);
    pr_engine_close(engine);
}

static void test_wrong_vectors_and_modes_are_refused(void **state) {
    (void)state;
    pr_engine *engine = open_engine();
    static const char *const wrong[] = {
        "{\"query\":\"a\",\"mode\":\"meanings\"}",
        "{\"query\":\"a\",\"mode\":1}",
        "{\"query\":\"a\",\"mode\":\"meaning\",\"vector\":[]}",
        "{\"query\":\"a\",\"mode\":\"meaning\",\"vector\":{}}",
        "{\"query\":\"a\",\"mode\":\"meaning\",\"vector\":[1,2,3]}",
        "{\"query\":\"a\",\"mode\":\"meaning\",\"vector\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,\"1\"]}",
        "{\"query\":\"a\",\"mode\":\"meaning\",\"vector\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1e9]}",
        "{\"query\":\"a\",\"mode\":\"meaning\",\"probes\":\"1\"}",
    };
    for (size_t i = 0; i < PR_COUNT(wrong); i++)
        assert_int_equal(post(engine, wrong[i]).status, 422);
    /* A vector of zeros is near nothing. */
    pr_response nothing = post(engine, "{\"query\":\"a\",\"mode\":\"meaning\",\"strict\":true,\"vector\":"
                                       "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}");
    assert_int_equal(nothing.status, 404);
    pr_engine_close(engine);
}

/* ---- shards ---- */

static uint32_t shard_of(const pr_engine *engine, const char *table) {
    pr_shard_info info;
    uint32_t i = 0;
    while (pr_engine_shard(engine, i, &info) == PR_OK && strcmp(info.table, table) != 0)
        i++;
    assert_true(i < pr_engine_shard_count(engine));
    return i;
}

static void test_missing_shards_are_asked_for_and_then_do(void **state) {
    (void)state;
    static const char *const tables[] = {"projection", "clusters", "vectors"};
    pr_engine *engine = open_engine();
    char body[BODY];
    write_body(body, "\"query\":\"wireless\",\"mode\":\"hybrid\"");
    pr_request request = pr_test_request("POST", "/recommendations/search", body, NULL);
    pr_response response;
    for (size_t t = 0; t < PR_COUNT(tables); t++) {
        uint32_t shard = shard_of(engine, tables[t]);
        pr_engine_detach(engine, shard);
        assert_int_equal(pr_engine_call(engine, &request, &response, NULL), PR_MISSING);
        assert_int_equal(response.missing_count, 1);
        assert_int_equal(response.missing[0], shard);
        assert_int_equal(pr_engine_attach(engine, shard, bundle.shards[shard].bytes, bundle.shards[shard].size, NULL),
                         PR_OK);
        assert_int_equal(pr_engine_call(engine, &request, &response, NULL), PR_OK);
    }
    /* Nobody needs the encoder here, nor the vectors for a search by words. */
    pr_engine_detach(engine, shard_of(engine, "encoder"));
    pr_engine_detach(engine, shard_of(engine, "vectors"));
    assert_int_equal(ask(engine, "GET", "/recommendations/search?query=wireless", NULL).status, 200);
    pr_engine_close(engine);
}

/* Attach `bytes` under their true hash; what the engine says. When it takes them it must answer. */
static pr_status attach_promised(uint32_t shard, const unsigned char *bytes, size_t size) {
    char *manifest = pr_test_promise(&bundle, shard, bytes, size), body[BODY];
    pr_engine *engine = NULL;
    pr_error error = {0};
    assert_int_equal(pr_engine_open(manifest, strlen(manifest), NULL, &engine, NULL), PR_OK);
    for (uint32_t i = 0; i < bundle.shard_count; i++) {
        if (i != shard)
            assert_int_equal(pr_engine_attach(engine, i, bundle.shards[i].bytes, bundle.shards[i].size, NULL), PR_OK);
    }
    pr_status status = pr_engine_attach(engine, shard, bytes, size, &error);
    assert_true(status == PR_OK || error.message[0]);
    write_body(body, "\"query\":\"wireless\",\"mode\":\"hybrid\",\"facets\":true");
    pr_response response = post(engine, body);
    assert_int_equal(response.status, status == PR_OK ? 200 : 503);
    pr_engine_close(engine);
    free(manifest);
    return status;
}

static void test_no_byte_of_a_table_makes_it_crash(void **state) {
    (void)state;
    static const char *const tables[] = {"projection", "clusters", "vectors"};
    pr_engine *engine = open_engine();
    for (size_t t = 0; t < PR_COUNT(tables); t++) {
        uint32_t shard = shard_of(engine, tables[t]);
        pr_test_file *file = &bundle.shards[shard];
        unsigned char *bytes = malloc(file->size);
        for (int trial = 0; trial < 400; trial++) {
            memcpy(bytes, file->bytes, file->size);
            for (uint64_t changes = 1 + pr_mix64(counter++) % 4; changes > 0; changes--) {
                const uint64_t at = pr_mix64(counter++) % file->size;
                bytes[at] = (unsigned char)pr_mix64(counter++);
            }
            attach_promised(shard, bytes, file->size);
        }
        free(bytes);
    }
    pr_engine_close(engine);
}

/* Put four bytes over the number `index` of a tensor, which is found by its name in the header. */
static pr_status with_word(const char *table, const char *tensor, size_t index, const void *word) {
    pr_engine *engine = open_engine();
    uint32_t shard = shard_of(engine, table);
    pr_engine_close(engine);
    pr_test_file *file = &bundle.shards[shard];
    unsigned char *bytes = malloc(file->size);
    char name[32];
    uint64_t header;
    memcpy(bytes, file->bytes, file->size);
    memcpy(&header, bytes, sizeof header);
    snprintf(name, sizeof name, "\"%s\"", tensor);
    const char *at = strstr((const char *)bytes + 8, name);
    assert_non_null(at);
    size_t begin = strtoul(strchr(strstr(at, "data_offsets"), '[') + 1, NULL, 10);
    memcpy(bytes + 8 + header + begin + 4 * index, word, 4);
    pr_status status = attach_promised(shard, bytes, file->size);
    free(bytes);
    return status;
}

static void test_numbers_out_of_their_bounds_are_refused(void **state) {
    (void)state;
    const float not_a_number = NAN, infinite = INFINITY, negative = -1, long_number = 3;
    const uint32_t much = 1u << 30, none = UINT32_MAX, zero = 0;
    assert_int_equal(with_word("vectors", "scale", 3, &not_a_number), PR_E_FORMAT);
    assert_int_equal(with_word("vectors", "scale", 3, &infinite), PR_E_FORMAT);
    assert_int_equal(with_word("vectors", "scale", 3, &negative), PR_E_FORMAT);
    assert_int_equal(with_word("vectors", "item", 3, &much), PR_E_FORMAT);
    assert_int_equal(with_word("vectors", "item", 3, &none), PR_E_FORMAT);
    assert_int_equal(with_word("clusters", "scale", 0, &negative), PR_E_FORMAT);
    assert_int_equal(with_word("clusters", "first", 1, &much), PR_E_FORMAT);
    assert_int_equal(with_word("clusters", "first", 3, &zero), PR_E_FORMAT);
    assert_int_equal(with_word("projection", "rotation", 5, &not_a_number), PR_E_FORMAT);
    assert_int_equal(with_word("projection", "rotation", 5, &long_number), PR_E_FORMAT);
    assert_int_equal(with_word("vectors", "scale", 3, &zero), PR_OK); /* an item without a vector */
    assert_int_equal(with_word("vectors", "item", 3, &zero), PR_OK);  /* one that comes twice does no harm */
}

static void test_wrong_settings_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
    } changes[] = {
        {"\"dims\":16", "\"dims\":17"},
        {"\"dims\":16", "\"dims\":48"},
        {"\"dims\":16", "\"dims\":-1"},
        {"\"dims\":16", "\"dims\":\"\""},
        {"\"source\":24", "\"source\":0 "},
        {"\"source\":24", "\"source\":15"},
        {"\"source\":24", "\"source\":99999999"},
        {"\"probes\":4", "\"probes\":0"},
        {"\"pool\":50", "\"pool\":10001"},
        {"\"weight\":0.7", "\"weight\":1.7"},
        {"\"vectors\":{", "\"vektors\":{"},
        {"\"table\":\"clusters\"", "\"table\":\"klusters\""},
        {",\"meaning\"]", "]"},
    };
    for (size_t i = 0; i < PR_COUNT(changes); i++) {
        const char *text = (const char *)bundle.manifest.bytes, *at = strstr(text, changes[i].from);
        assert_non_null(at);
        size_t room = bundle.manifest.size + 64;
        char *manifest = malloc(room);
        snprintf(manifest, room, "%.*s%s%s", (int)(at - text), text, changes[i].to, at + strlen(changes[i].from));
        pr_test_seal(manifest, strlen(manifest));
        pr_engine *engine = NULL;
        pr_error error = {0};
        if (pr_engine_open(manifest, strlen(manifest), NULL, &engine, &error) != PR_E_FORMAT)
            fail_msg("taken: %s", changes[i].to);
        assert_string_not_equal(error.message, "");
        free(manifest);
    }
}

static void test_memory_that_runs_out_is_a_clean_error(void **state) {
    (void)state;
    char body[BODY];
    write_body(body, "\"query\":\"wireless\",\"mode\":\"hybrid\",\"facets\":true,\"must_not\":[\"bluetooth\"]");
    pr_request request = pr_test_request("POST", "/recommendations/search", body, NULL);
    pr_test_allocator allocator;
    pr_status status = PR_E_MEMORY;
    for (size_t fail_at = 1; status != PR_OK; fail_at++) {
        pr_engine *engine = NULL;
        pr_response response;
        pr_error error = {0};
        pr_test_allocator_init(&allocator, fail_at);
        status = pr_test_bundle_open(&bundle, &allocator.hooks, &engine, &error);
        if (status == PR_OK)
            status = pr_engine_call(engine, &request, &response, &error);
        assert_true(status == PR_OK || (status == PR_E_MEMORY && error.message[0]));
        pr_engine_close(engine);
        assert_int_equal(allocator.live_blocks, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_nearest_are_those_of_an_exhaustive_search),
        cmocka_unit_test(test_fewer_probes_look_into_the_nearest_clusters_only),
        cmocka_unit_test(test_vectors_have_length_one_and_a_query_is_turned_by_the_projection),
        cmocka_unit_test(test_a_search_without_a_vector_goes_by_words_and_says_so),
        cmocka_unit_test(test_meaning_ranks_the_nearest_and_both_adds_them_to_the_words),
        cmocka_unit_test(test_filters_hold_for_what_meaning_finds),
        cmocka_unit_test(test_a_get_may_carry_the_vector_in_its_body),
        cmocka_unit_test(test_wrong_vectors_and_modes_are_refused),
        cmocka_unit_test(test_missing_shards_are_asked_for_and_then_do),
        cmocka_unit_test(test_no_byte_of_a_table_makes_it_crash),
        cmocka_unit_test(test_numbers_out_of_their_bounds_are_refused),
        cmocka_unit_test(test_wrong_settings_are_refused),
        cmocka_unit_test(test_memory_that_runs_out_is_a_clean_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
