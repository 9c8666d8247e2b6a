/* The weekly ranking through the routes: goals, backfill, weeks on the device, exploration, reasons; hostile requests,
 * states and shards; memory that fails; shards that are missing. */
#include "small_bundle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
enum { SEEDS = 5000, REQUESTS = 300, FLIPS = 300 }; /* slow builds take a sample */
#else
enum { SEEDS = 200000, REQUESTS = 3000, FLIPS = 4000 };
#endif

static pr_test_bundle bundle;
static pr_engine *engine;
static pr_arena arena;
static int64_t now;
static int32_t last_week;

static int set_up(void **state) {
    (void)state;
    pr_test_bundle_read(getenv("PR_TEST_RANKING"), &bundle);
    pr_error error = {0};
    if (pr_test_bundle_open(&bundle, NULL, &engine, &error) != PR_OK)
        fail_msg("the fixture's bundle was refused: %s", error.message);
    pr_arena_init(&arena, NULL, 0);
    const pr_json *manifest = NULL;
    assert_int_equal(pr_json_parse((char *)bundle.manifest.bytes, bundle.manifest.size, NULL, &arena, &manifest, NULL),
                     PR_OK);
    const pr_json *ranking = pr_json_get(pr_json_get(manifest, "settings"), "ranking");
    now = (int64_t)pr_json_get(ranking, "next_week_start")->number + 3600;
    last_week = (int32_t)pr_json_get(ranking, "last_week")->number;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pr_engine_close(engine);
    pr_test_bundle_free(&bundle);
    pr_arena_free(&arena);
    return 0;
}

static char kept[1 << 20]; /* the state that the last changing request gave */
static int status;
static uint64_t seed = 1;

/* The parsed answer, valid until the next call; `status` is set, and `kept` when the state changed. */
static const pr_json *ask_of(pr_engine *asked, const char *method, const char *path, const char *body,
                             const char *state) {
    pr_request request = pr_test_request(method, path, body, state);
    pr_response response;
    pr_error error = {0};
    const pr_json *root = NULL;
    const pr_json_limits limits = {.max_bytes = (size_t)16 << 20};
    request.now = now;
    request.seed = seed;
    if (pr_engine_call(asked, &request, &response, &error) != PR_OK)
        fail_msg("%s %s: %s", method, path, error.message);
    pr_arena_reset(&arena);
    assert_int_equal(pr_json_parse(response.body.bytes, response.body.size, &limits, &arena, &root, NULL), PR_OK);
    status = response.status;
    if (response.state_changed) {
        assert_true(response.state.size < sizeof kept);
        if (response.state.size)
            memcpy(kept, response.state.bytes, response.state.size);
        kept[response.state.size] = 0;
    }
    return root;
}

static const pr_json *ask(const char *method, const char *path, const char *body, const char *state) {
    return ask_of(engine, method, path, body, state);
}

static double number(const pr_json *object, const char *key) {
    const pr_json *value = pr_json_get(object, key);
    assert_non_null(value);
    assert_int_equal(value->type, PR_JSON_NUMBER);
    return value->number;
}

static const char *text(const pr_json *object, const char *key) {
    const pr_json *value = pr_json_get(object, key);
    assert_non_null(value);
    return value->type == PR_JSON_STRING ? value->string : NULL;
}

static bool yes(const pr_json *object, const char *key) {
    const pr_json *value = pr_json_get(object, key);
    assert_non_null(value);
    assert_int_equal(value->type, PR_JSON_BOOL);
    return value->boolean;
}

static const pr_json *list_of(const pr_json *answer) {
    const pr_json *list = pr_json_get(answer, "recommendations");
    assert_int_equal(status, 200);
    assert_non_null(list);
    return list;
}

