/* The tables items, item_ids and dictionaries: checks at attach, look-ups afterwards. */
#include "engine.h"

#include <math.h>
#include <string.h>

/* ---- checks ---- */

static pr_status check_list(const pr_safetensors *file, const char *prefix, uint32_t rows, uint32_t values,
                            pr_item_column *out, pr_error *error) {
    uint64_t total;
    PR_TRY(pr__tensor_uints(file, prefix, ".codes", PR_ANY_COUNT, values ? values - 1 : 0, &out->codes, &total, error));
    if (total && !values)
        return pr__tensor_wrong(file, prefix, ".codes", "holds codes without a dictionary", error);
    PR_TRY(pr__tensor_offsets(file, prefix, ".offsets", rows, total, &out->offsets, error));
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t i = out->offsets[r] + 1; i < out->offsets[r + 1]; i++) {
            if (pr__uint(out->codes, i) <= pr__uint(out->codes, i - 1))
                return pr__tensor_wrong(file, prefix, ".codes", "does not rise within a row", error);
        }
    }
    return PR_OK;
}

static pr_status check_column(const pr_safetensors *file, const pr_column *column, uint32_t rows, pr_item_column *out,
                              pr_error *error) {
    char prefix[128] = "column.";
    memcpy(prefix + 7, column->name.bytes, column->name.size); /* at most 100 bytes, checked with the manifest */
    const pr_tensor_view *view;
    switch (column->type) {
    case PR_COLUMN_TEXT:
        return pr__tensor_strings(file, prefix, rows, PR_MAX_TEXT, &out->texts, error);
    case PR_COLUMN_CATEGORY:
        return pr__tensor_uints(file, prefix, ".codes", rows, column->values, &out->codes, NULL, error);
    case PR_COLUMN_LIST:
        return check_list(file, prefix, rows, column->values, out, error);
    case PR_COLUMN_INTEGER:
    case PR_COLUMN_DATE:
        PR_TRY(pr__tensor(file, prefix, ".values", PR_I32, rows, &view, error));
        out->integers = view->data;
        return PR_OK;
    case PR_COLUMN_REAL:
        PR_TRY(pr__tensor(file, prefix, ".values", PR_F64, rows, &view, error));
        out->reals = view->data;
        for (uint32_t i = 0; i < rows; i++) {
            if (fabs(out->reals[i]) > 1e300)
                return pr__tensor_wrong(file, prefix, ".values", "holds a number that is too large", error);
        }
        return PR_OK;
    }
    return PR_OK;
}

pr_status pr__items_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_items_view *view = &shard->view.items;
    pr_item_column *columns = pr_arena_array(&shard->arena, engine->settings.column_count + 1u, sizeof *columns);
    if (!columns)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening shard ", shard->file);
    view->columns = columns;
    PR_TRY(pr__tensor_strings(file, "id", shard->rows, PR_MAX_ID, &view->id, error));
    PR_TRY(pr__counts_check(file, shard->rows, &view->counts, error));
    for (uint32_t c = 0; c < engine->settings.column_count; c++)
        PR_TRY(check_column(file, &engine->settings.columns[c], shard->rows, &columns[c], error));
    return PR_OK;
}

static uint32_t log2_of(uint32_t power_of_two) {
    uint32_t bits = 0;
    while (power_of_two >>= 1)
        bits++;
    return bits;
}

static uint32_t bucket_of(uint32_t hash, uint32_t bits) {
    return bits ? hash >> (32 - bits) : 0;
}

