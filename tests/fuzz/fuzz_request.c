/* Any request against valid bundles. Input: `METHOD path` on the first line, the body behind it. Every answer is an
 * HTTP status with a JSON body; a changed state is one that the next request accepts. Each request also goes to a
 * bundle of purchases, from somebody with a history, and to one that recommends in four stages. */
#include "small_bundle.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static pr_test_bundle bundle, ranking, purchases, staged;
static pr_engine *engine, *plain_engine, *ranking_engine, *purchases_engine, *staged_engine;

static const char history[] =
    "{\"version\":1,\"events\":["
    "{\"type\":\"purchase\",\"item\":\"R000026\",\"time\":1760000000,\"quantity\":3,\"price\":2.5},"
    "{\"type\":\"return\",\"item\":\"R000026\",\"time\":1760000900,\"quantity\":1},"
    "{\"type\":\"purchase\",\"item\":\"R000061\",\"time\":1763600000,\"price\":400},"
    "{\"type\":\"cart\",\"item\":\"R000049\",\"time\":1763600001},"
    "{\"type\":\"dislike\",\"item\":\"R000064\",\"time\":1763600002}]}";

static const char visit[] =
    "{\"version\":1,\"events\":["
    "{\"type\":\"recommendation_click\",\"item\":\"R000026\",\"time\":1763600000,\"request\":\"r1\",\"position\":2,"
    "\"context\":\"homepage\"},"
    "{\"type\":\"purchase\",\"item\":\"R000026\",\"time\":1763600001,\"quantity\":2,\"price\":3},"
    "{\"type\":\"cart\",\"item\":\"R000061\",\"time\":1763600002},"
    "{\"type\":\"cart_remove\",\"item\":\"R000049\",\"time\":1763600004}],"
    "\"shown\":[{\"request\":\"r1\",\"context\":\"homepage\",\"count\":12,\"time\":1763599999}]}";

static pr_engine *open_bundle(const char *directory, pr_test_bundle *out) {
    pr_engine *opened;
    pr_test_bundle_read(directory, out);
    if (pr_test_bundle_open(out, NULL, &opened, NULL) != PR_OK) {
        abort();
    }
    return opened;
}

/* Requests for trainers go to the bundle with a ranking. */
static pr_engine *engine_for(pr_text path) {
    static const char prefix[] = "/api/v1/trainers";
    bool weekly = path.size >= sizeof prefix - 1 && memcmp(path.bytes, prefix, sizeof prefix - 1) == 0;
    return weekly ? ranking_engine : plain_engine;
}

static void expect_json(pr_text text) {
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    const pr_json *root;
    pr_json_limits limits = {(size_t)16 << 20, 0};
    if (pr_json_parse(text.bytes, text.size, &limits, &arena, &root, NULL) != PR_OK) {
        abort();
    }
    pr_arena_free(&arena);
}

/* Ask; returns a copy of the changed state, or NULL. */
static char *ask(const pr_request *request, size_t *state_size) {
    pr_response response;
    pr_error error = {0};
    pr_status status = pr_engine_call(engine, request, &response, &error);
    if (status != PR_OK) {
        abort(); /* all shards are there, and memory is plenty */
    }
    if (response.status < 200 || response.status > 599) {
        abort();
    }
    expect_json(response.body);
    if (!response.state_changed) {
        return NULL;
    }
    *state_size = response.state.size;
    char *state = malloc(response.state.size + 1);
    if (response.state.size > 0) {
        expect_json(response.state);
        memcpy(state, response.state.bytes, response.state.size);
    }
    return state;
}

/* Ask, and ask for the state that this leaves behind. */
static void ask_twice(const pr_request *request) {
    size_t state_size = 0;
    char *state = ask(request, &state_size);
    if (state) {
        pr_request again = pr_test_request("GET", "/api/v1/me", NULL, NULL);
        again.state = (pr_text){state, state_size};
        size_t ignored;
        free(ask(&again, &ignored));
        free(state);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!plain_engine) {
        plain_engine = open_bundle(NULL, &bundle);
        ranking_engine = open_bundle(getenv("PR_TEST_RANKING"), &ranking);
        purchases_engine = open_bundle(getenv("PR_TEST_PURCHASES"), &purchases);
        staged_engine = open_bundle(getenv("PR_TEST_STAGED"), &staged);
    }
    const char *text = (const char *)data;
    const char *line = size ? memchr(text, '\n', size) : NULL;
    size_t head = line ? (size_t)(line - text) : size;
    const char *space = head ? memchr(text, ' ', head) : NULL;
    size_t method = space ? (size_t)(space - text) : head;
    size_t path = space ? method + 1 : head, body = line ? head + 1 : size;
    pr_request request = {{text, method}, {text + path, head - path}, {text + body, size - body},
                          {NULL, 0},      (int64_t)1763683200,        1};
    engine = engine_for(request.path);
    ask_twice(&request);
    engine = purchases_engine;
    request.state = (pr_text){history, sizeof history - 1};
    ask_twice(&request);
    engine = staged_engine;
    request.state = (pr_text){visit, sizeof visit - 1};
    ask_twice(&request);
    return 0;
}