static void test_goal_filters_and_popularity_fills_up(void **state) {
    (void)state;
    const pr_json *answer = ask("GET", "/api/v1/trainers/U%2F1?goal=rehab&topk=30&min_candidates=30", NULL, NULL);
    uint32_t matched = 0, filled = 0;
    double before = INFINITY;
    for (const pr_json *one = list_of(answer)->first; one; one = one->next) {
        bool match = yes(one, "goal_match");
        matched += match;
        filled += !match;
        assert_string_equal(text(one, "source"), match ? "goal" : "popularity");
        assert_int_equal(pr_json_get(one, "matches")->size > 0, match);
        assert_true(number(one, "score") <= before);
        before = number(one, "score");
        assert_true(number(one, "propensity") == 1);
        assert_null(pr_json_get(one, "reasons"));
    }
    assert_string_equal(text(answer, "user_id"), "U/1");
    assert_string_equal(text(answer, "goal"), "rehab");
    assert_true(yes(answer, "goal_known"));
    assert_true(matched > 0 && filled > 0);
    assert_int_equal((uint32_t)number(answer, "matched"), matched);
    assert_int_equal((uint32_t)number(answer, "backfilled"), filled);
    assert_int_equal((uint32_t)number(answer, "candidates"), 30);
    assert_int_equal((uint32_t)number(answer, "returned"), 30);
    assert_int_equal((int32_t)number(answer, "week"), last_week + 1);
    assert_null(text(answer, "reason"));
}

static void test_fallbacks_are_named(void **state) {
    (void)state;
    const pr_json *answer = ask("GET", "/api/v1/trainers/U1?goal=playing+chess", NULL, NULL);
    assert_false(yes(answer, "goal_known"));
    assert_string_equal(text(answer, "reason"), "unknown_goal");
    for (const pr_json *one = list_of(answer)->first; one; one = one->next)
        assert_string_equal(text(one, "source"), "popularity");
    answer = ask("GET", "/api/v1/trainers/U1", NULL, NULL);
    assert_string_equal(text(answer, "reason"), "no_goal");
    for (const pr_json *one = list_of(answer)->first; one; one = one->next)
        assert_string_equal(text(one, "source"), "catalogue");
    answer = ask("GET", "/api/v1/trainers/U1?goal=rehab&topk=1000", NULL, NULL);
    assert_string_equal(text(answer, "reason"), "exhausted");
}

