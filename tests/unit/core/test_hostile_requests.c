/* Hostile requests against the small bundle: each gets an HTTP status and a JSON error that names the field; nothing
 * crashes, nothing is answered by half. */
#include "small_bundle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static pr_test_bundle bundle;
static pr_engine *engine;

static int set_up(void **state) {
    (void)state;
    pr_test_bundle_read(NULL, &bundle);
    pr_error error = {0};
    if (pr_test_bundle_open(&bundle, NULL, &engine, &error) != PR_OK) {
        fail_msg("the fixture's bundle was refused: %s", error.message);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pr_engine_close(engine);
    pr_test_bundle_free(&bundle);
    return 0;
}

/* Ask, and check that the body is JSON and that a status of 400 and more comes with {"error":{code,message}}. Gives the
 * status; `field` (may be NULL) receives what error.field says. */
static int status_of(const pr_request *request, char field[64]) {
    pr_response response;
    pr_error error = {0};
    assert_int_equal(pr_engine_call(engine, request, &response, &error), PR_OK);
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    const pr_json *root = NULL;
    assert_int_equal(pr_json_parse(response.body.bytes, response.body.size, NULL, &arena, &root, NULL), PR_OK);
    const pr_json *given = pr_json_get(root, "error");
    if (response.status >= 400) {
        assert_non_null(given);
        assert_non_null(pr_json_get(given, "code"));
        assert_non_null(pr_json_get(given, "message"));
        assert_false(response.state_changed);
    } else {
        assert_null(given);
    }
    const pr_json *name = pr_json_get(given, "field");
    if (field) {
        snprintf(field, 64, "%s", name && name->type == PR_JSON_STRING ? name->string : "");
    }
    pr_arena_free(&arena);
    return response.status;
}

static void expect(const char *method, const char *path, const char *body, int status, const char *field) {
    char named[64];
    pr_request request = pr_test_request(method, path, body, NULL);
    int given = status_of(&request, named);
    if (given != status || (field && strcmp(named, field) != 0)) {
        fail_msg("%s %s %.80s: status %d, field \"%s\"; expected %d, \"%s\"", method, path, body ? body : "", given,
                 named, status, field ? field : "");
    }
}

static void test_wrong_fields_are_named(void **state) {
    (void)state;
    const char *path = "/api/v1/onboarding";
    expect("POST", path, "{\"age\":29,\"level\":\"Wizard\",\"types\":[\"yoga\"]}", 422, "level");
    expect("POST", path, "{\"age\":29,\"level\":\"Advanced\",\"types\":[\"chess\"]}", 422, "types");
    expect("POST", path, "{\"age\":\"old\",\"level\":\"Advanced\",\"types\":[\"yoga\"]}", 422, "age");
    expect("POST", path, "{\"age\":-3,\"level\":\"Advanced\",\"types\":[\"yoga\"]}", 422, "age");
    expect("POST", path, "{\"age\":29.5,\"level\":\"Advanced\",\"types\":[\"yoga\"]}", 422, "age");
    expect("POST", path, "{\"age\":29,\"level\":7,\"types\":[\"yoga\"]}", 422, "level");
    expect("POST", path, "{\"age\":29,\"level\":\"Advanced\",\"types\":[]}", 422, "types");
    expect("POST", path, "{\"age\":29,\"level\":\"Advanced\",\"types\":[\"yoga\"],\"n\":0}", 422, "n");
    expect("POST", path, "{\"age\":29,\"level\":\"Advanced\",\"types\":[\"yoga\"],\"n\":-1}", 422, "n");
}

static void test_wrong_json_is_400(void **state) {
    (void)state;
    static const char *const BODIES[] = {
        "",           "{",          "nul",           "[1,]",    "{\"age\":29,}", "{\"age\":01}",
        "{\"a\":1}x", "{'age':29}", "{\"age\":NaN}", "\"\xff\""};
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        expect("POST", "/api/v1/onboarding", BODIES[i], 400, NULL);
    }
    expect("POST", "/api/v1/onboarding", "{\"age\":29,\"age\":30}", 400, NULL);
}

static void test_unknown_routes_and_methods(void **state) {
    (void)state;
    expect("GET", "/nowhere", NULL, 404, NULL);
    expect("GET", "", NULL, 404, NULL);
    expect("GET", "/api/v1/items/no-such-item", NULL, 404, NULL);
    expect("PATCH", "/api/v1/onboarding", NULL, 405, NULL);
    expect("DELETE", "/api/v1/health", NULL, 405, NULL);
    expect("\x01\xff", "/api/v1/health", NULL, 405, NULL);
}