pr_status pr__item_ids_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_item_ids_view *view = &shard->view.item_ids;
    const pr_tensor_view *hash;
    uint32_t bits = log2_of(engine->tables[PR_TABLE_ITEM_IDS].rows);
    PR_TRY(pr__tensor(file, "hash", "", PR_U32, PR_ANY_COUNT, &hash, error));
    view->hash = hash->data;
    PR_TRY(pr__tensor_uints(file, "item", "", hash->count, engine->items - 1, &view->item, NULL, error));
    PR_TRY(pr__tensor_offsets(file, "starts", "", shard->rows, hash->count, &view->starts, error));
    for (uint32_t r = 0; r < shard->rows; r++) {
        for (uint32_t i = view->starts[r]; i < view->starts[r + 1]; i++) {
            if (bucket_of(view->hash[i], bits) != shard->first_row + r ||
                (i > view->starts[r] && view->hash[i] < view->hash[i - 1]))
                return pr__tensor_wrong(file, "hash", "", "stands in the wrong bucket or order", error);
        }
    }
    return PR_OK;
}

pr_status pr__dictionaries_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file,
                                 pr_error *error) {
    const pr_settings *settings = &engine->settings;
    pr_strings *columns = pr_arena_array(&shard->arena, settings->column_count + 1u, sizeof *columns);
    if (!columns)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening shard ", shard->file);
    shard->view.dictionaries.columns = columns;
    for (uint32_t c = 0; c < settings->column_count; c++) {
        const pr_column *column = &settings->columns[c];
        char name[128] = {0};
        if (column->type != PR_COLUMN_CATEGORY && column->type != PR_COLUMN_LIST)
            continue;
        memcpy(name, column->name.bytes, column->name.size);
        PR_TRY(pr__tensor_strings(file, name, column->values, PR_MAX_ID, &columns[c], error));
        PR_TRY(pr__strings_check_sorted(file, name, &columns[c], error));
    }
    return PR_OK;
}

/* ---- look-ups ---- */

pr_counts pr__counts(const pr_count_columns *columns, uint64_t i) {
    return (pr_counts){pr__uint(columns->started, i), pr__uint(columns->completed, i), pr__uint(columns->rated, i),
                       pr__uint(columns->liked, i)};
}

bool pr__item(pr_engine *engine, uint32_t item, pr_item *out) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_ITEMS, item);
    if (!shard)
        return false;
    *out = (pr_item){&shard->view.items, item - shard->first_row};
    return true;
}

uint32_t pr_item_id_hash(const char *id, size_t size) {
    return (uint32_t)(pr_hash_bytes(id, size, 0) >> 32);
}

uint32_t pr__item_find(pr_engine *engine, pr_text id) {
    uint32_t hash = pr_item_id_hash(id.bytes, id.size);
    uint32_t bucket = bucket_of(hash, log2_of(engine->tables[PR_TABLE_ITEM_IDS].rows));
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_ITEM_IDS, bucket);
    if (!shard)
        return UINT32_MAX;
    const pr_item_ids_view *view = &shard->view.item_ids;
    uint32_t row = bucket - shard->first_row;
    for (uint32_t i = view->starts[row]; i < view->starts[row + 1]; i++) {
        pr_item item;
        uint32_t index = pr__uint(view->item, i);
        if (view->hash[i] != hash || !pr__item(engine, index, &item))
            continue;
        pr_text found = pr__string(&item.view->id, item.row);
        if (pr__equal(found.bytes, found.size, id.bytes, id.size))
            return index;
    }
    return UINT32_MAX;
}

uint32_t pr__item_codes(const pr_settings *settings, pr_item item, uint32_t column, uint32_t *first) {
    const pr_item_column *c = &item.view->columns[column];
    if (settings->columns[column].type == PR_COLUMN_CATEGORY) {
        *first = item.row;
        return pr__uint(c->codes, item.row) < settings->columns[column].values;
    }
    *first = c->offsets[item.row];
    return c->offsets[item.row + 1] - *first;
}

int32_t pr__item_integer(pr_item item, uint32_t column) {
    return item.view->columns[column].integers[item.row];
}

const pr_strings *pr__dictionary(pr_engine *engine, uint32_t column) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_DICTIONARIES, 0);
    return shard ? &shard->view.dictionaries.columns[column] : NULL;
}