static void test_wrong_parameters_are_named(void **state) {
    (void)state;
    static const struct {
        const char *query, *field;
    } cases[] = {
        {"week=0", "week"},
        {"week=1", "week"},
        {"week=abc", "week"},
        {"week=3.5", "week"},
        {"week=1000000", "week"},
        {"week=", "week"},
        {"topk=0", "topk"},
        {"topk=1001", "topk"},
        {"topk=-1", "topk"},
        {"topk=2.5", "topk"},
        {"min_candidates=0", "min_candidates"},
        {"min_candidates=1001", "min_candidates"},
        {"decay=0", "decay"},
        {"decay=1.1", "decay"},
        {"decay=NaN", "decay"},
        {"explore=-0.1", "explore"},
        {"explore=2", "explore"},
        {"explain=yes", "explain"},
        {"topk=1&topk=2", "topk"},
        {"explain=", "explain"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[200];
        snprintf(path, sizeof path, "/api/v1/trainers/U1?%s", cases[i].query);
        const pr_json *answer = ask("GET", path, NULL, NULL);
        assert_int_equal(status, 422);
        assert_string_equal(text(pr_json_get(answer, "error"), "field"), cases[i].field);
    }
    char long_goal[300] = "/api/v1/trainers/U1?goal=", long_id[400] = "/api/v1/trainers/";
    memset(long_goal + strlen(long_goal), 'x', 201);
    assert_string_equal(text(pr_json_get(ask("GET", long_goal, NULL, NULL), "error"), "field"), "goal");
    memset(long_id + strlen(long_id), 'x', 257);
    assert_string_equal(text(pr_json_get(ask("GET", long_id, NULL, NULL), "error"), "field"), "user_id");
}

static void test_a_goal_is_stored_used_cleared_and_forgotten(void **state) {
    (void)state;
    const pr_json *answer = ask("POST", "/api/v1/trainers/goal", "{\"goal\":\"rehab\"}", NULL);
    assert_int_equal(status, 200);
    assert_true(yes(answer, "goal_known"));
    assert_non_null(strstr(kept, "\"goal\":\"rehab\""));
    assert_string_equal(text(ask("GET", "/api/v1/trainers/U1", NULL, kept), "goal"), "rehab");
    assert_string_equal(text(ask("GET", "/api/v1/trainers/goals", NULL, kept), "goal"), "rehab");
    assert_string_equal(text(ask("GET", "/api/v1/me", NULL, kept), "goal"), "rehab");
    assert_null(text(ask("GET", "/api/v1/trainers/U1?goal=", NULL, kept), "goal"));
    ask("POST", "/api/v1/trainers/goal", "{\"goal\":null}", kept);
    assert_null(strstr(kept, "goal"));
    ask("DELETE", "/api/v1/me", NULL, kept);
    assert_string_equal(kept, "");
    static const char *const wrong[] = {"{}", "{\"goal\":3}", "{\"goal\":[]}", "{\"goal\":\"a\",\"b\":1}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ask("POST", "/api/v1/trainers/goal", wrong[i], NULL);
        assert_int_equal(status, 422);
    }
}

/* The only weekly row of the state that was kept. */
static const pr_json *own_row(void) {
    const pr_json *rows = pr_json_get(ask("GET", "/api/v1/me", NULL, kept), "weekly");
    assert_non_null(rows);
    assert_int_equal(rows->size, 1);
    return rows->first;
}

static void test_signals_are_added_up_by_week(void **state) {
    (void)state;
    ask("POST", "/api/v1/events",
        "{\"events\":[{\"type\":\"click\",\"item\":\"T1\"},{\"type\":\"impression\",\"item\":\"T1\"},"
        "{\"type\":\"view\",\"item\":\"T1\",\"watch\":0.62},{\"type\":\"view\",\"item\":\"T1\"}]}",
        NULL);
    assert_int_equal(status, 201);
    const pr_json *row = own_row();
    assert_int_equal(number(row, "week"), last_week + 1);
    assert_int_equal(number(row, "impressions"), 2); /* one with the click */
    assert_int_equal(number(row, "clicks"), 1);
    assert_int_equal(number(row, "views"), 2);
    assert_int_equal(number(row, "watch"), 620);
    ask("POST", "/api/v1/events", "{\"type\":\"like\",\"item\":\"T1\",\"watch\":1}", NULL);
    assert_int_equal(status, 422);
    ask("POST", "/api/v1/events", "{\"type\":\"view\",\"item\":\"T1\",\"watch\":1.01}", NULL);
    assert_int_equal(status, 422);
    ask("POST", "/api/v1/events", "{\"type\":\"click\",\"item\":\"nobody\"}", NULL);
    assert_int_equal(status, 404);
}

/* The value of a feature of T1 in the list for a week; NAN when it contributes nothing. */
static double value_of(const char *feature, int32_t week, const char *of) {
    char path[200];
    snprintf(path, sizeof path, "/api/v1/trainers/U1?topk=1000&explain=1&week=%d", week);
    const pr_json *answer = ask("GET", path, NULL, of);
    for (const pr_json *one = list_of(answer)->first; one; one = one->next) {
        if (strcmp(text(one, "id"), "T1") != 0)
            continue;
        for (const pr_json *reason = pr_json_get(one, "reasons")->first; reason; reason = reason->next) {
            if (strcmp(text(reason, "feature"), feature) == 0)
                return number(reason, "value");
        }
    }
    return NAN;
}

static void test_a_week_counts_only_afterwards(void **state) {
    (void)state;
    char own[400];
    snprintf(own, sizeof own,
             "{\"version\":1,\"profile\":{},\"events\":[],\"weekly\":[{\"item\":\"T1\",\"week\":%d,\"impressions\":900,"
             "\"clicks\":800,\"views\":0,\"likes\":0,\"watch\":0}]}",
             last_week + 1);
    assert_true(value_of("all_impressions", last_week + 1, own) == 0);
    assert_true(value_of("all_impressions", last_week + 2, own) == 900);
    ask("GET", "/api/v1/trainers/U1?topk=40", NULL, own);
    assert_int_equal(status, 200);
}

/* What everybody did does not melt away when a bundle is not trained for a while; what the visitor did does. */
static void test_a_stale_bundle_keeps_its_rates(void **state) {
    (void)state;
    enum { MOST = 64 };
    double score[MOST], popularity[MOST];
    char path[80], own[512];
    for (int run = 0; run < 2; run++) { /* without a history of one's own only the log speaks */
        uint32_t n = 0;
        snprintf(path, sizeof path, "/api/v1/trainers/U1?topk=1000&goal=rehab&week=%d", last_week + 1 + 8 * run);
        for (const pr_json *one = list_of(ask("GET", path, NULL, NULL))->first; one && n < MOST; one = one->next, n++) {
            assert_true(run == 0 || score[n] == number(one, "score"));
            assert_true(run == 0 || popularity[n] == number(one, "popularity"));
            score[n] = number(one, "score");
            popularity[n] = number(one, "popularity");
        }
        assert_true(n > 1 && popularity[0] > 0);
    }
    snprintf(
        own, sizeof own,
        "{\"version\":1,\"events\":[],\"weekly\":[{\"item\":\"T1\",\"week\":%d,\"impressions\":900,\"clicks\":90}]}",
        last_week);
    assert_true(value_of("impressions", last_week + 1, own) == 900);
    assert_true(value_of("impressions", last_week + 9, own) < 900);
}

static void test_reasons_add_up_to_the_score(void **state) {
    (void)state;
    const pr_json *answer = ask("GET", "/api/v1/trainers/U1?goal=weight+loss&topk=40&explain=true", NULL, NULL);
    for (const pr_json *one = list_of(answer)->first; one; one = one->next) {
        double sum = number(one, "base") + number(one, "other"), before = INFINITY;
        const pr_json *reasons = pr_json_get(one, "reasons");
        assert_true(reasons->size <= 12);
        for (const pr_json *reason = reasons->first; reason; reason = reason->next) {
            double contribution = number(reason, "contribution");
            assert_true(contribution != 0 && fabs(contribution) <= before);
            before = fabs(contribution);
            sum += contribution;
        }
        assert_true(fabs(sum - number(one, "score")) < 1e-6);
    }
}

/* Places are drawn as often as their propensities say: chi-square of who stands first and second. */
static void test_propensities_are_frequencies(void **state) {
    (void)state;
    enum { MOST = 64 };
    double expected[2][MOST] = {{0}}, seen[2][MOST] = {{0}};
    char ids[MOST][64];
    uint32_t count = 0;
    const char *path = "/api/v1/trainers/U1?goal=rehab&topk=%d&min_candidates=12&explore=%s";
    char all[200], two[200];
    snprintf(all, sizeof all, path, 12, "0");
    snprintf(two, sizeof two, path, 2, "0.3");
    for (const pr_json *one = list_of(ask("GET", all, NULL, NULL))->first; one; one = one->next)
        snprintf(ids[count++], sizeof ids[0], "%s", text(one, "id"));
    assert_int_equal(count, 12);
    for (uint32_t i = 0; i < count; i++) {
        double first = (i == 0 ? 0.7 : 0) + 0.3 / count;
        expected[0][i] += first;
        for (uint32_t k = 0; k < count; k++) { /* second, given i first */
            uint32_t best = i == 0 ? 1 : 0;
            expected[1][k] += k == i ? 0 : first * ((k == best ? 0.7 : 0) + 0.3 / (count - 1));
        }
    }
    for (seed = 1; seed <= SEEDS; seed++) {
        uint32_t place = 0, first = 0;
        for (const pr_json *one = list_of(ask("GET", two, NULL, NULL))->first; one; one = one->next, place++) {
            uint32_t at = 0;
            while (strcmp(ids[at], text(one, "id")) != 0)
                assert_true(++at < count);
            uint32_t best = place == 1 && first == 0 ? 1 : 0, left = count - place;
            seen[place][at]++;
            assert_true(fabs(number(one, "propensity") - ((at == best ? 0.7 : 0) + 0.3 / left)) < 1e-8);
            first = at;
        }
        assert_int_equal(place, 2);
    }
    seed = 1;
    for (int place = 0; place < 2; place++) {
        double chi = 0;
        for (uint32_t i = 0; i < count; i++) {
            double e = expected[place][i] * SEEDS;
            chi += (seen[place][i] - e) * (seen[place][i] - e) / e;
        }
        print_message("chi-square of place %d: %.2f with 11 degrees of freedom\n", place + 1, chi);
        assert_true(chi < 31.3); /* 99.9 % */
    }
}

/* topk unique allowed items, or a reason. */
static void test_exactly_n(void **state) {
    (void)state;
    static const char *const goals[] = {"", "&goal=rehab", "&goal=weight+loss", "&goal=chess", "&goal="};
    for (uint32_t i = 0; i < REQUESTS; i++) {
        char path[200], own[2000], *end = own;
        uint32_t topk = 1 + (uint32_t)(pr_uniform(5, 9 * i) * 45), disliked = (uint32_t)(pr_uniform(5, 9 * i + 1) * 12);
        end += sprintf(end, "{\"version\":1,\"events\":[");
        for (uint32_t d = 1; d <= disliked; d++)
            end += sprintf(end, "%s{\"type\":\"dislike\",\"item\":\"T%u\",\"time\":1}", d > 1 ? "," : "", d * 3);
        sprintf(end, "]}");
        seed = i;
        snprintf(path, sizeof path, "/api/v1/trainers/U1?topk=%u&min_candidates=%u&explore=%.2f%s", topk,
                 1 + (uint32_t)(pr_uniform(5, 9 * i + 2) * 45), pr_uniform(5, 9 * i + 3), goals[i % 5]);
        const pr_json *answer = ask("GET", path, NULL, own);
        bool shown[64] = {false};
        uint32_t count = 0;
        for (const pr_json *one = list_of(answer)->first; one; one = one->next, count++) {
            uint32_t id = (uint32_t)atoi(text(one, "id") + 1);
            assert_true(id < 64 && !shown[id] && (id % 3 != 0 || id > 3 * disliked));
            shown[id] = true;
            assert_int_equal(number(one, "position"), count + 1);
        }
        assert_int_equal(number(answer, "returned"), count);
        uint32_t allowed = 40 - disliked;
        assert_int_equal(count, topk < allowed ? topk : allowed);
        if (count < topk)
            assert_string_equal(text(answer, "reason"), "exhausted");
    }
    seed = 1;
}

static void test_hostile_states_are_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "\"goal\":3",
        "\"weekly\":{}",
        "\"weekly\":[3]",
        "\"weekly\":[{}]",
        "\"weekly\":[{\"item\":\"T1\"}]",
        "\"weekly\":[{\"item\":\"T1\",\"week\":-1}]",
        "\"weekly\":[{\"item\":\"T1\",\"week\":1.5}]",
        "\"weekly\":[{\"item\":\"T1\",\"week\":1e9}]",
        "\"weekly\":[{\"item\":\"\",\"week\":1}]",
        "\"weekly\":[{\"item\":\"T1\",\"week\":1,\"clicks\":-1}]",
        "\"weekly\":[{\"item\":\"T1\",\"week\":1,\"views\":1e12}]",
        "\"weekly\":[{\"item\":\"T1\",\"week\":1,\"watch\":1e300}]",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char body[300];
        snprintf(body, sizeof body, "{\"version\":1,%s}", wrong[i]);
        ask("PUT", "/api/v1/me", body, NULL);
        assert_int_equal(status, 422);
        ask("GET", "/api/v1/trainers/U1", NULL, body);
        assert_int_equal(status, 400);
    }
}

