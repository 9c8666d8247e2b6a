/* Reading the strings `id` from shards of items. The engine has checked an attached shard, its header and its offsets
 * included. */
#include "bundle_ids.h"
#include "fail.h"

#include <string.h>

static pr_status broken(const char *file, pr_error *error) {
    return prt_fail(error, PR_E_FORMAT, "%s: its ids cannot be read; train the whole bundle again", file);
}

/* Where the data of a tensor begins, counted from the end of the header, or -1. */
static int64_t begin_of(const pr_json *header, const char *name) {
    const pr_json *range = pr_json_get(pr_json_get(header, name), "data_offsets");
    const pr_json *begin = range && range->type == PR_JSON_ARRAY ? range->first : NULL;
    return begin && begin->type == PR_JSON_NUMBER && begin->is_integer ? (int64_t)begin->number : -1;
}

static pr_status add_ids(pr_text shard, const pr_shard_info *info, pr_arena *arena, prt_idmap *out, pr_error *error) {
    uint64_t header_size = 0;
    const pr_json *header;
    if (shard.size < sizeof header_size)
        return broken(info->file, error);
    memcpy(&header_size, shard.bytes, sizeof header_size);
    if (header_size > shard.size - sizeof header_size)
        return broken(info->file, error);
    PRT_TRY(pr_json_parse(shard.bytes + sizeof header_size, header_size, NULL, arena, &header, error));
    int64_t offsets_at = begin_of(header, "id.offsets"), bytes_at = begin_of(header, "id.bytes");
    if (offsets_at < 0 || bytes_at < 0)
        return broken(info->file, error);
    const char *data = shard.bytes + sizeof header_size + header_size, *bytes = data + bytes_at;
    const uint32_t *offsets = (const uint32_t *)(const void *)(data + offsets_at); /* aligned, as the engine checked */
    for (uint32_t i = 0; i < info->rows; i++) {
        uint32_t index;
        bool added;
        if (!prt_idmap_add(out, bytes + offsets[i], offsets[i + 1] - offsets[i], &index, &added))
            return prt_fail_memory(error, "reading the ids of the bundle");
        if (!added)
            return broken(info->file, error); /* twice the same */
    }
    return PR_OK;
}

pr_status prt_bundle_ids(prt_bundle *bundle, prt_idmap *out, pr_error *error) {
    pr_engine *engine = prt_bundle_engine(bundle);
    pr_status status = PR_OK;
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    for (uint32_t i = 0; status == PR_OK && i < pr_engine_shard_count(engine); i++) {
        pr_shard_info info;
        pr_engine_shard(engine, i, &info);
        if (strcmp(info.table, "items") != 0)
            continue;
        status = prt_bundle_attach(bundle, i, error);
        if (status == PR_OK)
            status = add_ids(prt_bundle_shard(bundle, i), &info, &arena, out, error);
        pr_arena_reset(&arena);
    }
    pr_arena_free(&arena);
    return status;
}
