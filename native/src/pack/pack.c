/* Cutting tables into shards, naming them by their content, and the order of the tables. */
#include "pack.h"

#include <stdio.h>
#include <string.h>

pr_text prt_string(const prt_strings *strings, uint32_t i) {
    return (pr_text){strings->bytes + strings->offsets[i], (size_t)(strings->offsets[i + 1] - strings->offsets[i])};
}

pr_text prt_text_copy(pr_arena *arena, pr_text text) {
    char *bytes = pr_arena_take(arena, text.size + 1);
    if (bytes && text.size)
        memcpy(bytes, text.bytes, text.size);
    return (pr_text){bytes, bytes ? text.size : 0};
}

static prt_packed_shard *new_shard(prt_packed *out) {
    if (out->shard_count == out->shard_room) {
        uint32_t room = out->shard_room ? out->shard_room * 2 : 64;
        prt_packed_shard *grown = pr_arena_array(&out->arena, room, sizeof *grown);
        if (!grown)
            return NULL;
        if (out->shard_count)
            memcpy(grown, out->shards, out->shard_count * sizeof *grown);
        out->shards = grown;
        out->shard_room = room;
    }
    return &out->shards[out->shard_count++];
}

static void hash_shard(prt_packed_shard *shard) {
    pr_sha256 hash;
    pr_sha256_init(&hash);
    pr_sha256_update(&hash, shard->bytes, shard->size);
    pr_sha256_hex(&hash, shard->sha256);
}

static pr_status name_shard(prt_packed_shard *shard, prt_packed *out, pr_error *error) {
    char file[128];
    snprintf(file, sizeof file, "%s-%.16s.safetensors", shard->table, shard->sha256);
    char *copy = pr_arena_take(&out->arena, strlen(file) + 1);
    if (!copy)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while packing the table ", shard->table);
    memcpy(copy, file, strlen(file) + 1);
    shard->file = copy;
    return PR_OK;
}

/* Copy the bytes into the bundle's arena, at their exact size, and name the shard by them. */
static pr_status take_bytes(pr_text bytes, prt_packed_shard *shard, prt_packed *out, pr_error *error) {
    char *copy = pr_arena_take(&out->arena, bytes.size);
    if (!copy)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while packing the table ", shard->table);
    memcpy(copy, bytes.bytes, bytes.size);
    shard->bytes = copy;
    shard->size = bytes.size;
    hash_shard(shard);
    return name_shard(shard, out, error);
}

static pr_status add_shard(const prt_table *table, uint32_t first, uint32_t end, pr_arena *scratch, prt_packed *out,
                           pr_error *error) {
    prt_tensors *tensors = pr_arena_take(scratch, sizeof *tensors);
    pr_buffer buffer = {.arena = scratch};
    prt_packed_shard *shard = new_shard(out);
    if (!tensors || !shard)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while packing the table ", table->name);
    tensors->arena = scratch;
    table->fill(table, first, end, tensors);
    if (tensors->failed)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while packing the table ", table->name,
                       "; lower limits.shard_bytes");
    pr_status status = pr_safetensors_write(tensors->list, tensors->count, NULL, 0, &buffer, error);
    if (status != PR_OK)
        return status;
    *shard = (prt_packed_shard){.table = table->name, .first_row = first, .rows = end - first};
    if (table->key && end > first)
        shard->first_key = prt_text_copy(&out->arena, table->key(table, first));
    return take_bytes((pr_text){buffer.bytes, buffer.size}, shard, out, error);
}

pr_status prt_pack_bytes(const char *table, uint32_t rows, pr_text bytes, prt_packed *out, pr_error *error) {
    prt_packed_shard *shard = new_shard(out);
    if (!shard)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while packing the table ", table);
    *shard = (prt_packed_shard){.table = table, .rows = rows};
    return take_bytes(bytes, shard, out, error);
}

/* The row after the last that still fits into a shard that begins at `first`; at least one row. Where `begins`
 * names rows, the last such row that fits. */
static uint32_t cut(const prt_table *table, prt_row_test begins, uint32_t first) {
    uint64_t bytes = 0;
    uint32_t end = first, border = first;
    while (end < table->rows) {
        bytes += table->row_bytes(table, end);
        if (bytes > table->pack->shard_bytes && end > first)
            return border > first ? border : end;
        end++;
        if (begins && begins(table, end))
            border = end;
    }
    return end;
}

pr_status prt_pack_table_at(const prt_table *table, prt_row_test begins, prt_packed *out, pr_error *error) {
    pr_arena scratch;
    pr_arena_init(&scratch, NULL, 0);
    pr_status status = PR_OK;
    uint32_t first = 0;
    do {
        uint32_t end = cut(table, begins, first);
        status = add_shard(table, first, end, &scratch, out, error);
        pr_arena_reset(&scratch);
        first = end;
    } while (status == PR_OK && first < table->rows);
    pr_arena_free(&scratch);
    return status;
}

pr_status prt_pack_table(const prt_table *table, prt_packed *out, pr_error *error) {
    return prt_pack_table_at(table, NULL, out, error);
}

pr_status prt_pack_make(const prt_pack *pack, prt_packed *out, pr_error *error) {
    static pr_status (*const steps[])(const prt_pack *, prt_packed *, pr_error *) = {
        prt_pack_items,  prt_pack_item_ids,  prt_pack_dictionaries, prt_pack_segments,   prt_pack_terms,
        prt_pack_groups, prt_pack_weeks,     prt_pack_weekly,       prt_pack_model,      prt_pack_search,
        prt_pack_shop,   prt_pack_purchases, prt_pack_meaning,      prt_pack_categories, prt_pack_manifest,
    };
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        pr_status status = steps[i](pack, out, error);
        if (status != PR_OK)
            return status;
    }
    return PR_OK;
}

void prt_packed_free(prt_packed *packed) {
    pr_arena_free(&packed->arena);
    memset(packed, 0, sizeof *packed);
}
