/* Any bytes as a search, or as the content of a shop's packed tables. The first byte chooses: a query of GET, a body of
 * POST, what is being typed, the rows of the lexicon, the postings, the similar items or the rules, behind which the
 * same engine answers searches and pages, or a body of POST to a shop that is searched by meaning. */
#include "small_bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static pr_test_bundle bundle;
static pr_test_bundle meaning;
static pr_engine *sound, *meant;

enum { GET_QUERY, POST_BODY, SUGGEST, ROWS, MEANT = ROWS + 4, KINDS };

static const char *const ROWS_OF[][2] = {
    {"lexicon-", "entries"}, {"postings-", "lists"}, {"similar-", "links"}, {"rules-", "links"}};

static void ask(pr_engine *engine, const char *method, const char *path, pr_text body) {
    static const char state[] =
        "{\"version\":1,\"events\":[{\"type\":\"click\",\"item\":\"B0PRNN7FS4\",\"time\":"
        "1763600000},{\"type\":\"search\",\"query\":\"wireless earbuds\",\"time\":1763600001}]}";
    pr_request request = pr_test_request(method, path, NULL, state);
    pr_response response;
    request.body = body;
    if (pr_engine_call(engine, &request, &response, NULL) != PR_OK || response.status < 200 || response.status > 499 ||
        !pr_utf8_valid(response.body.bytes, response.body.size, NULL)) {
        abort();
    }
}

/* Percent-encode behind the path, so that every byte arrives. */
static void ask_with(const char *path, const uint8_t *data, size_t size) {
    char text[4000];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", path);
    for (size_t i = 0; i < size && used + 4 < sizeof text; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%%%02X", data[i]);
    }
    ask(sound, "GET", text, (pr_text){NULL, 0});
}

static void ask_everything(pr_engine *engine) {
    static const char body[] =
        "{\"query\":\"head set over-ear\",\"match\":\"any\",\"prefix\":true,\"should\":[\"charger\"],"
        "\"must_not\":[\"tv\"],\"sort\":\"-price\",\"facets\":true}";
    ask(engine, "GET", "/recommendations/home?user_id=u1", (pr_text){NULL, 0});
    ask(engine, "GET", "/recommendations/product/B0PRNN7FS4", (pr_text){NULL, 0});
    ask(engine, "GET", "/recommendations/search?query=wireles%20earbuds&facets=1&highlight=1", (pr_text){NULL, 0});
    ask(engine, "GET", "/recommendations/search?query=aerobaet%20caes&match=any", (pr_text){NULL, 0});
    ask(engine, "GET", "/recommendations/suggest?query=w", (pr_text){NULL, 0});
    ask(engine, "POST", "/recommendations/search", (pr_text){body, sizeof body - 1});
}

static uint32_t shard_of(const char *table) {
    for (uint32_t i = 0; i < bundle.shard_count; i++) {
        if (strncmp(bundle.shards[i].name, table, strlen(table)) == 0) {
            return i;
        }
    }
    abort();
}

static void attach_rows(uint32_t kind, const uint8_t *data, size_t size) {
    uint32_t shard = shard_of(ROWS_OF[kind][0]);
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer file = {.arena = &arena};
    const pr_tensor rows = {ROWS_OF[kind][1], PR_U8, 1, {size, 1}, data};
    if (pr_safetensors_write(&rows, 1, NULL, 0, &file, NULL) != PR_OK) {
        abort();
    }
    /* A copy of its own: aligned as the engine demands, and with nothing behind its end. */
    void *bytes = malloc(file.size);
    memcpy(bytes, file.bytes, file.size);
    char *manifest = pr_test_promise(&bundle, shard, bytes, file.size);
    pr_engine *engine;
    pr_error error = {0};
    if (pr_engine_open(manifest, strlen(manifest), NULL, &engine, NULL) != PR_OK) {
        abort(); /* only a hash and a length differ */
    }
    free(manifest);
    pr_status status = pr_engine_attach(engine, shard, bytes, file.size, &error);
    if (status == PR_E_HASH || (status != PR_OK && error.message[0] == '\0')) {
        abort(); /* the promise is true; and a refusal has a reason */
    }
    if (status == PR_OK) {
        for (uint32_t i = 0; i < bundle.shard_count; i++) {
            if (i != shard && pr_engine_attach(engine, i, bundle.shards[i].bytes, bundle.shards[i].size, NULL)) {
                abort();
            }
        }
        ask_everything(engine);
    }
    pr_engine_close(engine);
    free(bytes);
    pr_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!sound) {
        pr_test_bundle_read(getenv("PR_TEST_SHOP"), &bundle);
        pr_test_bundle_read(getenv("PR_TEST_MEANING"), &meaning);
        if (pr_test_bundle_open(&bundle, NULL, &sound, NULL) != PR_OK ||
            pr_test_bundle_open(&meaning, NULL, &meant, NULL) != PR_OK) {
            abort();
        }
    }
    if (size < 1) {
        return 0;
    }
    uint32_t kind = data[0] % KINDS;
    data++;
    size--;
    switch (kind) {
    case GET_QUERY:
        ask_with("/recommendations/search?facets=1&highlight=1&personal=1&match=any&prefix=1&query=", data, size);
        ask_with("/recommendations/search?highlight=1&query=", data, size);
        break;
    case POST_BODY:
        ask(sound, "POST", "/recommendations/search", (pr_text){(const char *)data, size});
        break;
    case SUGGEST:
        ask_with("/recommendations/suggest?limit=20&query=", data, size);
        break;
    case MEANT:
        ask(meant, "POST", "/recommendations/search", (pr_text){(const char *)data, size});
        break;
    default:
        attach_rows(kind - ROWS, data, size);
    }
    return 0;
}
