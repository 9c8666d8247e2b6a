/* The table reranked: what the cross-encoder says of each product's candidates. docs/bundle-format.md. */
#include "fail.h"
#include "pack.h"

#include <stdlib.h>
#include <string.h>

/* ---- packing ---- */

/* A page needs one row: shards of these bytes, or more so that there are not many more of them than that. */
enum { SHARD_BYTES = 48 << 10, MOST_SHARDS = 512 };
enum { OF_ROW = 12, OF_CANDIDATE = 6 }; /* bytes */

static uint64_t row_bytes(const prt_table *table, uint32_t row) {
    const prt_reranked *r = table->pack->reranked;
    return OF_ROW + OF_CANDIDATE * (uint64_t)(r->offsets[row + 1] - r->offsets[row]);
}

static void fill(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_reranked *r = table->pack->reranked;
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

pr_status prt_pack_reranked(const prt_pack *pack, prt_packed *out, pr_error *error) {
    const prt_reranked *r = pack->reranked;
    const uint64_t share = (OF_ROW * (uint64_t)r->rows + OF_CANDIDATE * (uint64_t)r->offsets[r->rows]) / MOST_SHARDS,
                   bytes = share > SHARD_BYTES ? share : SHARD_BYTES;
    prt_pack cut = *pack;
    cut.shard_bytes = bytes < pack->shard_bytes ? bytes : pack->shard_bytes;
    const prt_table table = {"reranked", r->rows, &cut, NULL, row_bytes, fill, NULL};
    const pr_status status = prt_pack_table(&table, out, error);
    return status == PR_OK ? prt_pack_manifest(pack, out, error) : status;
}

/* ---- scoring ---- */

typedef struct ranked {
    double popularity;
    uint32_t number;
} ranked;

static int by_popularity(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->popularity != y->popularity)
        return x->popularity > y->popularity ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* The numbers of the most popular items into asked[count]. A shop has an order of its own; all others begin with them.
 */
static bool find_popular(const prt_pack *pack, uint32_t *asked, uint32_t count) {
    const uint32_t items = pack->counts->item_count;
    ranked *all = calloc(items + (size_t)1, sizeof *all);
    for (uint32_t n = 0; all && n < items; n++)
        all[n] = (ranked){pack->shop ? pack->shop->popularity[pack->counts->item_order[n]] : 0, n};
    if (all)
        qsort(all, items, sizeof *all, by_popularity);
    for (uint32_t i = 0; all && i < count; i++)
        asked[i] = all[i].number;
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
                   count = most && most < items ? most : items;
    *out = (prt_reranked){0};
    pr_arena_init(&arena, NULL, 0);
    pr_text *ids = pr_arena_array(&arena, items + (size_t)1, sizeof *ids),
            *shards = pr_arena_array(&arena, packed->shard_count + (size_t)1, sizeof *shards);
    uint32_t *asked = pr_arena_array(&arena, count + (size_t)1, sizeof *asked);
    pr_status status = PR_OK;
    if (!ids || !shards || !asked || !find_popular(pack, asked, count))
        status = prt_fail_memory(error, "scoring candidates");
    for (uint32_t i = 0; status == PR_OK && i < packed->shard_count; i++) {
        if (is_for_engine(&packed->shards[i]))
            shards[i] = (pr_text){packed->shards[i].bytes, packed->shards[i].size};
    }
    for (uint32_t n = 0; status == PR_OK && n < items; n++)
        ids[n] = prt_string(&pack->dataset->items.ids, pack->counts->item_order[n]);
    const prt_rerank_bundle bundle = {packed->manifest, shards, packed->shard_count, pack->created};
    const prt_rerank_order order = {.bundle = &bundle,
                                    .cross = &pack->meaning->cross,
                                    .ids = ids,
                                    .asked = asked,
                                    .items = items,
                                    .count = count,
                                    .cache = cache_of(config->meaning.cache, &arena),
                                    .threads = threads};
    if (status == PR_OK)
        status = prt_rerank(&order, out, error);
    pr_arena_free(&arena);
    return status;
}
