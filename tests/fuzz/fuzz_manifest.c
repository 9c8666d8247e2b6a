/* Any bytes as a manifest: refused with a reason, or an engine that can be asked without a shard. */
#include "small_bundle.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(pr_engine *engine, const char *method, const char *path, const char *body) {
    pr_request request = pr_test_request(method, path, body, NULL);
    pr_response response;
    pr_error error = {0};
    pr_status status = pr_engine_call(engine, &request, &response, &error);
    if (status == PR_MISSING && (response.missing_count == 0 || !response.missing)) {
        abort(); /* a page fault names its pages */
    }
    for (uint32_t i = 0; status == PR_MISSING && i < response.missing_count; i++) {
        if (response.missing[i] >= pr_engine_shard_count(engine)) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static pr_options options = PR_OPTIONS_INIT;
    options.memory_limit = (size_t)64 << 20;
    pr_engine *engine = NULL;
    pr_error error = {0};
    /* Sealed, so that the checks behind the checksum are reached; without a byte behind its end. */
    char *manifest = malloc(size ? size : 1);
    memcpy(manifest, data, size);
    pr_test_seal(manifest, size);
    pr_status status = pr_engine_open(manifest, size, &options, &engine, &error);
    free(manifest);
    if ((status == PR_OK) != (engine != NULL) || (status != PR_OK && error.message[0] == '\0')) {
        abort(); /* an engine or a reason, never both, never neither */
    }
    if (status != PR_OK) {
        return 0;
    }
    for (uint32_t i = 0; i < pr_engine_shard_count(engine); i++) {
        pr_shard_info info;
        if (pr_engine_shard(engine, i, &info) != PR_OK || pr_engine_attach(engine, i, "", 0, NULL) == PR_OK) {
            abort(); /* no shard is empty */
        }
    }
    ask(engine, "GET", "/api/v1/health", NULL);
    ask(engine, "GET", "/api/v1/onboarding", NULL);
    ask(engine, "POST", "/api/v1/onboarding", "{\"age\":29,\"level\":\"Advanced\",\"types\":[\"yoga\"]}");
    ask(engine, "POST", "/api/v1/workouts/query", "{\"must\":{\"keywords\":\"gentle yoga\"}}");
    pr_engine_close(engine);
    return 0;
}