/* 4,096 rows; the oldest week makes room for a new one. */
static void test_the_oldest_week_makes_room(void **state) {
    (void)state;
    static char own[1 << 20];
    char *end = own + sprintf(own, "{\"version\":1,\"events\":[],\"weekly\":[");
    for (uint32_t i = 0; i < 4096; i++)
        end += sprintf(end, "%s{\"item\":\"T%u\",\"week\":%d,\"impressions\":%u}", i ? "," : "", i,
                       i == 77 ? last_week - 1 : last_week, i);
    sprintf(end, "]}");
    ask("PUT", "/api/v1/me", own, NULL);
    assert_int_equal(status, 200);
    ask("POST", "/api/v1/events", "{\"type\":\"click\",\"item\":\"T1\"}", kept);
    assert_int_equal(status, 201);
    assert_null(strstr(kept, "\"T77\""));
    const pr_json *rows = pr_json_get(ask("GET", "/api/v1/me", NULL, kept), "weekly");
    assert_int_equal(rows->size, 4096);
    ask("GET", "/api/v1/trainers/U1", NULL, kept);
    assert_int_equal(status, 200);
}

static const char OWN[] =
    "{\"version\":1,\"profile\":{},\"events\":[{\"type\":\"like\",\"item\":\"T2\",\"time\":1}],"
    "\"goal\":\"rehab\",\"weekly\":[{\"item\":\"T2\",\"week\":2,\"impressions\":9,\"clicks\":4}]}";
