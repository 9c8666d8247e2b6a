/* The tables reranked and reranked_categories: what the cross-encoder says of the candidates of each product's and
 * each category's page. docs/bundle-format.md. */
#include "categories.h"
#include "fail.h"

#include <stdlib.h>
#include <string.h>

/* ---- packing ---- */

/* A page needs one row: shards of these bytes, or more so that there are not many more of them than that. */
enum { SHARD_BYTES = 48 << 10, MOST_SHARDS = 512 };
enum { OF_ROW = 12, OF_CANDIDATE = 6 }; /* bytes */

static uint64_t row_bytes(const prt_table *table, uint32_t row) {
    const prt_reranked *r = table->context;
    return OF_ROW + OF_CANDIDATE * (uint64_t)(r->offsets[row + 1] - r->offsets[row]);
}

static void fill(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_reranked *r = table->context;
    const uint32_t from = r->offsets[first], count = r->offsets[end] - from;
    uint32_t *offsets = pr_arena_array(t->arena, end - first + (size_t)1, sizeof *offsets);
    if (!offsets) {
        t->failed = true;
        return;
    }
    for (uint32_t n = first; n <= end; n++)
        offsets[n - first] = r->offsets[n] - from;
    prt_tensors_array(t, "offsets", "", PR_U32, offsets, end - first + (uint64_t)1, 1);
    prt_tensors_uints(t, "item", "", r->item + from, count);
    prt_tensors_array(t, "score", "", PR_U16, r->score + from, count, 1);
    prt_tensors_array(t, "low", "", PR_F32, r->low + first, end - first, 1);
    prt_tensors_array(t, "step", "", PR_F32, r->step + first, end - first, 1);
}

static pr_status pack_scores(const prt_pack *pack, const char *name, const prt_reranked *r, prt_packed *out,
                             pr_error *error) {
    const uint64_t share = (OF_ROW * (uint64_t)r->rows + OF_CANDIDATE * (uint64_t)r->offsets[r->rows]) / MOST_SHARDS,
                   bytes = share > SHARD_BYTES ? share : SHARD_BYTES;
    prt_pack cut = *pack;
    cut.shard_bytes = bytes < pack->shard_bytes ? bytes : pack->shard_bytes;
    const prt_table table = {name, r->rows, &cut, r, row_bytes, fill, NULL};
    return r->rows ? prt_pack_table(&table, out, error) : PR_OK;
}

pr_status prt_pack_reranked(const prt_pack *pack, prt_packed *out, pr_error *error) {
    static const char *const names[PRT_PAGES] = {"reranked", "reranked_categories"};
    for (int of = 0; of < PRT_PAGES; of++)
        PRT_TRY(pack_scores(pack, names[of], &pack->reranked[of], out, error));
    return prt_pack_manifest(pack, out, error);
}

/* ---- scoring ---- */

enum { FEWEST = 3 /* items of a category whose order is worth a score */ };

typedef struct ranked {
    double popularity; /* of an item, or how many items a category has */
    uint32_t number;
} ranked;

static int by_popularity(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->popularity != y->popularity)
        return x->popularity > y->popularity ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* A shop has an order of its own; all others begin with the most popular. */
bool prt_pack_popular(const prt_pack *pack, uint32_t *out, uint32_t count) {
    const uint32_t items = pack->counts->item_count;
    ranked *all = calloc(items + (size_t)1, sizeof *all);
    for (uint32_t n = 0; all && n < items; n++)
        all[n] = (ranked){pack->shop ? pack->shop->popularity[pack->counts->item_order[n]] : 0, n};
    if (all)
        qsort(all, items, sizeof *all, by_popularity);
    for (uint32_t i = 0; all && i < count; i++)
        out[i] = all[i].number;
    free(all);
    return all != NULL;
}

