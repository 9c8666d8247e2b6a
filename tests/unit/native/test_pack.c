/* Packing: tensors, shards cut by rows, and what is withheld where too few people stand behind it. */
#include "pack.h"
#include "segment_csv.h"
#include "static_list.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ITEMS = 50, USERS = 30, KINDS = 3, LEVELS = 2 };

static void uints_take_the_smallest_width(void **state) {
    (void)state;
    const struct {
        uint32_t most;
        pr_dtype dtype;
    } cases[] = {{0, PR_U8}, {255, PR_U8}, {256, PR_U16}, {65535, PR_U16}, {65536, PR_U32}, {UINT32_MAX, PR_U32}};
    pr_arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint32_t values[] = {0, cases[i].most};
        prt_tensors t = {.arena = &arena};
        prt_tensors_uints(&t, "x", ".codes", values, 2);
        assert_false(t.failed);
        assert_string_equal(t.list[0].name, "x.codes");
        assert_int_equal(t.list[0].dtype, cases[i].dtype);
        uint32_t second = 0;
        memcpy(&second, (const char *)t.list[0].data + pr_dtype_size(cases[i].dtype), pr_dtype_size(cases[i].dtype));
        assert_int_equal(second, cases[i].most);
    }
    pr_arena_free(&arena);
}

/* ---- a small catalogue with every type of column ---- */

typedef struct world {
    prt_dataset dataset;
    prt_column columns[7], level;
    prt_counts_plan plan;
    prt_counts counts;
    prt_prior_models prior;
    prt_terms terms;
    prt_choices choices[2];
    prt_flag_rule rule;
    prt_pack pack;
    pr_arena arena;
} world;

static prt_strings numbered(pr_arena *arena, const char *format, uint32_t count) {
    prt_strings s = {count, pr_arena_array(arena, count + 1, sizeof *s.offsets), pr_arena_array(arena, count + 1, 64)};
    for (uint32_t i = 0; i < count; i++)
        s.offsets[i + 1] = s.offsets[i] + (uint64_t)snprintf(s.bytes + s.offsets[i], 64, format, i);
    return s;
}

static void put_settings(const void *context, pr_writer *w) {
    static const char settings[] =
        "{\"segments\":{\"dimensions\":[{\"name\":\"level\",\"side\":\"user\",\"column\":\"level\",\"input\":\"level\","
        "\"label\":\"Level\"},"
        "{\"name\":\"kind\",\"side\":\"item\",\"column\":\"kind\",\"input\":\"types\",\"label\":\"Kind\"}],\"backoff\":"
        "[[\"kind\"],[]]},"
        "\"score\":{\"freshness\":{\"column\":\"released\",\"decay\":0.01}},\"rank\":{\"similarity\":[\"tags\"]},"
        "\"rules\":{\"flag\":{\"column\":\"kind\"}},\"search\":{\"fields\":{\"title\":1}},\"limits\":{\"results\":10}}";
    (void)context;
    pr_write_raw(w, settings, sizeof settings - 1);
}

static void make_columns(world *w) {
    pr_arena *a = &w->arena;
    w->columns[0] = (prt_column){
        .name = "title", .type = PRT_TEXT, .rows = ITEMS, .texts = numbered(a, "Title of \xc3\xbc number %u", ITEMS)};
    w->columns[1] =
        (prt_column){.name = "kind", .type = PRT_CATEGORY, .rows = ITEMS, .values = numbered(a, "kind%u", KINDS)};
    w->columns[2] = (prt_column){.name = "tags", .type = PRT_LIST, .rows = ITEMS, .values = numbered(a, "tag%u", 4)};
    w->columns[3] = (prt_column){.name = "minutes", .type = PRT_INTEGER, .rows = ITEMS};
    w->columns[4] = (prt_column){.name = "released", .type = PRT_DATE, .rows = ITEMS};
    w->columns[5] = (prt_column){.name = "price", .type = PRT_REAL, .rows = ITEMS};
    w->columns[1].codes = pr_arena_array(a, ITEMS, sizeof(uint32_t));
    w->columns[2].codes = pr_arena_array(a, ITEMS * 3, sizeof(uint32_t));
    w->columns[2].list_offsets = pr_arena_array(a, ITEMS + 1, sizeof(uint32_t));
    w->columns[3].integers = pr_arena_array(a, ITEMS, sizeof(int64_t));
    w->columns[4].integers = pr_arena_array(a, ITEMS, sizeof(int64_t));
    w->columns[5].reals = pr_arena_array(a, ITEMS, sizeof(double));
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint32_t *codes = w->columns[2].codes + 3 * i;
        w->columns[1].codes[i] = i % (KINDS + 1) == KINDS ? PRT_NONE : i % (KINDS + 1);
        codes[0] = 3, codes[1] = i % 4, codes[2] = 3; /* unsorted and repeated */
        w->columns[2].list_offsets[i + 1] = 3 * (i + 1);
        w->columns[3].integers[i] = i == 7 ? PRT_NO_INTEGER : (int64_t)i * 5;
        w->columns[4].integers[i] = 20000 + i;
        w->columns[5].reals[i] = i == 3 ? (double)NAN : i / 8.0;
    }
    w->level =
        (prt_column){.name = "level", .type = PRT_CATEGORY, .rows = USERS, .values = numbered(a, "level%u", LEVELS)};
    w->level.codes = pr_arena_array(a, USERS, sizeof(uint32_t));
    for (uint32_t u = 0; u < USERS; u++)
        w->level.codes[u] = u % LEVELS;
}

