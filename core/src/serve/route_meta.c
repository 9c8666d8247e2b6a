/* Health and the description of the routes. */
#include "call.h"

extern const unsigned char pr_openapi[];
extern const size_t pr_openapi_size;

pr_status pr__get_openapi(pr_call *call) {
    pr__write_openapi(call, (const char *)pr_openapi, pr_openapi_size);
    return PR_OK;
}

pr_status pr__get_health(pr_call *call) {
    const pr_engine *engine = call->engine;
    uint32_t refused = 0;
    for (uint32_t i = 0; i < engine->shard_count; i++)
        refused += engine->shards[i].refused;
    pr_writer *w = &call->w;
    pr_write_object(w);
    pr_write_key(w, "status");
    pr_write_text(w, refused ? "degraded" : "healthy");
    pr_write_key(w, "name");
    pr_write_string(w, engine->name.bytes, engine->name.size);
    pr_write_key(w, "version");
    pr_write_string(w, engine->version.bytes, engine->version.size);
    pr_write_key(w, "created");
    pr_write_string(w, engine->created.bytes, engine->created.size);
    pr_write_key(w, "engine");
    pr_write_text(w, PR_VERSION);
    pr_write_key(w, "format_version");
    pr_write_integer(w, PR_FORMAT_VERSION);
    pr_write_key(w, "items");
    pr_write_integer(w, engine->items);
    pr_write_key(w, "shards");
    pr_write_integer(w, engine->shard_count);
    pr_write_key(w, "refused");
    pr_write_integer(w, refused);
    if (PR_WITH_RANKING && engine->settings.ranked) {
        pr_write_key(w, "model");
        pr_write_string(w, engine->ranking.model.bytes, engine->ranking.model.size);
    }
    pr_write_end_object(w);
    return PR_OK;
}
