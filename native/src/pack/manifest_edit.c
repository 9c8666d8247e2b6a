/* Rewriting manifest.json member by member. What the writer wrote it writes the same again: numbers have at most nine
 * digits, or are whole. */
#include "manifest_edit.h"
#include "fail.h"

#include <string.h>

static double number_of(const pr_json *value) {
    return value && value->type == PR_JSON_NUMBER ? value->number : 0;
}

static const pr_json *first_shard(const pr_json *root) {
    const pr_json *shards = pr_json_get(root, "shards");
    return shards && shards->type == PR_JSON_ARRAY ? shards->first : NULL;
}

static bool is_of(const pr_json *shard, const char *table) {
    const pr_json *name = pr_json_get(shard, "table");
    return name && pr_json_is(name, table);
}

/* Of the shards that go, taken from the peak, and of those that come. */
static int64_t memory_peak(const pr_json *root, const char *table, const prt_packed *out) {
    int64_t bytes = (int64_t)number_of(pr_json_get(root, "memory_peak"));
    for (const pr_json *shard = first_shard(root); shard; shard = shard->next) {
        if (is_of(shard, table))
            bytes -= PRT_SHARD_MEMORY + (int64_t)number_of(pr_json_get(shard, "bytes"));
    }
    for (uint32_t i = 0; i < out->shard_count; i++)
        bytes += PRT_SHARD_MEMORY + (int64_t)out->shards[i].size;
    return bytes < 0 ? 0 : bytes;
}

static void put_shards(const pr_json *root, const char *table, const prt_packed *out, pr_writer *w) {
    pr_write_key(w, "shards");
    pr_write_array(w);
    for (const pr_json *shard = first_shard(root); shard; shard = shard->next) {
        if (!is_of(shard, table))
            pr_write_json(w, shard);
    }
    for (uint32_t i = 0; i < out->shard_count; i++)
        prt_manifest_shard(&out->shards[i], w);
    pr_write_end_array(w);
}

static void put_member(const pr_json *member, const pr_json *root, const char *table, int64_t created,
                       const prt_packed *out, pr_writer *w) {
    if (strcmp(member->key, "created") == 0) {
        prt_manifest_created(created, w);
    } else if (strcmp(member->key, "shards") == 0) {
        put_shards(root, table, out, w);
    } else if (strcmp(member->key, "memory_peak") == 0) {
        pr_write_key(w, member->key);
        pr_write_integer(w, memory_peak(root, table, out));
    } else if (strcmp(member->key, "checksum") != 0) { /* it comes last */
        pr_write_key(w, member->key);
        pr_write_json(w, member);
    }
}

pr_status prt_manifest_replace(pr_text old, const char *table, int64_t created, prt_packed *out, pr_error *error) {
    pr_arena scratch;
    const pr_json *root;
    pr_buffer buffer = {.arena = &out->arena};
    pr_writer writer = {.out = &buffer}, *w = &writer;
    pr_arena_init(&scratch, NULL, 0);
    pr_status status = pr_json_parse(old.bytes, old.size, NULL, &scratch, &root, error);
    if (status == PR_OK && root->type != PR_JSON_OBJECT)
        status = prt_fail(error, PR_E_FORMAT, "manifest.json: is no object; train the whole bundle again");
    if (status == PR_OK) {
        pr_write_object(w);
        for (const pr_json *member = root->first; member; member = member->next)
            put_member(member, root, table, created, out, w);
        status = prt_manifest_finish(&buffer, w, out, error);
    }
    pr_arena_free(&scratch);
    return status;
}
