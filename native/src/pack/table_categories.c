/* The table categories: the items of each category. docs/bundle-format.md. */
#include "categories.h"

/* A page needs one row. */
enum { SHARD_BYTES = 48 << 10, MOST_SHARDS = 512 };

static uint64_t row_bytes(const prt_table *table, uint32_t row) {
    const prt_categories *c = table->pack->categories;
    const uint32_t clusters = c->cluster_offsets ? c->cluster_offsets[row + 1] - c->cluster_offsets[row] : 0;
    return 8 + 4 * (uint64_t)(c->offsets[row + 1] - c->offsets[row]) + 2 * (uint64_t)clusters;
}

/* The part of offsets and values that rows [first, end) have. */
static void fill_lists(const uint32_t *offsets, const uint32_t *values, const char *starts, const char *name,
                       uint32_t first, uint32_t end, prt_tensors *t) {
    uint32_t *own = pr_arena_array(t->arena, end - first + (size_t)1, sizeof *own);
    if (!own) {
        t->failed = true;
        return;
    }
    for (uint32_t n = first; n <= end; n++)
        own[n - first] = offsets[n] - offsets[first];
    prt_tensors_array(t, starts, "", PR_U32, own, end - first + (uint64_t)1, 1);
    prt_tensors_uints(t, name, "", values + offsets[first], offsets[end] - offsets[first]);
}

static void fill(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_categories *c = table->pack->categories;
    fill_lists(c->offsets, c->item, "offsets", "item", first, end, t);
    if (c->cluster_offsets)
        fill_lists(c->cluster_offsets, c->cluster, "cluster_offsets", "cluster", first, end, t);
}

pr_status prt_pack_categories(const prt_pack *pack, prt_packed *out, pr_error *error) {
    const prt_categories *c = pack->categories;
    if (!c || !c->rows)
        return PR_OK;
    prt_pack cut = *pack;
    prt_table table = {"categories", c->rows, &cut, NULL, row_bytes, fill, NULL};
    uint64_t bytes = 0;
    for (uint32_t row = 0; row < c->rows; row++)
        bytes += row_bytes(&table, row);
    bytes = bytes / MOST_SHARDS > SHARD_BYTES ? bytes / MOST_SHARDS : SHARD_BYTES;
    cut.shard_bytes = bytes < pack->shard_bytes ? bytes : pack->shard_bytes;
    return prt_pack_table(&table, out, error);
}
