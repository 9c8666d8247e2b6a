/* What a visitor relies on in a list: its order, what is kept out, how own events and knobs change it, and that it
 * explains itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "small_bundle.h"

static pr_test_bundle bundle;
static pr_engine *engine;
static pr_arena arena;

static int open_engine(void **state) {
    (void)state;
    pr_error error = {0};
    pr_test_bundle_read(NULL, &bundle);
    pr_arena_init(&arena, NULL, 0);
    if (pr_test_bundle_open(&bundle, NULL, &engine, &error) != PR_OK)
        fail_msg("%s", error.message);
    return 0;
}

static int close_engine(void **state) {
    (void)state;
    pr_engine_close(engine);
    pr_arena_free(&arena);
    pr_test_bundle_free(&bundle);
    return 0;
}

/* The parsed answer; the next state, when there is one, into *next (in the arena). */
static const pr_json *ask_for(const char *method, const char *path, const char *body, const char *state, int status,
                              const char **next) {
    pr_request request = pr_test_request(method, path, body, state);
    pr_response response;
    pr_error error = {0};
    const pr_json *root;
    assert_int_equal(pr_engine_call(engine, &request, &response, &error), PR_OK);
    if (response.status != status)
        fail_msg("%s %s gave %d: %.*s", method, path, response.status, (int)response.body.size, response.body.bytes);
    if (next && response.state_changed) {
        char *copy = pr_arena_take(&arena, response.state.size + 1);
        if (response.state.size)
            memcpy(copy, response.state.bytes, response.state.size);
        *next = copy;
    }
    pr_json_limits limits = {4 << 20, 0};
    assert_int_equal(pr_json_parse(response.body.bytes, response.body.size, &limits, &arena, &root, NULL), PR_OK);
    return root;
}

static const pr_json *onboard(const char *body, const char *state) {
    return ask_for("POST", "/api/v1/onboarding", body, state, 200, NULL);
}

static const pr_json *list(const pr_json *answer) {
    return pr_json_get(answer, "recommendations");
}

static double number(const pr_json *object, const char *a, const char *b, const char *c) {
    const pr_json *value = pr_json_get(object, a);
    value = b ? pr_json_get(value, b) : value;
    value = c ? pr_json_get(value, c) : value;
    assert_non_null(value);
    assert_int_equal(value->type, PR_JSON_NUMBER);
    return value->number;
}

static const char *id(const pr_json *result) {
    return pr_json_get(result, "id")->string;
}

static const pr_json *find(const pr_json *answer, const char *wanted) {
    for (const pr_json *r = list(answer)->first; r; r = r->next) {
        if (strcmp(id(r), wanted) == 0)
            return r;
    }
    return NULL;
}

static void the_parts_add_up_to_the_score(void **state) {
    (void)state;
    const pr_json *answer = onboard("{\"age\":29,\"level\":\"Beginner\",\"n\":15,\"knobs\":{\"freshness\":0}}", NULL);
    assert_int_equal(list(answer)->size, 15);
    for (const pr_json *r = list(answer)->first; r; r = r->next) {
        double sum = 0;
        for (const pr_json *part = pr_json_get(r, "parts")->first; part; part = part->next)
            sum += part->number;
        assert_true(sum - number(r, "score", NULL, NULL) < 1e-6 && number(r, "score", NULL, NULL) - sum < 1e-6);
        double mean = number(r, "explain", "posterior", "mean");
        assert_true(number(r, "explain", "posterior", "low") <= mean &&
                    mean <= number(r, "explain", "posterior", "high"));
    }
}

static void without_diversity_scores_fall_within_a_back_off_level(void **state) {
    (void)state;
    const pr_json *answer = onboard("{\"age\":29,\"level\":\"Beginner\",\"n\":15,\"knobs\":{\"mmr\":1}}", NULL);
    for (const pr_json *r = list(answer)->first; r->next; r = r->next) {
        double a = number(r, "explain", "backoff", NULL), b = number(r->next, "explain", "backoff", NULL);
        if (a == b)
            assert_true(number(r, "score", NULL, NULL) >= number(r->next, "score", NULL, NULL));
    }
}

static void diversity_picks_what_is_less_alike(void **state) {
    (void)state;
    double similarity[2] = {0, 0};
    const char *const bodies[2] = {"{\"n\":8,\"knobs\":{\"mmr\":1,\"freshness\":0}}",
                                   "{\"n\":8,\"knobs\":{\"mmr\":0.2,\"freshness\":0}}"};
    for (int i = 0; i < 2; i++) {
        for (const pr_json *r = list(onboard(bodies[i], NULL))->first; r; r = r->next)
            similarity[i] += i ? number(r, "explain", "mmr", "similarity") : 0;
    }
    /* λ = 1 computes no similarity; λ = 0.2 must not be worse than taking the first eight as they are */
    assert_true(similarity[1] < 8);
    const pr_json *plain = list(onboard(bodies[0], NULL)), *diverse = list(onboard(bodies[1], NULL));
    assert_string_equal(id(plain->first), id(diverse->first)); /* the first pick is the best score whatever λ */
}

