/* The tables of the search: lexicon, postings, documents, facets, synonyms. Everything is walked once at attach, so
 * that reading afterwards cannot leave the buffers. */
#include "engine.h"

#include <string.h>

enum { CHUNK = 65536, FACET_TEXT = 256 };

static pr_status memory(const pr_shard *shard, pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening shard ", shard->file);
}

/* ---- lexicon ---- */

/* Read the row at *at behind the term of the row before, which `term` holds. */
static bool next_row(const uint8_t **at, const uint8_t *end, bool whole, char *term, size_t *size) {
    const uint8_t *p = *at;
    if (end - p < 4)
        return false;
    size_t shared = p[0], added = p[1];
    if (shared > *size || (whole && shared) || added == 0 || shared + added > PR_MAX_TERM ||
        (size_t)(end - p) < added + 4)
        return false;
    char before[PR_MAX_TERM];
    size_t before_size = *size;
    memcpy(before, term, before_size);
    memcpy(term + shared, p + 2, added);
    *size = shared + added;
    *at = p + added + 4;
    return before_size == 0 || pr__compare(before, before_size, term, *size) < 0;
}

pr_status pr__lexicon_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    const pr_tensor_view *entries;
    PR_TRY(pr__tensor(file, "entries", "", PR_U8, PR_ANY_COUNT, &entries, error));
    uint32_t *steps = pr_arena_array(&shard->arena, shard->rows / PR_LEXICON_STEP + 1u, sizeof *steps);
    if (!steps)
        return memory(shard, error);
    const uint8_t *first = entries->data, *at = first, *end = first + entries->count;
    char term[PR_MAX_TERM];
    size_t size = 0;
    for (uint32_t r = 0; r < shard->rows; r++) {
        bool whole = r % PR_LEXICON_STEP == 0;
        if (whole)
            steps[r / PR_LEXICON_STEP] = (uint32_t)(at - first);
        if (!next_row(&at, end, whole, term, &size) || at[-1] > engine->shop.surface_count ||
            !pr_utf8_valid(term, size, NULL))
            return pr__tensor_wrong(file, "entries", "", "is cut off, not sorted or no text", error);
        if (r == 0 && !pr__equal(term, size, shard->first_key.bytes, shard->first_key.size))
            return pr__tensor_wrong(file, "entries", "", "does not begin with the manifest's first key", error);
    }
    if (at != end)
        return pr__tensor_wrong(file, "entries", "", "is longer than its rows", error);
    shard->view.lexicon = (pr_lexicon_view){first, (uint32_t)entries->count, steps};
    return PR_OK;
}

/* ---- postings ---- */

static bool check_list(const pr_engine *engine, const uint8_t **at, const uint8_t *end) {
    uint32_t count, code;
    uint64_t document = 0;
    if (!pr__varint_checked(at, end, &count) || count == 0)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!pr__varint_checked(at, end, &code))
            return false;
        document += (code >> 1) + (i > 0);
        if (document >= engine->items)
            return false;
        if ((code & 1) && (*at == end || *(*at)++ >= engine->shop.pattern_count))
            return false;
    }
    return true;
}

pr_status pr__postings_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    const pr_tensor_view *lists;
    PR_TRY(pr__tensor(file, "lists", "", PR_U8, PR_ANY_COUNT, &lists, error));
    uint32_t *starts = pr_arena_array(&shard->arena, shard->rows + 1u, sizeof *starts);
    if (!starts)
        return memory(shard, error);
    const uint8_t *first = lists->data, *at = first, *end = first + lists->count;
    for (uint32_t r = 0; r < shard->rows; r++) {
        starts[r] = (uint32_t)(at - first);
        if (!check_list(engine, &at, end))
            return pr__tensor_wrong(file, "lists", "", "is cut off, or names documents that do not exist", error);
    }
    starts[shard->rows] = (uint32_t)(at - first);
    if (at != end)
        return pr__tensor_wrong(file, "lists", "", "is longer than its rows", error);
    shard->view.postings = (pr_postings_view){first, starts};
    return PR_OK;
}

pr_status pr__documents_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    const pr_tensor_view *classes;
    (void)engine;
    PR_TRY(pr__tensor(file, "class", "", PR_U8, shard->rows, &classes, error));
    shard->view.documents.classes = classes->data;
    return PR_OK;
}

/* ---- facets ---- */

static pr_status check_numbers(const pr_safetensors *file, uint32_t rows, pr_facet_view *view, pr_error *error) {
    const pr_tensor_view *numbers;
    PR_TRY(pr__tensor(file, "number", "", PR_F32, rows, &numbers, error));
    view->numbers = numbers->data;
    for (uint32_t r = 0; r < rows; r++) {
        float x = view->numbers[r];
        if (x - x != 0 && x == x)
            return pr__tensor_wrong(file, "number", "", "is infinite", error);
    }
    return PR_OK;
}

pr_status pr__facets_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    const pr_shop *shop = &engine->shop;
    uint32_t facet = shard->first_row / (shop->chunks ? shop->chunks : 1),
             chunk = shard->first_row % (shop->chunks ? shop->chunks : 1);
    if (facet >= shop->facet_count || shard->rows != 1)
        return pr__tensor_wrong(file, "value", "", "is not of one chunk of a facet", error);
    const pr_column *column = &engine->settings.columns[shop->facets[facet]];
    uint32_t rows = chunk + 1 < shop->chunks ? CHUNK : engine->items - chunk * CHUNK;
    pr_facet_view *view = &shard->view.facet;
    if (column->type == PR_COLUMN_CATEGORY)
        return pr__tensor_uints(file, "value", "", rows, column->values, &view->codes, NULL, error);
    if (column->type != PR_COLUMN_LIST)
        return check_numbers(file, rows, view, error);
    uint64_t codes;
    PR_TRY(pr__tensor_uints(file, "value", "", PR_ANY_COUNT, column->values ? column->values - 1 : 0, &view->codes,
                            &codes, error));
    return pr__tensor_offsets(file, "offsets", "", rows, codes, &view->offsets, error);
}

/* ---- synonyms ---- */

pr_status pr__synonyms_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_synonyms_view *view = &shard->view.synonyms;
    const pr_tensor_view *weight;
    (void)engine;
    PR_TRY(pr__tensor_strings(file, "key", shard->rows, FACET_TEXT, &view->key, error));
    PR_TRY(pr__strings_check_sorted(file, "key", &view->key, error));
    PR_TRY(pr__tensor(file, "weight", "", PR_U8, PR_ANY_COUNT, &weight, error));
    PR_TRY(pr__tensor_strings(file, "phrase", weight->count, FACET_TEXT, &view->phrase, error));
    PR_TRY(pr__tensor_offsets(file, "offsets", "", shard->rows, weight->count, &view->offsets, error));
    view->weight = weight->data;
    for (uint64_t i = 0; i < weight->count; i++) {
        if (view->weight[i] == 0 || view->weight[i] > 100)
            return pr__tensor_wrong(file, "weight", "", "is not from 1 to 100", error);
    }
    return PR_OK;
}
