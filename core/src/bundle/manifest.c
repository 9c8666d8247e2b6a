/* Opening a bundle: manifest.json is read, checked and turned into the list of shards. */
#include "engine.h"

#include <string.h>

static pr_status wrong(pr_error *error, const char *where, const char *what) {
    return pr_fail(error, PR_E_FORMAT, 0, "manifest.json: ", where, " ", what,
                   "; download it again or rebuild the bundle");
}

static bool whole(const pr_json *value, double most, uint64_t *out) {
    if (!value || value->type != PR_JSON_NUMBER || !value->is_integer || value->number < 0 || value->number > most)
        return false;
    *out = (uint64_t)value->number;
    return true;
}

/* Those of parts that the engine was built without come last, and are unknown to it. */
static const char *const TABLES[] = {"items",
                                     "item_ids",
                                     "dictionaries",
                                     "segments",
                                     "terms",
                                     "groups",
                                     "weeks",
                                     "weekly",
                                     "trees",
                                     "linear",
                                     "lexicon",
                                     "postings",
                                     "documents",
                                     "facets",
                                     "similar",
                                     "rules",
                                     "lists",
                                     "trending",
                                     "synonyms",
                                     "item_stats",
                                     "factors",
                                     "gram",
                                     "neighbours",
#if PR_WITH_MEANING
                                     "vectors",
                                     "vector_places",
                                     "clusters",
                                     "projection",
                                     "reranked",
                                     "categories",
                                     "reranked_categories"
#endif
};

static bool plain_name(const pr_json *name) {
    if (!name || name->type != PR_JSON_STRING || name->size == 0 || name->size > 128 || name->string[0] == '.')
        return false;
    for (uint32_t i = 0; i < name->size; i++) {
        char c = name->string[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '-' && c != '_' && c != '.')
            return false;
    }
    return true;
}