static const char LIST[] = "/api/v1/trainers/U1?topk=20&explain=1&explore=0.5";

/* The answer to LIST, copied. */
static char *answer_of(pr_engine *asked, pr_status *outcome) {
    pr_request request = pr_test_request("GET", LIST, NULL, OWN);
    pr_response response;
    *outcome = pr_engine_call(asked, &request, &response, NULL);
    return *outcome == PR_OK ? strndup(response.body.bytes, response.body.size) : NULL;
}

static void test_missing_shards_are_page_faults(void **state) {
    (void)state;
    pr_engine *empty;
    pr_request request = pr_test_request("GET", LIST, NULL, OWN);
    pr_response response;
    pr_status outcome;
    uint32_t rounds = 0;
    assert_int_equal(pr_engine_open(bundle.manifest.bytes, bundle.manifest.size, NULL, &empty, NULL), PR_OK);
    while (pr_engine_call(empty, &request, &response, NULL) == PR_MISSING) {
        assert_true(response.missing_count > 0 && rounds++ < 5);
        for (uint32_t i = 0; i < response.missing_count; i++) {
            uint32_t shard = response.missing[i];
            assert_int_equal(
                pr_engine_attach(empty, shard, bundle.shards[shard].bytes, bundle.shards[shard].size, NULL), PR_OK);
        }
    }
    char *expected = answer_of(engine, &outcome), *got = answer_of(empty, &outcome);
    assert_string_equal(expected, got);
    print_message("all shards in %u rounds\n", rounds);
    free(expected);
    free(got);
    pr_engine_close(empty);
}