static void a_dislike_and_a_done_leave_the_list(void **state) {
    (void)state;
    const char *visitor = NULL;
    ask_for("POST", "/api/v1/onboarding", "{\"age\":29,\"level\":\"Beginner\"}", NULL, 200, &visitor);
    const pr_json *before = ask_for("GET", "/api/v1/workouts/recommendations", NULL, visitor, 200, NULL);
    const char *first = id(list(before)->first), *second = id(list(before)->first->next);
    char body[600];
    snprintf(body, sizeof body,
             "{\"events\":[{\"type\":\"dislike\",\"item\":\"%s\"},{\"type\":\"complete\",\"item\":\"%s\"}]}", first,
             second);
    ask_for("POST", "/api/v1/events", body, visitor, 201, &visitor);
    const pr_json *after = ask_for("GET", "/api/v1/workouts/recommendations", NULL, visitor, 200, NULL);
    assert_int_equal(list(after)->size, 10);
    assert_null(find(after, first));
    assert_null(find(after, second));
    assert_string_equal(pr_json_get(after, "mode")->string, "returning");
}

static void a_like_raises_what_is_similar_and_taking_it_back_lowers_it(void **state) {
    (void)state;
    const char *visitor = NULL;
    ask_for("POST", "/api/v1/onboarding", "{\"age\":29,\"level\":\"Beginner\"}", NULL, 200, &visitor);
    const pr_json *before = ask_for("GET", "/api/v1/workouts/recommendations?n=20", NULL, visitor, 200, NULL);
    char body[300];
    snprintf(body, sizeof body, "{\"type\":\"like\",\"item\":\"%s\"}", id(list(before)->first));
    ask_for("POST", "/api/v1/events", body, visitor, 201, &visitor);
    const pr_json *after = ask_for("GET", "/api/v1/workouts/recommendations?n=20", NULL, visitor, 200, NULL);
    uint32_t raised = 0;
    for (const pr_json *r = list(after)->first; r; r = r->next) {
        const pr_json *own = pr_json_get(pr_json_get(r, "explain"), "own"), *old = find(before, id(r));
        if (own->size && old) {
            raised++;
            assert_string_equal(own->first->string, id(list(before)->first));
            assert_true(number(r, "explain", "posterior", "mean") > number(old, "explain", "posterior", "mean"));
        }
    }
    assert_true(raised > 0);
}

static void more_than_the_catalogue_is_answered_with_a_reason(void **state) {
    (void)state;
    const pr_json *answer = onboard("{\"age\":29,\"level\":\"Beginner\",\"n\":1000}", NULL);
    const pr_json *health = ask_for("GET", "/api/v1/health", NULL, NULL, 200, NULL);
    assert_true(number(answer, "returned", NULL, NULL) <= number(health, "items", NULL, NULL));
    assert_int_equal(pr_json_get(answer, "reason")->type, PR_JSON_STRING);
    answer = ask_for("POST", "/api/v1/workouts/query", "{\"must\":{\"keywords\":\"zzzzzz\"}}", NULL, 200, NULL);
    assert_string_equal(pr_json_get(answer, "reason")->string, "no_match");
    answer = ask_for("POST", "/api/v1/workouts/query", "{\"filter\":{\"duration\":{\"min\":100000}}}", NULL, 200, NULL);
    assert_string_equal(pr_json_get(answer, "reason")->string, "filtered_out");
}

static void exploration_reports_its_chances_and_follows_the_seed(void **state) {
    (void)state;
    const char *body = "{\"age\":29,\"level\":\"Beginner\",\"n\":10,\"knobs\":{\"explore\":0.5}}";
    const pr_json *answers[2];
    for (int i = 0; i < 2; i++)
        answers[i] = onboard(body, NULL);
    uint32_t drawn = 0;
    for (const pr_json *a = list(answers[0])->first, *b = list(answers[1])->first; a && b; a = a->next, b = b->next) {
        double propensity = number(a, "propensity", NULL, NULL);
        assert_string_equal(id(a), id(b));
        assert_true(propensity > 0 && propensity <= 1);
        drawn += propensity < 1;
    }
    assert_true(drawn > 0 && drawn <= 5);
}

