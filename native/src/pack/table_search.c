/* The tables of the search: lexicon, postings, documents, facets, synonyms. docs/bundle-format.md. */
#include "pack.h"
#include "shop.h"
#include "varint.h"

#include <math.h>
#include <string.h>

enum {
    LEXICON_STEP = 16, /* every 16th term of a shard is written in full */
    LEXICON_BYTES = 16 << 10,
    POSTINGS_BYTES = 32 << 10,
    DOCUMENTS_BYTES = 1 << 18, /* a multiple of the search's block of 4,096 */
    CHUNK = 65536              /* rows of one facet's shard */
};

/* ---- terms ---- */

static pr_text term_of(const prt_search_index *index, uint32_t t) {
    return (pr_text){index->text + index->text_offsets[t], index->text_offsets[t + 1] - index->text_offsets[t]};
}

static const prt_search_index *index_of(const prt_table *table) {
    return &table->pack->shop->index;
}

/* Twice the logarithm of the number of documents, from 1 on. */
static uint8_t frequency_class(uint64_t documents) {
    return (uint8_t)(1 + floor(2 * log2((double)documents)));
}

/* ---- lexicon ---- */

static size_t shared_with(pr_text a, pr_text b) {
    size_t n = 0;
    while (n < a.size && n < b.size && a.bytes[n] == b.bytes[n])
        n++;
    return n;
}

static uint64_t lexicon_bytes(const prt_table *table, uint32_t t) {
    const prt_search_index *index = index_of(table);
    return 4 + term_of(index, t).size - (t ? shared_with(term_of(index, t - 1), term_of(index, t)) : 0);
}

static pr_text lexicon_key(const prt_table *table, uint32_t t) {
    return term_of(index_of(table), t);
}

static void fill_lexicon(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_search_index *index = index_of(table);
    prt_bytes out = {pr_arena_array(t->arena, (end - first) * (size_t)(PR_MAX_TERM + 4) + 1, 1), 0};
    if (!out.data) {
        t->failed = true;
        return;
    }
    for (uint32_t r = first; r < end; r++) {
        pr_text term = term_of(index, r);
        size_t shared = (r - first) % LEXICON_STEP ? shared_with(term_of(index, r - 1), term) : 0;
        out.data[out.size++] = (uint8_t)shared;
        out.data[out.size++] = (uint8_t)(term.size - shared);
        memcpy(out.data + out.size, term.bytes + shared, term.size - shared);
        out.size += term.size - shared;
        out.data[out.size++] = frequency_class(index->offsets[r + 1] - index->offsets[r]);
        out.data[out.size++] = index->surfaces[r];
    }
    prt_tensors_array(t, "entries", "", PR_U8, out.data, out.size, 1);
}

/* ---- postings ---- */

static uint64_t postings_bytes(const prt_table *table, uint32_t t) {
    const prt_search_index *index = index_of(table);
    uint64_t bytes = 3, before = 0;
    for (uint64_t p = index->offsets[t]; p < index->offsets[t + 1]; p++) {
        uint64_t gap = index->postings[p].document - before;
        bytes += 1 + (gap >= 64) + (gap >= 8192) + (index->postings[p].pattern > 0);
        before = index->postings[p].document;
    }
    return bytes;
}

static void fill_postings(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_search_index *index = index_of(table);
    uint64_t count = index->offsets[end] - index->offsets[first];
    prt_bytes out = {pr_arena_array(t->arena, (size_t)count * 6 + (end - first) * (size_t)5 + 1, 1), 0};
    if (!out.data) {
        t->failed = true;
        return;
    }
    for (uint32_t r = first; r < end; r++) {
        uint32_t next = 0; /* the lowest document that can come */
        prt_put_varint(&out, (uint32_t)(index->offsets[r + 1] - index->offsets[r]));
        for (uint64_t p = index->offsets[r]; p < index->offsets[r + 1]; p++) {
            const prt_search_posting *posting = &index->postings[p];
            prt_put_varint(&out, (posting->document - next) << 1 | (posting->pattern > 0));
            if (posting->pattern > 0)
                out.data[out.size++] = posting->pattern;
            next = posting->document + 1;
        }
    }
    prt_tensors_array(t, "lists", "", PR_U8, out.data, out.size, 1);
}

/* ---- documents ---- */

static uint64_t document_bytes(const prt_table *table, uint32_t row) {
    (void)table;
    (void)row;
    return 1;
}

static void fill_documents(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    prt_tensors_array(t, "class", "", PR_U8, index_of(table)->classes + first, end - first, 1);
}

/* ---- facets ---- */

static const prt_column *facet_column(const prt_table *table, uint32_t facet) {
    const prt_pack *pack = table->pack;
    return prt_column_find(&pack->dataset->items, pack->facets.names[facet]);
}

static void *take(prt_tensors *t, size_t count, size_t size) {
    void *memory = t->failed ? NULL : pr_arena_array(t->arena, count + 1, size);
    t->failed = t->failed || !memory;
    return memory;
}

static void fill_codes(const prt_column *column, const uint32_t *rows, uint32_t count, prt_tensors *t) {
    uint32_t *codes = take(t, count, sizeof *codes);
    for (uint32_t i = 0; codes && i < count; i++)
        codes[i] = column->codes[rows[i]] < column->values.count ? column->codes[rows[i]] : column->values.count;
    if (codes)
        prt_tensors_uints(t, "value", "", codes, count);
}

