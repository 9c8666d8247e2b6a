/* Any bytes as a shard. The first byte chooses which shard of the small bundle they replace, or behind these of the
 * bundles of purchases and of meaning; the manifest is given their true length and hash, so that the checks behind the
 * hash are reached. An attached shard must then serve requests. */
#include "small_bundle.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static pr_test_bundle plain, purchases, meaning;

static const char TASTE[] = "{\"version\":1,\"profile\":{\"age\":29,\"level\":\"Advanced\",\"types\":[\"yoga\"]},"
                            "\"events\":[{\"type\":\"like\",\"item\":\"1\",\"time\":1763600000}]}";
static const char BASKET[] =
    "{\"version\":1,\"events\":["
    "{\"type\":\"purchase\",\"item\":\"R000026\",\"time\":1760000000,\"quantity\":3,\"price\":2.5},"
    "{\"type\":\"purchase\",\"item\":\"R000061\",\"time\":1763600000,\"price\":400},"
    "{\"type\":\"like\",\"item\":\"R000049\",\"time\":1763600001}]}";

static const char LOOKED[] =
    "{\"version\":1,\"events\":[{\"type\":\"click\",\"item\":\"B0PRNN7FS4\",\"time\":1763600000}]}";

static void ask(pr_engine *engine, const char *method, const char *path, const char *body, const char *state) {
    pr_request request = pr_test_request(method, path, body, state);
    pr_response response;
    if (pr_engine_call(engine, &request, &response, NULL) == PR_OK &&
        (response.status < 200 || response.status > 599)) {
        abort();
    }
}

static void ask_plain(pr_engine *engine) {
    ask(engine, "POST", "/api/v1/onboarding", "{\"age\":29,\"level\":\"Advanced\",\"types\":[\"yoga\"],\"n\":20}",
        TASTE);
    ask(engine, "GET", "/api/v1/workouts/recommendations?n=20", NULL, TASTE);
    ask(engine, "POST", "/api/v1/workouts/query",
        "{\"must\":{\"keywords\":\"gentle yoga\"},\"filter\":{\"duration\":{\"min\":1,\"max\":90}},\"n\":20}", TASTE);
    ask(engine, "GET", "/api/v1/items/popular?n=50", NULL, TASTE);
    ask(engine, "GET", "/api/v1/items/1", NULL, TASTE);
    ask(engine, "GET", "/api/v1/explain/1", NULL, TASTE);
}

static void ask_purchases(pr_engine *engine) {
    ask(engine, "GET", "/api/v1/recommendations/u?n=20", NULL, BASKET);
    ask(engine, "POST", "/api/v1/recommendations",
        "{\"user_id\":\"u\",\"num_recommendations\":300,\"price_range_max\":9,\"timestamp\":\"2030-01-01\"}", BASKET);
    ask(engine, "GET", "/api/v1/recommendations/u", NULL, NULL);
    ask(engine, "GET", "/api/v1/items/R000026/similar?n=50", NULL, NULL);
    ask(engine, "GET", "/api/v1/users/u/profile", NULL, BASKET);
}

static void ask_meaning(pr_engine *engine) {
    ask(engine, "POST", "/recommendations/search",
        "{\"query\":\"wireless earbuds\",\"mode\":\"hybrid\",\"facets\":true,\"vector\":"
        "[1,0,-1,2,3,0,0,1,-1,-2,4,0,1,1,1,-3,0,2,2,-1,0.5,0.25,-7,1]}",
        NULL);
    ask(engine, "POST", "/recommendations/search",
        "{\"mode\":\"meaning\",\"probes\":65536,\"must_not\":[\"case\"],\"vector\":"
        "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1]}",
        NULL);
    ask(engine, "GET", "/api/v1/recommendations/product/B0PRNN7FS4?limit=12", NULL, NULL);
    ask(engine, "GET", "/api/v1/recommendations/homepage?user_id=u&limit=12", NULL, LOOKED);
    ask(engine, "GET", "/api/v1/recommendations/category/bags%20%26%20luggage?limit=100", NULL, LOOKED);
}

/* The bundle that has the shard with this number over all three; *shard becomes its number there. */
static const pr_test_bundle *bundle_of(uint32_t *shard) {
    const pr_test_bundle *const bundles[] = {&plain, &purchases, &meaning};
    size_t b = 0;
    for (; *shard >= bundles[b]->shard_count; b++) {
        *shard -= bundles[b]->shard_count;
    }
    return bundles[b];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!plain.shard_count) {
        pr_test_bundle_read(NULL, &plain);
        pr_test_bundle_read(getenv("PR_TEST_PURCHASES"), &purchases);
        pr_test_bundle_read(getenv("PR_TEST_MEANING"), &meaning);
    }
    if (size < 1) {
        return 0;
    }
    /* A copy of its own: aligned as the engine demands, and with nothing behind its end. */
    uint32_t shard = data[0] % (plain.shard_count + purchases.shard_count + meaning.shard_count);
    const pr_test_bundle *bundle = bundle_of(&shard);
    size -= 1;
    uint8_t *bytes = malloc(size ? size : 1);
    memcpy(bytes, data + 1, size);
    char *manifest = pr_test_promise(bundle, shard, bytes, size);
    pr_engine *engine;
    if (pr_engine_open(manifest, strlen(manifest), NULL, &engine, NULL) != PR_OK) {
        abort(); /* only a hash and a length differ */
    }
    free(manifest);
    pr_error error = {0};
    pr_status status = pr_engine_attach(engine, shard, bytes, size, &error);
    if (status == PR_E_HASH || (status != PR_OK && error.message[0] == '\0')) {
        abort(); /* the promise is true; and a refusal has a reason */
    }
    for (uint32_t i = 0; status == PR_OK && i < bundle->shard_count; i++) {
        if (i != shard) {
            pr_engine_attach(engine, i, bundle->shards[i].bytes, bundle->shards[i].size, NULL);
        }
    }
    if (bundle == &plain) {
        ask_plain(engine);
    } else if (bundle == &meaning) {
        ask_meaning(engine);
    } else {
        ask_purchases(engine);
    }
    pr_engine_close(engine);
    free(bytes);
    return 0;
}

#ifdef PR_LIBFUZZER
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* Half of the time only the tensors change, in place, so that the header stays true and their own checks are reached.
 */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    uint64_t header = 0;
    if (size > 9) {
        memcpy(&header, data + 1, sizeof header);
    }
    if (seed % 2 && header > 0 && header < size - 9) {
        size_t start = 9 + (size_t)header;
        LLVMFuzzerMutate(data + start, size - start, size - start);
        return size;
    }
    return LLVMFuzzerMutate(data, size, max_size);
}
#endif
