/* The tables items, item_ids and dictionaries. */
#include "pack.h"

#include <stdlib.h>
#include <string.h>

static uint32_t input_row(const prt_table *table, uint32_t item) {
    return table->pack->counts->item_order[item];
}

static void *take(prt_tensors *t, uint64_t count, size_t size) {
    void *memory = t->failed ? NULL : pr_arena_array(t->arena, (size_t)count + 1, size);
    t->failed = t->failed || !memory;
    return memory;
}

/* ---- items ---- */

static uint64_t column_bytes(const prt_column *column, uint32_t row) {
    switch (column->type) {
    case PRT_TEXT:
        return 4 + prt_string(&column->texts, row).size;
    case PRT_CATEGORY:
        return 2;
    case PRT_LIST:
        return 4 + 2 * (uint64_t)(column->list_offsets[row + 1] - column->list_offsets[row]);
    case PRT_INTEGER:
    case PRT_DATE:
        return 4;
    case PRT_REAL:
        return 8;
    }
    return 0;
}

static uint64_t item_bytes(const prt_table *table, uint32_t item) {
    const prt_pack *pack = table->pack;
    uint32_t row = input_row(table, item);
    uint64_t bytes = 4 + prt_string(&pack->dataset->items.ids, row).size + 8;
    for (uint32_t c = 0; c < pack->column_count; c++)
        bytes += column_bytes(pack->columns[c], row);
    return bytes;
}

static void fill_texts(const prt_table *table, const prt_strings *strings, const char *prefix, uint32_t first,
                       uint32_t end, prt_tensors *t) {
    pr_text *texts = take(t, end - first, sizeof *texts);
    for (uint32_t i = first; !t->failed && i < end; i++)
        texts[i - first] = prt_string(strings, input_row(table, i));
    if (!t->failed)
        prt_tensors_strings(t, prefix, texts, end - first);
}

static void fill_category(const prt_table *table, const prt_column *column, const char *prefix, uint32_t first,
                          uint32_t end, prt_tensors *t) {
    uint32_t *codes = take(t, end - first, sizeof *codes), missing = column->values.count;
    for (uint32_t i = first; !t->failed && i < end; i++) {
        uint32_t code = column->codes[input_row(table, i)];
        codes[i - first] = code < missing ? code : missing;
    }
    if (!t->failed)
        prt_tensors_uints(t, prefix, ".codes", codes, end - first);
}