/* `prefix`, then `count` times `piece`, then `suffix`. */
static char *repeated(const char *prefix, const char *piece, size_t count, const char *suffix) {
    size_t width = strlen(piece);
    char *text = malloc(strlen(prefix) + width * count + strlen(suffix) + 1), *end = text;
    end += sprintf(end, "%s", prefix);
    for (size_t i = 0; i < count; i++, end += width) {
        memcpy(end, piece, width);
    }
    strcpy(end, suffix);
    return text;
}

static void test_huge_and_deep_bodies(void **state) {
    (void)state;
    char *deep = repeated("", "[", 5000, ""), *closed = repeated("{\"types\":", "[", 5000, "");
    char *huge = repeated("{\"age\":29,\"level\":\"", "x", (size_t)2 << 20, "\"}");
    char *many = repeated("{\"age\":29,\"level\":\"Advanced\",\"types\":[\"yoga\"", ",\"yoga\"", 100000, "]}");
    expect("POST", "/api/v1/onboarding", deep, 400, NULL);
    expect("POST", "/api/v1/onboarding", closed, 400, NULL);
    expect("POST", "/api/v1/onboarding", huge, 413, NULL);
    pr_request request = pr_test_request("POST", "/api/v1/onboarding", many, NULL);
    int status = status_of(&request, NULL);
    assert_true(status == 200 || status == 422 || status == 413);
    free(deep);
    free(closed);
    free(huge);
    free(many);
}

static void test_long_paths(void **state) {
    (void)state;
    char *id = repeated("/api/v1/items/", "%41", 100000, ""),
         *query = repeated("/api/v1/items/popular?", "n=1&", 50000, "");
    pr_request request = pr_test_request("GET", id, NULL, NULL);
    assert_true(status_of(&request, NULL) >= 400);
    request = pr_test_request("GET", query, NULL, NULL);
    status_of(&request, NULL);
    free(id);
    free(query);
}

static void test_strange_ids(void **state) {
    (void)state;
    static const char *const PATHS[] = {
        "/api/v1/items/%00",    "/api/v1/items/a%00b", "/api/v1/items/%F0%9F%98%80",
        "/api/v1/items/%FF%FE", "/api/v1/items/%zz",   "/api/v1/items/%",
        "/api/v1/explain/%00",  "/api/v1/items/..%2f", "/api/v1/items/\xf0\x9f\x98\x80"};
    for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
        pr_request request = pr_test_request("GET", PATHS[i], NULL, NULL);
        int status = status_of(&request, NULL);
        if (status != 400 && status != 404 && status != 422) {
            fail_msg("%s: status %d", PATHS[i], status);
        }
    }
    static const char *const IDS[] = {"\\u0000", "\\ud83d\\ude00", "\xf0\x9f\x98\x80", "", "a\\u0000b", "1\\u0000"};
    for (size_t i = 0; i < sizeof IDS / sizeof IDS[0]; i++) {
        char body[128];
        snprintf(body, sizeof body, "{\"type\":\"like\",\"item\":\"%s\"}", IDS[i]);
        pr_request request = pr_test_request("POST", "/api/v1/events", body, NULL);
        int status = status_of(&request, NULL);
        if (status != 400 && status != 404 && status != 422) {
            fail_msg("%s: status %d", body, status);
        }
    }
}

static void test_wrong_states_do_not_stop_an_answer(void **state) {
    (void)state;
    static const char *const STATES[] = {"x", "{}", "[]", "{\"version\":99}",
                                         "{\"version\":1,\"profile\":7,\"events\":\"no\"}"};
    for (size_t i = 0; i < sizeof STATES / sizeof STATES[0]; i++) {
        pr_request request = pr_test_request("POST", "/api/v1/onboarding",
                                             "{\"age\":29,\"level\":\"Advanced\",\"types\":[\"yoga\"]}", STATES[i]);
        int status = status_of(&request, NULL);
        if (status != 200 && status != 400 && status != 422) {
            fail_msg("state %s: status %d", STATES[i], status);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_fields_are_named),
        cmocka_unit_test(test_wrong_json_is_400),
        cmocka_unit_test(test_unknown_routes_and_methods),
        cmocka_unit_test(test_huge_and_deep_bodies),
        cmocka_unit_test(test_long_paths),
        cmocka_unit_test(test_strange_ids),
        cmocka_unit_test(test_wrong_states_do_not_stop_an_answer),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