static void make_events(world *w) {
    enum { EVENTS = 4000 };
    prt_events *e = &w->dataset.events;
    e->count = EVENTS;
    e->user = pr_arena_array(&w->arena, EVENTS, sizeof *e->user);
    e->item = pr_arena_array(&w->arena, EVENTS, sizeof *e->item);
    e->types = pr_arena_array(&w->arena, EVENTS, sizeof *e->types);
    for (uint64_t i = 0; i < EVENTS; i++) {
        static const uint16_t kinds[] = {PRT_EVENT_COMPLETE, PRT_EVENT_ABANDON, PRT_EVENT_LIKE, PRT_EVENT_DISLIKE};
        e->user[i] = (uint32_t)(pr_uniform(1, i) * USERS);
        e->item[i] = (uint32_t)(pr_uniform(2, i) * pr_uniform(3, i) * ITEMS);
        e->types[i] = kinds[(int)(pr_uniform(4, i) * 4)];
    }
}

static void make_world(world *w) {
    memset(w, 0, sizeof *w);
    make_columns(w);
    make_events(w);
    w->dataset.items = (prt_entities){ITEMS, numbered(&w->arena, "item-%u", ITEMS), w->columns, 6};
    w->dataset.users = (prt_entities){.count = USERS, .columns = &w->level, .column_count = 1};
    w->plan = (prt_counts_plan){.dimension_count = 2,
                                .mask_count = 2,
                                .dimensions = {{false, &w->level, NULL}, {true, &w->columns[1], NULL}},
                                .masks = {3, 2},
                                .flag_column = &w->columns[1],
                                .threads = 1};
    const prt_text_field fields[] = {{&w->columns[0], 1}};
    assert_int_equal(prt_counts_make(&w->dataset, &w->plan, &w->counts, NULL), PR_OK);
    assert_int_equal(prt_prior_fit(&w->counts, &w->plan, 1, &w->prior, NULL), PR_OK);
    assert_int_equal(prt_terms_make(fields, 1, w->counts.item_order, ITEMS, &w->terms, NULL), PR_OK);
    static pr_text levels[] = {{"level0", 6}, {"level1", 6}}, kinds[] = {{"kind0", 5}, {"kind1", 5}, {"kind2", 5}};
    w->choices[0] = (prt_choices){levels, 2};
    w->choices[1] = (prt_choices){kinds, 3};
    w->rule = (prt_flag_rule){0.4, 0.95, 20};
    w->pack = (prt_pack){
        .dataset = &w->dataset,
        .plan = &w->plan,
        .counts = &w->counts,
        .prior = &w->prior,
        .terms = &w->terms,
        .columns = {&w->columns[0], &w->columns[1], &w->columns[2], &w->columns[3], &w->columns[4], &w->columns[5]},
        .column_count = 6,
        .choices = w->choices,
        .flag_rule = &w->rule,
        .min_users = 1,
        .shard_bytes = 262144,
        .name = "test",
        .version = "1",
        .created = 1763683200,
        .write_settings = put_settings};
}

static void free_world(world *w) {
    prt_counts_free(&w->counts);
    prt_terms_free(&w->terms);
    pr_arena_free(&w->arena);
}