static void test_every_failing_allocation_is_a_clean_error(void **state) {
    (void)state;
    pr_status outcome;
    char *expected = answer_of(engine, &outcome);
    size_t fail_at = 1;
    for (bool reached = true; reached; fail_at++) {
        pr_test_allocator allocator;
        pr_test_allocator_init(&allocator, fail_at);
        pr_engine *poor = NULL;
        pr_error error = {0};
        outcome = pr_test_bundle_open(&bundle, &allocator.hooks, &poor, &error);
        if (poor) {
            char *got = answer_of(poor, &outcome);
            if (!got) {
                assert_int_equal(outcome, PR_E_MEMORY);
                got = answer_of(poor, &outcome); /* the engine survives */
            }
            assert_non_null(got);
            assert_string_equal(got, expected);
            free(got);
        } else
            assert_int_equal(outcome, PR_E_MEMORY);
        pr_engine_close(poor);
        assert_int_equal(allocator.live_blocks, 0);
        reached = allocator.calls >= fail_at;
    }
    print_message("%zu allocations failed one after the other\n", fail_at - 2);
    assert_true(fail_at > 4);
    free(expected);
}

/* Behind a true hash no byte of the ranking's shards can crash the engine, and every refusal has a reason. */
static void test_no_byte_of_a_shard_can_crash(void **state) {
    (void)state;
    uint32_t refused = 0, tried = 0;
    for (uint32_t shard = 0; shard < bundle.shard_count; shard++) {
        const pr_test_file *file = &bundle.shards[shard];
        if (strncmp(file->name, "week", 4) != 0 && strncmp(file->name, "linear", 6) != 0)
            continue;
        unsigned char *bytes = malloc(file->size);
        for (uint32_t n = 0; n < FLIPS / 4; n++) {
            memcpy(bytes, file->bytes, file->size);
            size_t at = (size_t)(pr_uniform(shard, 2ull * n) * (double)file->size);
            bytes[at] ^= (unsigned char)(1u << (uint32_t)(pr_uniform(shard, 2ull * n + 1) * 8));
            char *manifest = pr_test_promise(&bundle, shard, bytes, file->size);
            pr_engine *hurt;
            pr_error error = {0};
            pr_status outcome;
            assert_int_equal(pr_engine_open(manifest, strlen(manifest), NULL, &hurt, NULL), PR_OK);
            for (uint32_t i = 0; i < bundle.shard_count; i++) {
                if (i != shard)
                    pr_engine_attach(hurt, i, bundle.shards[i].bytes, bundle.shards[i].size, NULL);
            }
            outcome = pr_engine_attach(hurt, shard, bytes, file->size, &error);
            assert_true(outcome == PR_OK || (outcome == PR_E_FORMAT && error.message[0]));
            refused += outcome != PR_OK;
            tried++;
            free(answer_of(hurt, &outcome));
            assert_int_equal(outcome, PR_OK);
            pr_engine_close(hurt);
            free(manifest);
        }
        free(bytes);
    }
    print_message("%u of %u damaged shards refused\n", refused, tried);
    assert_true(tried > 0 && refused > 0);
}

