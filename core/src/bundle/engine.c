/* Life of an engine: open, attach and detach shards, close; and the look-ups that may miss. */
#include "engine.h"

#include <string.h>

enum { DEFAULT_MEMORY_LIMIT = 256 << 20 };

pr_status pr_engine_open(const void *manifest, size_t size, const pr_options *options, pr_engine **out,
                         pr_error *error) {
    *out = NULL;
    if (!manifest || (options && options->size < sizeof *options))
        return pr_fail(error, PR_E_ARGUMENT, 0, "pr_engine_open needs a manifest and options made by PR_OPTIONS_INIT");
    const pr_allocator *allocator = options && options->allocator ? options->allocator : pr_allocator_default();
    pr_engine *engine = allocator->allocate(allocator->context, sizeof *engine);
    if (!engine)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening the bundle");
    memset(engine, 0, sizeof *engine);
    engine->allocator = allocator;
    engine->memory_limit = options && options->memory_limit ? options->memory_limit : DEFAULT_MEMORY_LIMIT;
    pr_arena_init(&engine->index, allocator, engine->memory_limit);
    pr_arena_init(&engine->scratch, allocator, engine->memory_limit);
    pr_status status = pr__manifest_read(engine, manifest, size, error);
    if (status) {
        pr_engine_close(engine);
        return status;
    }
    *out = engine;
    return PR_OK;
}

void pr_engine_close(pr_engine *engine) {
    if (!engine)
        return;
    for (uint32_t i = 0; i < engine->shard_count; i++)
        pr_arena_free(&engine->shards[i].arena);
    pr_arena_free(&engine->scratch);
    pr_arena_free(&engine->index);
    engine->allocator->release(engine->allocator->context, engine, sizeof *engine);
}

uint32_t pr_engine_shard_count(const pr_engine *engine) {
    return engine->shard_count;
}

pr_status pr_engine_shard(const pr_engine *engine, uint32_t shard, pr_shard_info *info) {
    if (shard >= engine->shard_count)
        return PR_E_ARGUMENT;
    const pr_shard *s = &engine->shards[shard];
    *info =
        (pr_shard_info){s->table_name, s->file, s->sha256, s->bytes, s->first_row, s->rows, s->attached, s->refused};
    return PR_OK;
}

size_t pr_engine_memory(const pr_engine *engine) {
    size_t held = sizeof *engine + engine->index.held + engine->scratch.held;
    for (uint32_t i = 0; i < engine->shard_count; i++)
        held += engine->shards[i].arena.held;
    return held;
}

static pr_status check_hash(const pr_shard *shard, const void *bytes, size_t size, pr_error *error) {
    if (size != shard->bytes)
        return pr_fail(error, PR_E_HASH, 0, "shard ", shard->file,
                       ": has another length than the manifest says; download it again");
    char hex[65];
    pr_sha256 hash;
    pr_sha256_init(&hash);
    pr_sha256_update(&hash, bytes, size);
    pr_sha256_hex(&hash, hex);
    if (memcmp(hex, shard->sha256, 64) != 0)
        return pr_fail(error, PR_E_HASH, 0, "shard ", shard->file,
                       ": its bytes are not those that the manifest promised; download it again");
    return PR_OK;
}