static void fill_list(const prt_column *column, const uint32_t *rows, uint32_t count, prt_tensors *t) {
    uint32_t *offsets = take(t, count, sizeof *offsets), total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += column->list_offsets[rows[i] + 1] - column->list_offsets[rows[i]];
    uint32_t *codes = take(t, total, sizeof *codes), used = 0;
    if (t->failed)
        return;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = column->list_offsets[rows[i]]; k < column->list_offsets[rows[i] + 1]; k++)
            codes[used++] = column->codes[k];
        offsets[i + 1] = used;
    }
    prt_tensors_array(t, "offsets", "", PR_U32, offsets, count + (uint64_t)1, 1);
    prt_tensors_uints(t, "value", "", codes, used);
}

static void fill_numbers(const prt_column *column, const uint32_t *rows, uint32_t count, prt_tensors *t) {
    float *numbers = take(t, count, sizeof *numbers);
    for (uint32_t i = 0; numbers && i < count; i++) {
        bool integer = column->type != PRT_REAL;
        int64_t whole = integer ? column->integers[rows[i]] : 0;
        numbers[i] = integer ? (whole == PRT_NO_INTEGER ? NAN : (float)whole) : (float)column->reals[rows[i]];
    }
    if (numbers)
        prt_tensors_array(t, "number", "", PR_F32, numbers, count, 1);
}

static uint64_t whole_shard(const prt_table *table, uint32_t row) {
    (void)row;
    return table->pack->shard_bytes; /* one row, one shard */
}

/* Row r is chunk r % chunks of facet r / chunks. */
static void fill_facets(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    uint32_t items = table->pack->counts->item_count, chunks = (items + CHUNK - 1) / CHUNK;
    const prt_column *column = facet_column(table, first / chunks);
    uint32_t begin = first % chunks * CHUNK, count = items - begin < CHUNK ? items - begin : CHUNK;
    const uint32_t *rows = table->pack->counts->item_order + begin;
    (void)end;
    if (column->type == PRT_CATEGORY)
        fill_codes(column, rows, count, t);
    else if (column->type == PRT_LIST)
        fill_list(column, rows, count, t);
    else
        fill_numbers(column, rows, count, t);
}

/* ---- synonyms ---- */

static uint64_t no_bytes(const prt_table *table, uint32_t row) {
    (void)table;
    (void)row;
    return 0; /* always one shard */
}

static bool begins_key(const prt_shop *shop, uint32_t s) {
    return s == 0 || strcmp(shop->synonyms[s - 1].key, shop->synonyms[s].key) != 0;
}

static void fill_synonyms(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_shop *shop = table->pack->shop;
    uint32_t count = shop->synonym_count, rows = 0;
    pr_text *keys = take(t, end, sizeof *keys), *phrases = take(t, count, sizeof *phrases);
    uint32_t *offsets = take(t, end, sizeof *offsets);
    uint8_t *weights = take(t, count, 1);
    (void)first;
    if (t->failed)
        return;
    for (uint32_t s = 0; s < count; s++) {
        if (begins_key(shop, s))
            keys[rows++] = (pr_text){shop->synonyms[s].key, strlen(shop->synonyms[s].key)};
        phrases[s] = (pr_text){shop->synonyms[s].phrase, strlen(shop->synonyms[s].phrase)};
        weights[s] = shop->synonyms[s].weight;
        offsets[rows] = s + 1;
    }
    prt_tensors_strings(t, "key", keys, rows);
    prt_tensors_strings(t, "phrase", phrases, count);
    prt_tensors_array(t, "offsets", "", PR_U32, offsets, rows + (uint64_t)1, 1);
    prt_tensors_array(t, "weight", "", PR_U8, weights, count, 1);
}

/* ---- the whole ---- */

static pr_status pack_cut(const prt_pack *pack, uint64_t shard_bytes, prt_table table, prt_packed *out,
                          pr_error *error) {
    prt_pack cut = *pack;
    cut.shard_bytes = shard_bytes;
    table.pack = &cut;
    return table.rows ? prt_pack_table(&table, out, error) : PR_OK;
}

pr_status prt_pack_search(const prt_pack *pack, prt_packed *out, pr_error *error) {
    if (!pack->shop)
        return PR_OK;
    const prt_shop *shop = pack->shop;
    uint32_t terms = shop->index.terms, items = pack->counts->item_count,
             facets = pack->facets.count * ((items + CHUNK - 1) / CHUNK), keys = 0;
    for (uint32_t s = 0; s < shop->synonym_count; s++)
        keys += begins_key(shop, s);
    const prt_table lexicon = {"lexicon", terms, NULL, NULL, lexicon_bytes, fill_lexicon, lexicon_key},
                    postings = {"postings", terms, NULL, NULL, postings_bytes, fill_postings, NULL},
                    documents = {"documents", items, NULL, NULL, document_bytes, fill_documents, NULL},
                    columns = {"facets", facets, NULL, NULL, whole_shard, fill_facets, NULL},
                    synonyms = {"synonyms", keys, NULL, NULL, no_bytes, fill_synonyms, NULL};
    pr_status status = pack_cut(pack, LEXICON_BYTES, lexicon, out, error);
    if (status == PR_OK)
        status = pack_cut(pack, POSTINGS_BYTES, postings, out, error);
    if (status == PR_OK)
        status = pack_cut(pack, DOCUMENTS_BYTES, documents, out, error);
    if (status == PR_OK)
        status = pack_cut(pack, 1, columns, out, error);
    return status == PR_OK ? pack_cut(pack, 1, synonyms, out, error) : status;
}