static pr_engine *open_packed(const prt_packed *packed) {
    pr_engine *engine;
    pr_error error = {0};
    if (pr_engine_open(packed->manifest.bytes, packed->manifest.size, NULL, &engine, &error) != PR_OK)
        fail_msg("%s", error.message);
    for (uint32_t i = 0; i < packed->shard_count; i++) {
        if (pr_engine_attach(engine, i, packed->shards[i].bytes, packed->shards[i].size, &error) != PR_OK)
            fail_msg("%s", error.message);
    }
    return engine;
}

static const char *ask(pr_engine *engine, const char *method, const char *path, const char *body, int wanted) {
    const pr_request request = {.method = {method, strlen(method)},
                                .path = {path, strlen(path)},
                                .body = {body, strlen(body)},
                                .now = 1763683200};
    pr_response response = {0};
    assert_int_equal(pr_engine_call(engine, &request, &response, NULL), PR_OK);
    assert_int_equal(response.status, wanted);
    static char text[65536];
    snprintf(text, sizeof text, "%.*s", (int)response.body.size, response.body.bytes);
    return text;
}

static uint32_t shards_of(const prt_packed *packed, const char *table) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < packed->shard_count; i++)
        count += strcmp(packed->shards[i].table, table) == 0;
    return count;
}

/* One shard or many: the same answers. */
static void cut_shards_answer_alike(void **state) {
    (void)state;
    static const char *const requests[][3] = {
        {"POST", "/api/v1/onboarding",
         "{\"level\":\"level1\",\"types\":[\"kind2\"],\"n\":12,\"knobs\":{\"prior\":\"learned\"}}"},
        {"GET", "/api/v1/items/popular?n=50", ""},
        {"POST", "/api/v1/workouts/query", "{\"must\":{\"keywords\":\"number 12\"}}"},
        {"GET", "/api/v1/items/item-7", ""},
        {"GET", "/api/v1/items/item-3", ""},
    };
    world w;
    prt_packed whole, cut;
    make_world(&w);
    assert_int_equal(prt_pack_make(&w.pack, &whole, NULL), PR_OK);
    w.pack.shard_bytes = 200;
    assert_int_equal(prt_pack_make(&w.pack, &cut, NULL), PR_OK);
    assert_int_equal(shards_of(&whole, "items"), 1);
    assert_true(shards_of(&cut, "items") > 5 && shards_of(&cut, "terms") > 5 && shards_of(&cut, "segments") > 2 &&
                shards_of(&cut, "item_ids") > 1);
    pr_engine *one = open_packed(&whole), *many = open_packed(&cut);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        char *first = strdup(ask(one, requests[i][0], requests[i][1], requests[i][2], 200));
        assert_string_equal(first, ask(many, requests[i][0], requests[i][1], requests[i][2], 200));
        free(first);
    }
    pr_engine_close(one);
    pr_engine_close(many);
    prt_packed_free(&whole);
    prt_packed_free(&cut);
    free_world(&w);
}

static void columns_arrive_as_they_were(void **state) {
    (void)state;
    world w;
    prt_packed packed;
    make_world(&w);
    assert_int_equal(prt_pack_make(&w.pack, &packed, NULL), PR_OK);
    pr_engine *engine = open_packed(&packed);
    const char *text = ask(engine, "GET", "/api/v1/items/item-9", "", 200);
    assert_non_null(strstr(text, "\"title\":\"Title of \xc3\xbc number 9\""));
    assert_non_null(strstr(text, "\"kind\":\"kind1\""));
    assert_non_null(strstr(text, "\"tags\":[\"tag1\",\"tag3\"]"));
    assert_non_null(strstr(text, "\"minutes\":45"));
    assert_non_null(strstr(text, "\"released\":\"2024-10-13\""));
    assert_non_null(strstr(text, "\"price\":1.125"));
    assert_null(strstr(ask(engine, "GET", "/api/v1/items/item-7", "", 200), "\"minutes\":35"));
    pr_engine_close(engine);
    prt_packed_free(&packed);
    free_world(&w);
}