/* The manifest with `old` replaced by `new`, under a true checksum: does it open? */
static pr_status open_changed(const char *old, const char *new, pr_error *error) {
    const char *text_ = (const char *)bundle.manifest.bytes, *at = strstr(text_, old);
    assert_non_null(at);
    char *changed = malloc(bundle.manifest.size + strlen(new) + 1);
    int size = sprintf(changed, "%.*s%s%s", (int)(at - text_), text_, new, at + strlen(old));
    pr_test_seal(changed, (size_t)size);
    pr_engine *opened = NULL;
    pr_status outcome = pr_engine_open(changed, (size_t)size, NULL, &opened, error);
    pr_engine_close(opened);
    free(changed);
    return outcome;
}

static void test_hostile_settings_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *old, *new;
        pr_status status;
    } cases[] = {
        {"\"needs\":[\"ranking\"]", "\"needs\":[\"ranking\",\"magic\"]", PR_E_VERSION},
        {"\"needs\":[\"ranking\"]", "\"needs\":[]", PR_E_FORMAT},
        {"\"needs\":[\"ranking\"]", "\"needs\":3", PR_E_FORMAT},
        {"\"decay\":0.8", "\"decay\":0", PR_E_FORMAT},
        {"\"decay\":0.8", "\"decay\":\"x\"", PR_E_FORMAT},
        {"\"kind\":\"ctr\"", "\"kind\":\"magic\"", PR_E_FORMAT},
        {"\"goal_column\":\"specialities\"", "\"goal_column\":\"title\"", PR_E_FORMAT},
        {"\"goal_column\":\"specialities\"", "\"goal_column\":null", PR_E_FORMAT},
        {"\"topk\":5", "\"topk\":0", PR_E_FORMAT},
        {"\"first_week\":1", "\"first_week\":99", PR_E_FORMAT},
        {"\"table\":\"weekly\"", "\"table\":\"strange\"", PR_E_FORMAT},
        {"\"table\":\"linear\"", "\"table\":\"strange\"", PR_E_FORMAT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pr_error error = {0};
        pr_status outcome = open_changed(cases[i].old, cases[i].new, &error);
        if (outcome != cases[i].status)
            fail_msg("%s -> %s: status %d, %s", cases[i].old, cases[i].new, outcome, error.message);
        assert_string_not_equal(error.message, "");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goal_filters_and_popularity_fills_up),
        cmocka_unit_test(test_fallbacks_are_named),
        cmocka_unit_test(test_wrong_parameters_are_named),
        cmocka_unit_test(test_a_goal_is_stored_used_cleared_and_forgotten),
        cmocka_unit_test(test_signals_are_added_up_by_week),
        cmocka_unit_test(test_a_week_counts_only_afterwards),
        cmocka_unit_test(test_a_stale_bundle_keeps_its_rates),
        cmocka_unit_test(test_reasons_add_up_to_the_score),
        cmocka_unit_test(test_propensities_are_frequencies),
        cmocka_unit_test(test_exactly_n),
        cmocka_unit_test(test_hostile_states_are_refused),
        cmocka_unit_test(test_the_oldest_week_makes_room),
        cmocka_unit_test(test_missing_shards_are_page_faults),
        cmocka_unit_test(test_every_failing_allocation_is_a_clean_error),
        cmocka_unit_test(test_no_byte_of_a_shard_can_crash),
        cmocka_unit_test(test_hostile_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
