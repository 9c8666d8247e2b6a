/* Any bytes as a visitor's state, in front of every route that reads it, and as the body of an import. */
#include "small_bundle.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static pr_test_bundle bundle;
static pr_engine *engine;

static const char *const requests[][3] = {
    {"GET", "/api/v1/me", NULL},
    {"GET", "/api/v1/workouts/recommendations?n=10", NULL},
    {"POST", "/api/v1/onboarding", "{\"age\":29,\"level\":\"Advanced\",\"types\":[\"yoga\"],\"n\":10}"},
    {"POST", "/api/v1/workouts/query", "{\"must_not\":{\"seen\":true,\"flagged\":true},\"n\":20}"},
    {"POST", "/api/v1/events", "{\"type\":\"like\",\"item\":\"1\"}"},
    {"GET", "/api/v1/explain/1", NULL},
    {"DELETE", "/api/v1/me", NULL},
};

static void ask(const pr_request *request) {
    pr_response response;
    if (pr_engine_call(engine, request, &response, NULL) != PR_OK || response.status < 200 || response.status > 599 ||
        response.body.size == 0) {
        abort(); /* whatever the state is, there is an answer */
    }
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    const pr_json *root;
    pr_json_limits limits = {(size_t)16 << 20, 0};
    if (pr_json_parse(response.body.bytes, response.body.size, &limits, &arena, &root, NULL) != PR_OK) {
        abort();
    }
    pr_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!engine) {
        pr_test_bundle_read(NULL, &bundle);
        if (pr_test_bundle_open(&bundle, NULL, &engine, NULL) != PR_OK) {
            abort();
        }
    }
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        pr_request request = pr_test_request(requests[i][0], requests[i][1], requests[i][2], NULL);
        request.state = (pr_text){(const char *)data, size};
        ask(&request);
    }
    pr_request import = pr_test_request("PUT", "/api/v1/me", NULL, NULL);
    import.body = (pr_text){(const char *)data, size};
    ask(&import);
    return 0;
}