/* The most popular products: `count` of them at most. */
static bool ask_for_products(const prt_pack *pack, const pr_text *ids, uint32_t count, prt_rerank_order *order,
                             prt_asked *asked) {
    uint32_t *popular = calloc(count + (size_t)1, sizeof *popular);
    const bool found = popular && prt_pack_popular(pack, popular, count);
    for (uint32_t i = 0; found && i < count; i++)
        asked[order->count++] = (prt_asked){PRT_OF_PRODUCT, popular[i], ids[popular[i]]};
    order->products = order->count;
    free(popular);
    return found;
}

/* The largest categories that have an order and a page. */
static bool ask_for_categories(const prt_categories *c, uint32_t count, prt_rerank_order *order, prt_asked *asked) {
    ranked *all = calloc(c->rows + (size_t)1, sizeof *all);
    for (uint32_t row = 0; all && row < c->rows; row++)
        all[row] = (ranked){c->offsets[row + 1] - c->offsets[row], row};
    if (all)
        qsort(all, c->rows, sizeof *all, by_popularity);
    for (uint32_t i = 0; all && i < c->rows && all[i].popularity >= FEWEST && count > 0; i++) {
        bool shadowed;
        const pr_text name = prt_category_name(c, all[i].number, &shadowed);
        if (shadowed || !name.size)
            continue;
        asked[order->count++] = (prt_asked){PRT_OF_CATEGORY, all[i].number, name};
        count--;
    }
    free(all);
    return all != NULL;
}

/* Scores of pairs lie beside the vectors of texts. */
static const char *cache_of(const char *vectors, pr_arena *arena) {
    static const char ending[] = ".pairs";
    const size_t size = vectors ? strlen(vectors) : 0;
    char *path = size ? pr_arena_take(arena, size + sizeof ending) : NULL;
    if (path) {
        memcpy(path, vectors, size);
        memcpy(path + size, ending, sizeof ending);
    }
    return path;
}

static bool is_for_engine(const prt_packed_shard *shard) {
    return strcmp(shard->table, "encoder") != 0 && strcmp(shard->table, "cross_encoder") != 0;
}

pr_status prt_rerank_packed(const prt_config *config, const prt_pack *pack, int threads, const prt_packed *packed,
                            prt_reranked *out, pr_error *error) {
    pr_arena arena;
    const uint32_t items = pack->counts->item_count, most = config->meaning.rerank_items,
                   categories = pack->categories->rows, count = most && most < items ? most : items;
    for (int of = 0; of < PRT_PAGES; of++)
        out[of] = (prt_reranked){0};
    pr_arena_init(&arena, NULL, 0);
    pr_text *ids = pr_arena_array(&arena, items + (size_t)1, sizeof *ids),
            *shards = pr_arena_array(&arena, packed->shard_count + (size_t)1, sizeof *shards);
    prt_asked *asked = pr_arena_array(&arena, count + (size_t)categories + 1, sizeof *asked);
    pr_status status = ids && shards && asked ? PR_OK : prt_fail_memory(error, "scoring candidates");
    for (uint32_t i = 0; status == PR_OK && i < packed->shard_count; i++) {
        if (is_for_engine(&packed->shards[i]))
            shards[i] = (pr_text){packed->shards[i].bytes, packed->shards[i].size};
    }
    for (uint32_t n = 0; status == PR_OK && n < items; n++)
        ids[n] = prt_string(&pack->dataset->items.ids, pack->counts->item_order[n]);
    const prt_rerank_bundle bundle = {packed->manifest, shards, packed->shard_count, pack->created};
    prt_rerank_order order = {.bundle = &bundle,
                              .cross = &pack->meaning->cross,
                              .ids = ids,
                              .asked = asked,
                              .rows = {items, categories},
                              .cache = cache_of(config->meaning.cache, &arena),
                              .threads = threads};
    if (status == PR_OK && (!ask_for_products(pack, ids, count, &order, asked) ||
                            !ask_for_categories(pack->categories, most ? most : categories, &order, asked)))
        status = prt_fail_memory(error, "scoring candidates");
    if (status == PR_OK)
        status = prt_rerank(&order, out, error);
    pr_arena_free(&arena);
    return status;
}