static void few_people_are_not_published(void **state) {
    (void)state;
    world w;
    prt_packed packed;
    make_world(&w);
    w.pack.min_users = USERS + 1;
    assert_int_equal(prt_pack_make(&w.pack, &packed, NULL), PR_OK);
    assert_int_equal(shards_of(&packed, "segments"), 0);
    assert_int_equal(packed.segment_count, 0);
    for (uint32_t i = 0; i < packed.shard_count; i++)
        assert_true(strcmp(packed.shards[i].table, "groups") != 0 || packed.shards[i].rows == 0);
    pr_engine *engine = open_packed(&packed);
    const char *text = ask(engine, "GET", "/api/v1/items/popular?n=1", "", 200);
    assert_null(strstr(text, "\"started\":1"));
    pr_engine_close(engine);
    prt_packed_free(&packed);
    free_world(&w);
}

static void shards_are_named_by_their_content(void **state) {
    (void)state;
    world w;
    prt_packed packed;
    make_world(&w);
    assert_int_equal(prt_pack_make(&w.pack, &packed, NULL), PR_OK);
    for (uint32_t i = 0; i < packed.shard_count; i++) {
        const prt_packed_shard *s = &packed.shards[i];
        char name[160];
        snprintf(name, sizeof name, "%s-%.16s.safetensors", s->table, s->sha256);
        assert_string_equal(name, s->file);
    }
    prt_packed_free(&packed);
    free_world(&w);
}

/* ---- texts ---- */

static void assert_buffer(const pr_buffer *buffer, const char *text) {
    assert_int_equal(buffer->size, strlen(text));
    assert_memory_equal(buffer->bytes, text, buffer->size);
}

static void csv_fields_are_quoted_where_needed(void **state) {
    (void)state;
    pr_arena arena = {0};
    pr_buffer out = {.arena = &arena};
    const char *const fields[] = {"plain", "a,b", "say \"x\"", "two\nlines", ""};
    for (int i = 0; i < 5; i++) {
        prt_csv_field(&out, fields[i], strlen(fields[i]));
        pr_buffer_append(&out, ";", 1);
    }
    assert_buffer(&out, "plain;\"a,b\";\"say \"\"x\"\"\";\"two\nlines\";;");
    pr_arena_free(&arena);
}

static void html_is_escaped_and_spliced(void **state) {
    (void)state;
    pr_arena arena = {0};
    pr_buffer text = {.arena = &arena}, page = {.arena = &arena};
    const char hostile[] = "<script>\"x\" & 'y'\n</script>";
    prt_html_text(&text, hostile, sizeof hostile - 1);
    assert_buffer(&text, "&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39; &lt;/script&gt;");
    const char html[] = "<meta name=\"pocketrec-needs\" content=\"unknown\"><p><!-- pocketrec:top:begin -->old<!-- "
                        "pocketrec:top:end --></p>";
    const pr_text whole = {html, sizeof html - 1}, list = {"new", 3}, needs = {"shop meaning", 12}, none = {"", 0};
    const pr_text body = {strchr(html, '>') + 1, strlen(strchr(html, '>') + 1)};
    assert_true(prt_static_list_splice(whole, list, needs, &page));
    assert_buffer(&page,
                  "<meta name=\"pocketrec-needs\" content=\"shop meaning\"><p><!-- pocketrec:top:begin -->new<!-- "
                  "pocketrec:top:end --></p>");
    pr_buffer again = {.arena = &arena}, without = {.arena = &arena}, broken = {.arena = &arena};
    assert_true(prt_static_list_splice((pr_text){page.bytes, page.size}, none, none, &again));
    assert_buffer(&again, "<meta name=\"pocketrec-needs\" content=\"\"><p><!-- pocketrec:top:begin --><!-- "
                          "pocketrec:top:end --></p>");
    assert_true(prt_static_list_splice(body, list, needs, &without));
    assert_buffer(&without, "<p><!-- pocketrec:top:begin -->new<!-- pocketrec:top:end --></p>");
    assert_false(prt_static_list_splice((pr_text){html, sizeof html - 20}, list, needs, &broken));
    assert_false(prt_static_list_splice((pr_text){html, 40}, list, needs, &broken));
    assert_false(prt_static_list_splice(none, list, needs, &broken));
    pr_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uints_take_the_smallest_width),     cmocka_unit_test(cut_shards_answer_alike),
        cmocka_unit_test(columns_arrive_as_they_were),       cmocka_unit_test(few_people_are_not_published),
        cmocka_unit_test(shards_are_named_by_their_content), cmocka_unit_test(csv_fields_are_quoted_where_needed),
        cmocka_unit_test(html_is_escaped_and_spliced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