static int by_code(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Codes of one row, rising and each once; returns how many. */
static uint32_t put_codes(const prt_column *column, uint32_t row, uint32_t *out) {
    uint32_t count = 0, kept = 0;
    for (uint32_t k = column->list_offsets[row]; k < column->list_offsets[row + 1]; k++) {
        if (column->codes[k] < column->values.count)
            out[count++] = column->codes[k];
    }
    if (count > 1)
        qsort(out, count, sizeof *out, by_code);
    for (uint32_t k = 0; k < count; k++) {
        if (k == 0 || out[k] != out[kept - 1])
            out[kept++] = out[k];
    }
    return kept;
}

static void fill_list(const prt_table *table, const prt_column *column, const char *prefix, uint32_t first,
                      uint32_t end, prt_tensors *t) {
    uint64_t total = 0;
    for (uint32_t i = first; i < end; i++) {
        uint32_t row = input_row(table, i);
        total += column->list_offsets[row + 1] - column->list_offsets[row];
    }
    uint32_t *codes = take(t, total, sizeof *codes), *offsets = take(t, end - first + (uint64_t)1, sizeof *offsets),
             at = 0;
    for (uint32_t i = first; !t->failed && i < end; i++) {
        at += put_codes(column, input_row(table, i), codes + at);
        offsets[i - first + 1] = at;
    }
    if (t->failed)
        return;
    prt_tensors_array(t, prefix, ".offsets", PR_U32, offsets, end - first + (uint64_t)1, 1);
    prt_tensors_uints(t, prefix, ".codes", codes, at);
}

static void fill_integers(const prt_table *table, const prt_column *column, const char *prefix, uint32_t first,
                          uint32_t end, prt_tensors *t) {
    int32_t *values = take(t, end - first, sizeof *values);
    for (uint32_t i = first; !t->failed && i < end; i++) {
        int64_t value = column->integers[input_row(table, i)];
        values[i - first] = value > INT32_MIN && value <= INT32_MAX ? (int32_t)value : INT32_MIN;
    }
    if (!t->failed)
        prt_tensors_array(t, prefix, ".values", PR_I32, values, end - first, 1);
}

/* The bits of a missing real, the same on every machine. */
static double missing_real(void) {
    const uint64_t bits = 0x7FF8000000000000u;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void fill_reals(const prt_table *table, const prt_column *column, const char *prefix, uint32_t first,
                       uint32_t end, prt_tensors *t) {
    double *values = take(t, end - first, sizeof *values);
    for (uint32_t i = first; !t->failed && i < end; i++) {
        double value = column->reals[input_row(table, i)];
        values[i - first] = value == value ? value : missing_real();
    }
    if (!t->failed)
        prt_tensors_array(t, prefix, ".values", PR_F64, values, end - first, 1);
}

static void fill_column(const prt_table *table, const prt_column *column, uint32_t first, uint32_t end,
                        prt_tensors *t) {
    size_t size = strlen(column->name);
    char *prefix = take(t, size + 8, 1);
    if (!prefix)
        return;
    memcpy(prefix, "column.", 7);
    memcpy(prefix + 7, column->name, size);
    switch (column->type) {
    case PRT_TEXT:
        fill_texts(table, &column->texts, prefix, first, end, t);
        break;
    case PRT_CATEGORY:
        fill_category(table, column, prefix, first, end, t);
        break;
    case PRT_LIST:
        fill_list(table, column, prefix, first, end, t);
        break;
    case PRT_INTEGER:
    case PRT_DATE:
        fill_integers(table, column, prefix, first, end, t);
        break;
    case PRT_REAL:
        fill_reals(table, column, prefix, first, end, t);
        break;
    }
}

static void fill_items(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_pack *pack = table->pack;
    pr_counts *counts = take(t, end - first, sizeof *counts);
    for (uint32_t i = first; !t->failed && i < end; i++) {
        if (pack->counts->item_users[i] >= pack->min_users)
            counts[i - first] = pack->counts->items[i];
    }
    if (t->failed)
        return;
    fill_texts(table, &pack->dataset->items.ids, "id", first, end, t);
    prt_tensors_counts(t, counts, end - first);
    for (uint32_t c = 0; c < pack->column_count; c++)
        fill_column(table, pack->columns[c], first, end, t);
}

pr_status prt_pack_items(const prt_pack *pack, prt_packed *out, pr_error *error) {
    const prt_table table = {"items", pack->counts->item_count, pack, NULL, item_bytes, fill_items, NULL};
    return prt_pack_table(&table, out, error);
}

/* ---- item_ids ---- */

typedef struct hashed {
    uint32_t hash, item;
} hashed;

typedef struct id_table {
    const hashed *entries;  /* sorted by hash, then item */
    const uint32_t *starts; /* of the buckets */
} id_table;

static int by_hash(const void *a, const void *b) {
    const hashed *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static uint64_t bucket_bytes(const prt_table *table, uint32_t bucket) {
    const id_table *ids = table->context;
    return 4 + 7 * (uint64_t)(ids->starts[bucket + 1] - ids->starts[bucket]);
}

static void fill_buckets(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const id_table *ids = table->context;
    uint32_t from = ids->starts[first], count = ids->starts[end] - from;
    uint32_t *starts = take(t, end - first + (uint64_t)1, sizeof *starts), *hash = take(t, count, sizeof *hash),
             *item = take(t, count, sizeof *item);
    if (t->failed)
        return;
    for (uint32_t b = first; b <= end; b++)
        starts[b - first] = ids->starts[b] - from;
    for (uint32_t i = 0; i < count; i++) {
        hash[i] = ids->entries[from + i].hash;
        item[i] = ids->entries[from + i].item;
    }
    prt_tensors_array(t, "starts", "", PR_U32, starts, end - first + (uint64_t)1, 1);
    prt_tensors_array(t, "hash", "", PR_U32, hash, count, 1);
    prt_tensors_uints(t, "item", "", item, count);
}

pr_status prt_pack_item_ids(const prt_pack *pack, prt_packed *out, pr_error *error) {
    enum { ITEMS_A_BUCKET = 8 };
    uint32_t items = pack->counts->item_count, bits = 0;
    while ((items >> bits) > ITEMS_A_BUCKET)
        bits++;
    hashed *entries = malloc((items + (size_t)1) * sizeof *entries);
    uint32_t buckets = 1u << bits, *starts = calloc(buckets + (size_t)2, sizeof *starts);
    if (!entries || !starts) {
        free(entries);
        free(starts);
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while packing the table item_ids");
    }
    for (uint32_t i = 0; i < items; i++) {
        pr_text id = prt_string(&pack->dataset->items.ids, pack->counts->item_order[i]);
        entries[i] = (hashed){pr_item_id_hash(id.bytes, id.size), i};
        starts[(bits ? entries[i].hash >> (32 - bits) : 0) + 1]++;
    }
    for (uint32_t b = 0; b < buckets; b++)
        starts[b + 1] += starts[b];
    qsort(entries, items, sizeof *entries, by_hash);
    const id_table ids = {entries, starts};
    const prt_table table = {"item_ids", buckets, pack, &ids, bucket_bytes, fill_buckets, NULL};
    pr_status status = prt_pack_table(&table, out, error);
    free(entries);
    free(starts);
    return status;
}

/* ---- dictionaries: always one shard ---- */

static uint64_t dictionary_bytes(const prt_table *table, uint32_t row) {
    (void)table;
    (void)row;
    return 0;
}

static void fill_dictionaries(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    (void)first;
    (void)end;
    for (uint32_t c = 0; c < table->pack->column_count; c++) {
        const prt_column *column = table->pack->columns[c];
        if (column->type != PRT_CATEGORY && column->type != PRT_LIST)
            continue;
        pr_text *texts = take(t, column->values.count, sizeof *texts);
        for (uint32_t v = 0; texts && v < column->values.count; v++)
            texts[v] = prt_string(&column->values, v);
        if (texts)
            prt_tensors_strings(t, column->name, texts, column->values.count);
    }
}

pr_status prt_pack_dictionaries(const prt_pack *pack, prt_packed *out, pr_error *error) {
    uint32_t rows = 0;
    for (uint32_t c = 0; c < pack->column_count; c++)
        rows += pack->columns[c]->type == PRT_CATEGORY || pack->columns[c]->type == PRT_LIST;
    const prt_table table = {"dictionaries", rows, pack, NULL, dictionary_bytes, fill_dictionaries, NULL};
    return prt_pack_table(&table, out, error);
}
