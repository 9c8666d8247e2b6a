/* The tables of meaning: vectors, vector_places, clusters, projection, encoder, cross_encoder. docs/bundle-format.md.
 */
#include "item_meaning.h"
#include "pack.h"

/* What a visitor's few items need lies all over the vectors: shards of them are small, but not so many that the
 * manifest grows large. */
enum { VECTOR_BYTES = 64 * 1024, MOST_VECTOR_SHARDS = 256 };

static uint64_t vector_bytes(const prt_table *table, uint32_t row) {
    (void)row;
    return table->pack->meaning->dims + 8;
}

/* Is the row the first of a cluster? */
static bool begins_cluster(const prt_table *table, uint32_t row) {
    const prt_item_meaning *m = table->pack->meaning;
    uint32_t low = 0, high = m->clusters;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (m->first[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return m->first[low] == row;
}

static void fill_vectors(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_item_meaning *m = table->pack->meaning;
    prt_tensors_array(t, "item", "", PR_U32, m->item + first, end - first, 1);
    prt_tensors_array(t, "values", "", PR_I8, m->values + (size_t)first * m->dims, end - first, m->dims);
    prt_tensors_array(t, "scale", "", PR_F32, m->scale + first, end - first, 1);
}

static uint64_t place_bytes(const prt_table *table, uint32_t row) {
    (void)table;
    (void)row;
    return 4;
}

static void fill_places(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    prt_tensors_array(t, "place", "", PR_U32, table->pack->meaning->place + first, end - first, 1);
}

/* One shard, whatever its size. */
static uint64_t no_bytes(const prt_table *table, uint32_t row) {
    (void)table;
    (void)row;
    return 0;
}

static void fill_clusters(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_item_meaning *m = table->pack->meaning;
    prt_tensors_array(t, "values", "", PR_I8, m->centres + (size_t)first * m->dims, end - first, m->dims);
    prt_tensors_array(t, "scale", "", PR_F32, m->centre_scale + first, end - first, 1);
    prt_tensors_array(t, "first", "", PR_U32, m->first, m->clusters + (uint64_t)1, 1);
}

static void fill_projection(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_item_meaning *m = table->pack->meaning;
    (void)first;
    (void)end;
    prt_tensors_array(t, "rotation", "", PR_F32, m->rotation, m->dims, m->source);
}

static uint64_t vector_shard_bytes(const prt_pack *pack) {
    const prt_item_meaning *m = pack->meaning;
    const uint64_t share = (uint64_t)m->rows * (m->dims + 8) / MOST_VECTOR_SHARDS,
                   bytes = share > VECTOR_BYTES ? share : VECTOR_BYTES;
    return bytes < pack->shard_bytes ? bytes : pack->shard_bytes;
}

static pr_status pack_vectors(const prt_pack *pack, prt_packed *out, pr_error *error) {
    const prt_item_meaning *m = pack->meaning;
    prt_pack cut = *pack;
    cut.shard_bytes = vector_shard_bytes(pack);
    const prt_table tables[] = {
        {"vectors", m->rows, &cut, NULL, vector_bytes, fill_vectors, NULL},
        {"vector_places", m->items, pack, NULL, place_bytes, fill_places, NULL},
        {"clusters", m->clusters, pack, NULL, no_bytes, fill_clusters, NULL},
        {"projection", m->searched, pack, NULL, no_bytes, fill_projection, NULL},
    };
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        if (tables[t].rows == 0)
            continue;
        pr_status status = prt_pack_table_at(&tables[t], t == 0 ? begins_cluster : NULL, out, error);
        if (status != PR_OK)
            return status;
    }
    return PR_OK;
}

pr_status prt_pack_meaning(const prt_pack *pack, prt_packed *out, pr_error *error) {
    const prt_item_meaning *m = pack->meaning;
    pr_status status = m && m->rows ? pack_vectors(pack, out, error) : PR_OK;
    if (status == PR_OK && pack->ship_encoder)
        status = prt_pack_bytes("encoder", 1, m->loaded.file, out, error);
    if (status == PR_OK && pack->ship_cross && m->cross.encoder)
        status = prt_pack_bytes("cross_encoder", 1, m->cross.file, out, error);
    return status;
}