static void the_learned_prior_orders_a_whole_type(void **state) {
    (void)state;
    const pr_json *questions = ask_for("GET", "/api/v1/onboarding", NULL, NULL, 200, NULL);
    const pr_json *types = pr_json_get(pr_json_get(questions, "dimensions")->first->next->next, "values");
    char body[400];
    snprintf(body, sizeof body,
             "{\"age\":29,\"level\":\"Beginner\",\"types\":[\"%s\"],\"n\":3,\"knobs\":{\"prior\":\"learned\"}}",
             types->first->string);
    for (const pr_json *r = list(onboard(body, NULL))->first; r; r = r->next) {
        double mean = number(r, "explain", "posterior", "mean");
        assert_true(mean > 0 && mean < 1);
    }
}

static void a_missing_shard_is_asked_for_and_a_damaged_one_is_named(void **state) {
    (void)state;
    pr_engine *fresh = NULL;
    pr_response response;
    pr_request request = pr_test_request("GET", "/api/v1/items/popular?n=1", NULL, NULL);
    assert_int_equal(pr_engine_open(bundle.manifest.bytes, bundle.manifest.size, NULL, &fresh, NULL), PR_OK);
    assert_int_equal(pr_engine_call(fresh, &request, &response, NULL), PR_MISSING);
    assert_true(response.missing_count > 0);
    uint32_t shard = response.missing[0];
    unsigned char *bytes = malloc(bundle.shards[shard].size);
    pr_error error = {0};
    memcpy(bytes, bundle.shards[shard].bytes, bundle.shards[shard].size);
    bytes[bundle.shards[shard].size / 2] ^= 1;
    assert_int_equal(pr_engine_attach(fresh, shard, bytes, bundle.shards[shard].size, &error), PR_E_HASH);
    assert_non_null(strstr(error.message, bundle.shards[shard].name));
    pr_status status;
    while ((status = pr_engine_call(fresh, &request, &response, NULL)) == PR_MISSING) {
        for (uint32_t i = 0; i < response.missing_count; i++) {
            const pr_test_file *file = &bundle.shards[response.missing[i]];
            assert_int_equal(pr_engine_attach(fresh, response.missing[i], file->bytes, file->size, NULL), PR_OK);
        }
    }
    assert_int_equal(status, PR_OK);
    assert_int_equal(response.status, 503);
    assert_int_equal(pr_engine_attach(fresh, shard, bundle.shards[shard].bytes, bundle.shards[shard].size, NULL),
                     PR_OK);
    while ((status = pr_engine_call(fresh, &request, &response, NULL)) == PR_MISSING) {
        for (uint32_t i = 0; i < response.missing_count; i++) {
            const pr_test_file *file = &bundle.shards[response.missing[i]];
            assert_int_equal(pr_engine_attach(fresh, response.missing[i], file->bytes, file->size, NULL), PR_OK);
        }
    }
    assert_int_equal(response.status, 200);
    pr_engine_close(fresh);
    free(bytes);
}

static void an_export_restores_the_same_list(void **state) {
    (void)state;
    const char *visitor = NULL, *restored = NULL, *gone = NULL;
    ask_for("POST", "/api/v1/onboarding", "{\"age\":50,\"level\":\"Advanced\",\"region\":\"Zürich\"}", NULL, 200,
            &visitor);
    const pr_json *before = ask_for("GET", "/api/v1/workouts/recommendations", NULL, visitor, 200, NULL);
    ask_for("DELETE", "/api/v1/me", NULL, visitor, 200, &gone);
    assert_string_equal(gone, "");
    ask_for("GET", "/api/v1/workouts/recommendations", NULL, gone, 404, NULL);
    ask_for("PUT", "/api/v1/me", visitor, gone, 200, &restored);
    assert_string_equal(restored, visitor);
    const pr_json *after = ask_for("GET", "/api/v1/workouts/recommendations", NULL, restored, 200, NULL);
    for (const pr_json *a = list(before)->first, *b = list(after)->first; a || b; a = a->next, b = b->next)
        assert_string_equal(id(a), id(b));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_add_up_to_the_score),
        cmocka_unit_test(without_diversity_scores_fall_within_a_back_off_level),
        cmocka_unit_test(diversity_picks_what_is_less_alike),
        cmocka_unit_test(a_dislike_and_a_done_leave_the_list),
        cmocka_unit_test(a_like_raises_what_is_similar_and_taking_it_back_lowers_it),
        cmocka_unit_test(more_than_the_catalogue_is_answered_with_a_reason),
        cmocka_unit_test(exploration_reports_its_chances_and_follows_the_seed),
        cmocka_unit_test(the_learned_prior_orders_a_whole_type),
        cmocka_unit_test(a_missing_shard_is_asked_for_and_a_damaged_one_is_named),
        cmocka_unit_test(an_export_restores_the_same_list),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