static bool hex64(const pr_json *text) {
    if (!text || text->type != PR_JSON_STRING || text->size != 64)
        return false;
    for (uint32_t i = 0; i < 64; i++) {
        char c = text->string[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

static pr_status read_shard(const pr_json *given, pr_shard *shard, pr_error *error) {
    const pr_json *table = pr_json_get(given, "table"), *file = pr_json_get(given, "file"),
                  *hash = pr_json_get(given, "sha256");
    const pr_json *key = pr_json_get(given, "first_key");
    uint64_t first, rows, bytes;
    if (!plain_name(table) || !plain_name(file) || !hex64(hash))
        return wrong(error, "shards", "has an entry without a plain table and file name and a SHA-256");
    if (!whole(pr_json_get(given, "first_row"), UINT32_MAX - 1.0, &first) ||
        !whole(pr_json_get(given, "rows"), UINT32_MAX - 1.0, &rows) ||
        !whole(pr_json_get(given, "bytes"), 2147483647.0, &bytes) || first + rows >= UINT32_MAX)
        return wrong(error, "shards", "has an entry whose first_row, rows or bytes is wrong");
    shard->table = PR_TABLE_UNKNOWN;
    for (size_t t = 0; t < PR_COUNT(TABLES); t++) {
        if (pr_json_is(table, TABLES[t]))
            shard->table = (pr_table)t;
    }
    if (key && key->type == PR_JSON_STRING)
        shard->first_key = (pr_text){key->string, key->size};
    shard->table_name = table->string;
    shard->file = file->string;
    shard->sha256 = hash->string;
    shard->first_row = (uint32_t)first;
    shard->rows = (uint32_t)rows;
    shard->bytes = bytes;
    return PR_OK;
}

/* Shards of a table must stand together, in the order of their rows, from row 0, and rise by key where they have one.
 */
static pr_status place_shard(pr_engine *engine, uint32_t index, pr_error *error) {
    pr_shard *shard = &engine->shards[index];
    if (shard->table == PR_TABLE_UNKNOWN)
        return PR_OK;
    uint32_t *first = &engine->tables[shard->table].first, *count = &engine->tables[shard->table].count,
             *rows = &engine->tables[shard->table].rows;
    if (*count == 0)
        *first = index;
    const pr_shard *before = *count ? &engine->shards[index - 1] : NULL;
    if (*first + *count != index || shard->first_row != *rows || (shard->rows == 0 && *count > 0))
        return wrong(error, "shards", "does not list each table's shards together and in the order of their rows");
    if (before && shard->first_key.size &&
        pr__compare(before->first_key.bytes, before->first_key.size, shard->first_key.bytes, shard->first_key.size) >=
            0)
        return wrong(error, "shards", "has first keys that do not rise");
    *count += 1;
    *rows += shard->rows;
    return PR_OK;
}

/* Shards of `documents` begin with a block of the search; those of `facets` hold one chunk of one column. */
static pr_status check_shop_tables(const pr_engine *engine, pr_error *error) {
    uint32_t facets = engine->shop.facet_count * engine->shop.chunks;
    uint32_t first = engine->tables[PR_TABLE_DOCUMENTS].first;
    for (uint32_t i = 0; i < engine->tables[PR_TABLE_DOCUMENTS].count; i++) {
        if (engine->shards[first + i].first_row % PR_SEARCH_BLOCK)
            return wrong(error, "shards", "has documents that do not begin with a block");
    }
    if (engine->tables[PR_TABLE_DOCUMENTS].rows != engine->items ||
        engine->tables[PR_TABLE_POSTINGS].rows != engine->tables[PR_TABLE_LEXICON].rows ||
        engine->tables[PR_TABLE_FACETS].rows != facets || engine->tables[PR_TABLE_FACETS].count != facets)
        return wrong(error, "shards", "does not hold the rows that the shop's search needs");
    if ((engine->tables[PR_TABLE_SIMILAR].rows && engine->tables[PR_TABLE_SIMILAR].rows != engine->items) ||
        (engine->tables[PR_TABLE_RULES].rows && engine->tables[PR_TABLE_RULES].rows != engine->items) ||
        engine->tables[PR_TABLE_LISTS].count > 1 || engine->tables[PR_TABLE_TRENDING].count > 1 ||
        engine->tables[PR_TABLE_SYNONYMS].count > 1)
        return wrong(error, "shards", "has links that are not of all items, or lists in several shards");
    return PR_OK;
}

/* Rows of the tables behind the models are items; without a model its tables are not there. */
static pr_status check_purchase_tables(const pr_engine *engine, pr_error *error) {
    bool als = engine->purchases.has[PR_BY_ALS], item_cf = engine->purchases.has[PR_BY_ITEM_CF];
    if (engine->tables[PR_TABLE_ITEM_STATS].rows != engine->items ||
        engine->tables[PR_TABLE_FACTORS].rows != (als ? engine->items : 0) ||
        engine->tables[PR_TABLE_GRAM].rows != als || engine->tables[PR_TABLE_GRAM].count != als ||
        engine->tables[PR_TABLE_NEIGHBOURS].rows != (item_cf ? engine->items : 0))
        return wrong(error, "shards", "does not hold the rows that the models of settings.purchases need");
    return PR_OK;
}

/* Of the columns of settings.meaning.categories together. */
static uint64_t count_categories(const pr_engine *engine) {
    uint64_t count = 0;
    for (uint32_t level = 0; level < engine->stages.listed_count; level++)
        count += engine->settings.columns[engine->stages.listed[level]].values;
    return count;
}

/* Vectors lie in clusters, and every item has its place among them; without vectors there is none of it. */
static pr_status check_meaning_tables(const pr_engine *engine, pr_error *error) {
    const bool vectors = engine->meaning.present, projection = engine->meaning.source > 0;
    const uint32_t reranked = engine->tables[PR_TABLE_RERANKED].rows,
                   categories = engine->tables[PR_TABLE_CATEGORIES].rows,
                   reranked_categories = engine->tables[PR_TABLE_RERANKED_CATEGORIES].rows;
    if ((engine->tables[PR_TABLE_VECTORS].rows > 0) != vectors ||
        engine->tables[PR_TABLE_VECTOR_PLACES].rows != (vectors ? engine->items : 0) ||
        engine->tables[PR_TABLE_CLUSTERS].count != vectors || (engine->tables[PR_TABLE_CLUSTERS].rows > 0) != vectors ||
        engine->tables[PR_TABLE_PROJECTION].count != projection ||
        engine->tables[PR_TABLE_PROJECTION].rows != projection ||
        (reranked && (reranked != engine->items || !engine->stages.present)) ||
        categories != count_categories(engine) || (reranked_categories && reranked_categories != categories))
        return wrong(error, "shards", "does not hold the rows that settings.meaning needs");
    return PR_OK;
}

static pr_status check_tables(const pr_engine *engine, pr_error *error) {
    uint32_t buckets = engine->tables[PR_TABLE_ITEM_IDS].rows;
    if (engine->tables[PR_TABLE_ITEMS].rows != engine->items)
        return wrong(error, "shards", "does not hold as many rows of items as the manifest counts");
    if (buckets == 0 || (buckets & (buckets - 1)))
        return wrong(error, "shards", "must have a power of two of item_ids rows");
    if (engine->tables[PR_TABLE_DICTIONARIES].count != 1 || engine->tables[PR_TABLE_GROUPS].count > 1)
        return wrong(error, "shards", "must have one shard of dictionaries and at most one of groups");
    if (PR_WITH_SHOP && engine->shop.present)
        PR_TRY(check_shop_tables(engine, error));
    if (PR_WITH_PURCHASES && engine->purchases.present)
        PR_TRY(check_purchase_tables(engine, error));
    if (PR_WITH_MEANING)
        PR_TRY(check_meaning_tables(engine, error));
    if (!PR_WITH_RANKING || !engine->ranking.feature_count)
        return PR_OK;
    if (engine->tables[PR_TABLE_WEEKLY].rows != engine->items || engine->tables[PR_TABLE_WEEKS].count != 1 ||
        engine->tables[PR_TABLE_WEEKS].rows > PR_MAX_WEEKS ||
        engine->tables[PR_TABLE_TREES].count + engine->tables[PR_TABLE_LINEAR].count != 1 ||
        engine->tables[PR_TABLE_TREES].rows + engine->tables[PR_TABLE_LINEAR].rows == 0)
        return wrong(error, "shards",
                     "must have weekly rows of all items, one shard of at most 52 weeks and one model");
    return PR_OK;
}

static pr_status read_shards(pr_engine *engine, const pr_json *shards, pr_error *error) {
    if (!shards || shards->type != PR_JSON_ARRAY || shards->size == 0 || shards->size > PR_MAX_SHARDS)
        return wrong(error, "shards", "must be an array of 1 to 65,536 entries");
    engine->shards = pr_arena_array(&engine->index, shards->size, sizeof *engine->shards);
    engine->missing = pr_arena_array(&engine->index, shards->size, sizeof *engine->missing);
    if (!engine->shards || !engine->missing)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening the bundle");
    for (const pr_json *given = shards->first; given; given = given->next) {
        pr_shard *shard = &engine->shards[engine->shard_count];
        pr_arena_init(&shard->arena, engine->allocator, 0);
        PR_TRY(read_shard(given, shard, error));
        PR_TRY(place_shard(engine, engine->shard_count, error));
        engine->shard_count++;
    }
    return check_tables(engine, error);
}

/* The manifest vouches for itself: `checksum` is the SHA-256 of its own bytes with 64 zeros in place of the digits. It
 * finds damage, not malice; what a forger could do is bounded by the checks of every field. */
static pr_status check_sum(const char *bytes, size_t size, const pr_json *root, pr_error *error) {
    static const char zeros[65] = "0000000000000000000000000000000000000000000000000000000000000000";
    const pr_json *checksum = pr_json_get(root, "checksum");
    if (!hex64(checksum) || size - checksum->position < 66 || bytes[checksum->position + 65] != '"')
        return wrong(error, "checksum", "is not there or no SHA-256");
    char hex[65];
    pr_sha256 hash;
    size_t digits = checksum->position + 1u;
    pr_sha256_init(&hash);
    pr_sha256_update(&hash, bytes, digits);
    pr_sha256_update(&hash, zeros, 64);
    pr_sha256_update(&hash, bytes + digits + 64, size - digits - 64);
    pr_sha256_hex(&hash, hex);
    if (memcmp(hex, bytes + digits, 64) != 0)
        return pr_fail(error, PR_E_HASH, 0,
                       "manifest.json: its bytes are not those that were written; download it again");
    return PR_OK;
}

/* `needs` names parts of the engine without which the bundle cannot be served as it was meant. */
static pr_status check_needs(const pr_json *needs, pr_error *error) {
    if (!needs)
        return PR_OK;
    if (needs->type != PR_JSON_ARRAY || needs->size > 16)
        return wrong(error, "needs", "must be a list of at most 16 names");
    for (const pr_json *part = needs->first; part; part = part->next) {
        if (part->type != PR_JSON_STRING)
            return wrong(error, "needs", "must hold texts only");
        bool known = (PR_WITH_RANKING && pr_json_is(part, "ranking")) || (PR_WITH_SHOP && pr_json_is(part, "shop")) ||
                     (PR_WITH_PURCHASES && pr_json_is(part, "purchases")) ||
                     (PR_WITH_MEANING && pr_json_is(part, "meaning"));
        if (!known)
            return pr_fail(error, PR_E_VERSION, 0, "manifest.json: the bundle needs the part \"", part->string,
                           "\", which this engine was built without; load the full engine or update pocketrec");
    }
    return PR_OK;
}

static pr_status read_label(const pr_json *value, const char *where, pr_text *out, pr_error *error) {
    if (!value || value->type != PR_JSON_STRING || value->size > 200)
        return wrong(error, where, "must be a text of at most 200 bytes");
    *out = (pr_text){value->string, value->size};
    return PR_OK;
}

/* A bundle that has a part must say so in `needs`, so that every engine either serves it or refuses. */
static bool is_needed(const pr_json *root, const char *part) {
    const pr_json *needs = pr_json_get(root, "needs");
    for (const pr_json *name = needs ? needs->first : NULL; name; name = name->next) {
        if (pr_json_is(name, part))
            return true;
    }
    return false;
}

static pr_status read_ranking(pr_engine *engine, const pr_json *root, pr_error *error) {
    const pr_json *given = pr_json_get(pr_json_get(root, "settings"), "ranking");
    engine->settings.ranked = given != NULL;
    if (engine->settings.ranked != is_needed(root, "ranking"))
        return wrong(error, "needs", "and settings.ranking do not agree");
    if (given)
        engine->ranking.set.items = engine->items;
    return pr__ranking_read(given, &engine->settings, &engine->index, &engine->ranking, error);
}

static pr_status read_shop(pr_engine *engine, const pr_json *root, pr_error *error) {
    const pr_json *given = pr_json_get(pr_json_get(root, "settings"), "shop");
    engine->settings.shop = given != NULL;
    if (engine->settings.shop != is_needed(root, "shop"))
        return wrong(error, "needs", "and settings.shop do not agree");
    return pr__shop_read(given, &engine->settings, engine->items, &engine->index, &engine->shop, error);
}

static pr_status read_purchases(pr_engine *engine, const pr_json *root, pr_error *error) {
    const pr_json *given = pr_json_get(pr_json_get(root, "settings"), "purchases");
    engine->settings.buys = given != NULL;
    if (engine->settings.buys != is_needed(root, "purchases"))
        return wrong(error, "needs", "and settings.purchases do not agree");
    return pr__purchases_read(given, &engine->settings, &engine->purchases, error);
}

static pr_status read_meaning(pr_engine *engine, const pr_json *root, pr_error *error) {
    const pr_json *given = pr_json_get(pr_json_get(root, "settings"), "meaning");
    engine->settings.meant = given != NULL;
    if (engine->settings.meant != is_needed(root, "meaning"))
        return wrong(error, "needs", "and settings.meaning do not agree");
    PR_TRY(pr__meaning_read(given, &engine->meaning, error));
    return pr__stages_read(given, &engine->settings, &engine->shop, &engine->purchases, &engine->stages, error);
}

pr_status pr__manifest_read(pr_engine *engine, const char *bytes, size_t size, pr_error *error) {
    pr_json_limits limits = {PR_MAX_MANIFEST, 16};
    const pr_json *root;
    pr_error inner = {0};
    pr_status status = pr_json_parse(bytes, size, &limits, &engine->index, &root, &inner);
    if (status)
        return status == PR_E_MEMORY ? pr_fail(error, status, 0, "out of memory while opening the bundle")
                                     : wrong(error, inner.message, "");
    uint64_t format, items, peak;
    if (!pr_json_is(pr_json_get(root, "format"), "pocketrec") ||
        !whole(pr_json_get(root, "format_version"), 1e9, &format))
        return wrong(error, "format", "is not that of a pocketrec bundle");
    if (format != PR_FORMAT_VERSION)
        return pr_fail(error, PR_E_VERSION, 0,
                       "manifest.json: this reader knows format version 1 only; update pocketrec");
    PR_TRY(check_sum(bytes, size, root, error));
    PR_TRY(check_needs(pr_json_get(root, "needs"), error));
    if (!whole(pr_json_get(root, "items"), PR_MAX_ITEMS, &items) || items == 0)
        return wrong(error, "items", "must be a whole number from 1 to 16,777,216");
    if (!whole(pr_json_get(root, "memory_peak"), 9e15, &peak))
        return wrong(error, "memory_peak", "must be a whole number");
    if (engine->memory_limit && peak > engine->memory_limit)
        return pr_fail(error, PR_E_LIMIT, 0,
                       "manifest.json: the bundle needs more memory than this engine may use; raise memory_limit or "
                       "publish fewer items");
    engine->items = (uint32_t)items;
    PR_TRY(read_label(pr_json_get(root, "name"), "name", &engine->name, error));
    PR_TRY(read_label(pr_json_get(root, "version"), "version", &engine->version, error));
    PR_TRY(read_label(pr_json_get(root, "created"), "created", &engine->created, error));
    PR_TRY(pr__settings_read(root, &engine->index, &engine->settings, error));
    if (PR_WITH_RANKING)
        PR_TRY(read_ranking(engine, root, error));
    if (PR_WITH_SHOP)
        PR_TRY(read_shop(engine, root, error));
    if (PR_WITH_PURCHASES)
        PR_TRY(read_purchases(engine, root, error));
    if (PR_WITH_MEANING)
        PR_TRY(read_meaning(engine, root, error));
    return read_shards(engine, pr_json_get(root, "shards"), error);
}
