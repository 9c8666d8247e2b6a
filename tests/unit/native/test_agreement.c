/* What is learned from is what is served: a feature row made from the log equals, bit for bit, the one that the core
 * makes from a visitor's state and the bundle; and the route's scores are the packed model's scores of these rows.
 * Needs libduckdb.so: in POCKETREC_DUCKDB, else where the build puts it. */
#include "fail.h"
#include "ingest.h"
#include "progress.h"
#include "ranking.h"
#include "serve_topk.h"
#include "synth.h"
#include "train.h"

/* DuckDB 1.5.5 itself loses the handle of each extension's file; what we lose is still found. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libduckdb.so\n";
}

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { USER_STEP = 7, TOPK = 12, NOW = 1763769600 };

static char folder[] = "/tmp/pocketrec-agreement-XXXXXX";
static prt_config config;
static prt_dataset dataset;
static prt_history history;
static prt_packed packed;
static pr_engine *engine;
static pr_arena arena;

static void succeed(pr_status status, const pr_error *error) {
    if (status != PR_OK)
        fail_msg("%s", error->message);
}

static void find_library(void) {
    char path[512];
    const char *source = getenv("PR_TEST_SOURCE");
    snprintf(path, sizeof path, "%s/build/duckdb", source ? source : ".");
    setenv("POCKETREC_DUCKDB", path, 0);
}

static int make(void **state) {
    (void)state;
    find_library();
    prt_log_set(PRT_LOG_QUIET);
    prt_trainer_options options = PRT_TRAINER_OPTIONS_INIT;
    pr_options limits = PR_OPTIONS_INIT;
    char path[128];
    pr_error error = {0};
    options.users = 300;
    options.trainers = 80;
    options.weeks = 5;
    options.directory = mkdtemp(folder);
    snprintf(path, sizeof path, "%s/pocketrec.json", folder);
    pr_arena_init(&arena, NULL, 0);
    succeed(prt_synth_trainers(&options, &error), &error);
    succeed(prt_config_read(path, &config, &error), &error);
    config.ranking.model = PRT_MODEL_logistic; /* needs no library */
    config.limits.min_users = 12;              /* so that some sums of items are left out */
    succeed(prt_ingest(&config, 2, &dataset, &error), &error);
    succeed(prt_history_make(&config, &dataset, 2, &history, &error), &error);
    succeed(prt_train(&config, &dataset, 2, NOW, &packed, &error), &error);
    succeed(pr_engine_open(packed.manifest.bytes, packed.manifest.size, &limits, &engine, &error), &error);
    for (uint32_t i = 0; i < packed.shard_count; i++)
        succeed(pr_engine_attach(engine, i, packed.shards[i].bytes, packed.shards[i].size, &error), &error);
    return 0;
}

static int drop(void **state) {
    (void)state;
    char command[64];
    pr_engine_close(engine);
    prt_packed_free(&packed);
    prt_history_free(&history);
    prt_dataset_free(&dataset);
    prt_config_free(&config);
    pr_arena_free(&arena);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? 0 : -1;
}

static pr_text state_of(uint32_t user, int32_t week) {
    pr_error error = {0};
    pr_text out;
    succeed(prt_state_of_user(&dataset, &history, user, week, &arena, &out, &error), &error);
    return out;
}

/* Compare the rows of all items; returns how many differ from the rows that the log gives for `log_week`. */
static uint32_t differing_rows(uint32_t user, int32_t week, int32_t log_week) {
    float served[PR_MAX_FEATURES], learned[PR_MAX_FEATURES];
    pr_error error = {0};
    pr_state state;
    pr_ranking_inputs inputs = {0};
    uint32_t differing = 0;
    pr_arena_reset(&engine->scratch);
    succeed(pr__state_read(&engine->settings, state_of(user, week), &engine->scratch, &state, &error), &error);
    const pr_ranking_query query = {.week = week, .goal = state.goal, .state = &state};
    succeed(pr__ranking_inputs(engine, &query, &inputs, &error), &error);
    for (uint32_t item = 0; item < history.item_count; item++) {
        uint32_t number = pr__item_find(engine, prt_string(&dataset.items.ids, item));
        assert_true(pr__ranking_row(engine, &inputs, number, served));
        prt_history_row(&history, user, item, history.user_goal[user], log_week, learned);
        differing += memcmp(served, learned, history.feature_count * sizeof *served) != 0;
    }
    return differing;
}