static pr_status check_table(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    switch (shard->table) {
    case PR_TABLE_ITEMS:
        return pr__items_check(engine, shard, file, error);
    case PR_TABLE_ITEM_IDS:
        return pr__item_ids_check(engine, shard, file, error);
    case PR_TABLE_DICTIONARIES:
        return pr__dictionaries_check(engine, shard, file, error);
    case PR_TABLE_SEGMENTS:
        return pr__segments_check(engine, shard, file, error);
    case PR_TABLE_TERMS:
        return pr__terms_check(engine, shard, file, error);
    case PR_TABLE_GROUPS:
        return pr__groups_check(engine, shard, file, error);
#if PR_WITH_RANKING
    case PR_TABLE_WEEKS:
        return pr__weeks_check(engine, shard, file, error);
    case PR_TABLE_WEEKLY:
        return pr__weekly_check(engine, shard, file, error);
    case PR_TABLE_TREES:
    case PR_TABLE_LINEAR:
        return pr__ranker_check(engine, shard, file, error);
#endif
#if PR_WITH_SHOP
    case PR_TABLE_LEXICON:
        return pr__lexicon_check(engine, shard, file, error);
    case PR_TABLE_POSTINGS:
        return pr__postings_check(engine, shard, file, error);
    case PR_TABLE_DOCUMENTS:
        return pr__documents_check(engine, shard, file, error);
    case PR_TABLE_FACETS:
        return pr__facets_check(engine, shard, file, error);
    case PR_TABLE_SIMILAR:
        return pr__similar_check(engine, shard, file, error);
    case PR_TABLE_RULES:
        return pr__rules_check(engine, shard, file, error);
    case PR_TABLE_LISTS:
        return pr__lists_check(engine, shard, file, error);
    case PR_TABLE_TRENDING:
        return pr__trending_check(engine, shard, file, error);
    case PR_TABLE_SYNONYMS:
        return pr__synonyms_check(engine, shard, file, error);
#endif
#if PR_WITH_PURCHASES
    case PR_TABLE_ITEM_STATS:
        return pr__item_stats_check(engine, shard, file, error);
    case PR_TABLE_FACTORS:
        return pr__factors_check(engine, shard, file, error);
    case PR_TABLE_GRAM:
        return pr__gram_check(engine, shard, file, error);
    case PR_TABLE_NEIGHBOURS:
        return pr__neighbours_check(engine, shard, file, error);
#endif
#if PR_WITH_MEANING
    case PR_TABLE_VECTORS:
        return pr__vectors_check(engine, shard, file, error);
    case PR_TABLE_VECTOR_PLACES:
        return pr__vector_places_check(engine, shard, file, error);
    case PR_TABLE_CLUSTERS:
        return pr__clusters_check(engine, shard, file, error);
    case PR_TABLE_PROJECTION:
        return pr__projection_check(engine, shard, file, error);
    case PR_TABLE_CATEGORIES:
        return pr__categories_check(engine, shard, file, error);
    case PR_TABLE_RERANKED:
    case PR_TABLE_RERANKED_CATEGORIES:
        return pr__reranked_check(engine, shard, file, error);
#endif
    default:
        break;
    }
    return PR_OK;
}

pr_status pr_engine_attach(pr_engine *engine, uint32_t index, const void *bytes, size_t size, pr_error *error) {
    if (index >= engine->shard_count)
        return pr_fail(error, PR_E_ARGUMENT, 0, "there is no shard with that number");
    pr_shard *shard = &engine->shards[index];
    if (shard->attached)
        return PR_OK;
    pr_safetensors file;
    pr_status status = check_hash(shard, bytes, size, error);
    if (status == PR_OK)
        status = pr__safetensors_read(bytes, size, shard->file, &shard->arena, &file, error);
    if (status == PR_OK)
        status = check_table(engine, shard, &file, error);
    shard->attached = status == PR_OK;
    shard->refused = status == PR_E_FORMAT || status == PR_E_HASH;
    if (status)
        pr_arena_free(&shard->arena);
    return status;
}

void pr_engine_detach(pr_engine *engine, uint32_t index) {
    if (index >= engine->shard_count || !engine->shards[index].attached)
        return;
    engine->shards[index].attached = false;
    pr_arena_free(&engine->shards[index].arena);
}

/* The shard if it is attached; else it is noted as missing, or the request as one that cannot be answered. */
static const pr_shard *attached(pr_engine *engine, uint32_t index) {
    pr_shard *shard = &engine->shards[index];
    if (shard->attached)
        return shard;
    if (shard->refused)
        engine->needs_refused = true;
    else if (!shard->wanted) {
        shard->wanted = true;
        engine->missing[engine->missing_count++] = index;
    }
    return NULL;
}

const pr_shard *pr__shard_of_row(pr_engine *engine, pr_table table, uint32_t row) {
    uint32_t low = engine->tables[table].first, high = low + engine->tables[table].count;
    if (row >= engine->tables[table].rows)
        return NULL;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (engine->shards[middle].first_row <= row)
            low = middle;
        else
            high = middle;
    }
    return attached(engine, low);
}

const pr_shard *pr__shard_of_key(pr_engine *engine, pr_table table, pr_text key) {
    uint32_t low = engine->tables[table].first, high = low + engine->tables[table].count;
    if (low == high || engine->tables[table].rows == 0)
        return NULL;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        const pr_text *first = &engine->shards[middle].first_key;
        if (pr__compare(first->bytes, first->size, key.bytes, key.size) <= 0)
            low = middle;
        else
            high = middle;
    }
    return attached(engine, low);
}

uint32_t pr__strings_find(const pr_strings *sorted, pr_text key) {
    uint32_t low = 0, high = sorted->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        pr_text text = pr__string(sorted, middle);
        int order = pr__compare(text.bytes, text.size, key.bytes, key.size);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return UINT32_MAX;
}