static void test_rows_are_equal(void **unused) {
    (void)unused;
    assert_int_equal(engine->ranking.feature_count, history.feature_count);
    for (int32_t week = history.first_week + 1; week <= history.last_week + 3; week++) {
        for (uint32_t user = 0; user < history.user_count; user += USER_STEP)
            assert_int_equal(differing_rows(user, week, week), 0);
    }
    assert_true(differing_rows(0, history.last_week + 1, history.last_week) > 0); /* another week is told apart */
}

static const pr_model *packed_model(void) {
    const pr_model *model = NULL;
    pr_error error = {0};
    for (uint32_t i = 0; i < packed.shard_count; i++) {
        if (strcmp(packed.shards[i].table, "linear") == 0)
            succeed(pr_model_open(packed.shards[i].bytes, packed.shards[i].size, &arena, &model, &error), &error);
    }
    assert_non_null(model);
    return model;
}

static uint32_t item_of(const pr_json *id) {
    for (uint32_t i = 0; i < history.item_count; i++) {
        pr_text text = prt_string(&dataset.items.ids, i);
        if (id->size == text.size && memcmp(id->string, text.bytes, text.size) == 0)
            return i;
    }
    fail_msg("the bundle gave an item that is not in the log");
    return 0;
}

/* The score as an answer states it. */
static void check_score(const pr_model *model, uint32_t user, int32_t week, const pr_json *ranked) {
    float row[PR_MAX_FEATURES];
    double score;
    char expected[32], given[32];
    prt_history_row(&history, user, item_of(pr_json_get(ranked, "id")), history.user_goal[user], week, row);
    assert_int_equal(pr_model_score(model, row, 1, &arena, &score), PR_OK);
    expected[pr_format_number(score, expected)] = 0;
    given[pr_format_number(pr_json_get(ranked, "score")->number, given)] = 0;
    assert_string_equal(given, expected);
}

static void test_scores_are_the_models(void **unused) {
    (void)unused;
    const int32_t week = history.last_week + 1;
    const pr_model *model = packed_model();
    for (uint32_t user = 0; user < history.user_count; user += USER_STEP) {
        pr_error error = {0};
        pr_response response;
        const pr_json *answer;
        pr_request request = {.method = {"GET", 3}, .state = state_of(user, week), .now = NOW};
        request.path = prt_topk_path(prt_string(&dataset.users.ids, user), week, TOPK, &arena);
        succeed(pr_engine_call(engine, &request, &response, &error), &error);
        assert_int_equal(response.status, 200);
        succeed(pr_json_parse(response.body.bytes, response.body.size, NULL, &arena, &answer, &error), &error);
        const pr_json *list = pr_json_get(answer, "recommendations");
        assert_int_equal(list->size, TOPK);
        for (const pr_json *ranked = list->first; ranked; ranked = ranked->next)
            check_score(model, user, week, ranked);
    }
}

static void test_states_hold_the_past_alone(void **unused) {
    (void)unused;
    pr_error error = {0};
    const pr_json *state;
    pr_text first = state_of(0, history.first_week), all = state_of(0, history.last_week + 1);
    succeed(pr_json_parse(first.bytes, first.size, NULL, &arena, &state, &error), &error);
    assert_null(pr_json_get(state, "weekly"));
    succeed(pr_json_parse(all.bytes, all.size, NULL, &arena, &state, &error), &error);
    const pr_json *rows = pr_json_get(state, "weekly");
    uint64_t start = history.pairs.starts[history.user_pairs[0]], end = history.pairs.starts[history.user_pairs[1]];
    assert_true(end > start);
    assert_int_equal(rows->size, end - start);
}

static void test_ids_are_encoded(void **unused) {
    (void)unused;
    pr_text path = prt_topk_path((pr_text){"a/b ?\xC3\xA9", 7}, 9, 5, &arena);
    const char expected[] = "/api/v1/trainers/a%2Fb%20%3F%C3%A9?week=9&topk=5";
    assert_int_equal(path.size, sizeof expected - 1);
    assert_memory_equal(path.bytes, expected, path.size);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_equal),
        cmocka_unit_test(test_scores_are_the_models),
        cmocka_unit_test(test_states_hold_the_past_alone),
        cmocka_unit_test(test_ids_are_encoded),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
