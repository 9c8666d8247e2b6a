/* Similar products, by the TF-IDF of their names and categories. */
#include "fail.h"
#include "shop.h"
#include "similar.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 8 };

/* The columns whose texts are compared: those of the configuration, else name and categories. */
static uint32_t columns_of(const prt_config *config, const prt_dataset *dataset, const prt_column **out) {
    const prt_name_list *given = &config->shop.similar.columns;
    uint32_t count = 0;
    if (!given->count)
        out[count++] = prt_column_find(&dataset->items, config->shop.name);
    const prt_name_list *names = given->count ? given : &config->shop.category;
    for (uint32_t i = 0; i < names->count && count < MOST_COLUMNS; i++)
        out[count++] = prt_column_find(&dataset->items, names->names[i]);
    return count;
}

static void append(pr_buffer *out, const prt_strings *strings, uint32_t i) {
    pr_buffer_append(out, strings->bytes + strings->offsets[i],
                     (size_t)(strings->offsets[i + 1] - strings->offsets[i]));
    pr_buffer_append(out, " ", 1);
}

static void append_column(pr_buffer *out, const prt_column *column, uint32_t row) {
    if (column->type == PRT_TEXT)
        append(out, &column->texts, row);
    else if (column->type == PRT_CATEGORY && column->codes[row] != PRT_NONE)
        append(out, &column->values, column->codes[row]);
    else if (column->type == PRT_LIST) {
        for (uint32_t k = column->list_offsets[row]; k < column->list_offsets[row + 1]; k++)
            append(out, &column->values, column->codes[k]);
    }
}

/* All texts laid end to end in `arena`. */
static pr_text *make_texts(const prt_column *const *columns, uint32_t count, uint32_t rows, pr_arena *arena) {
    pr_buffer bytes = {.arena = arena};
    size_t *ends = pr_arena_array(arena, rows + (size_t)1, sizeof *ends);
    pr_text *texts = pr_arena_array(arena, rows + (size_t)1, sizeof *texts);
    for (uint32_t row = 0; ends && texts && row < rows; row++) {
        for (uint32_t c = 0; c < count; c++) {
            if (columns[c])
                append_column(&bytes, columns[c], row);
        }
        ends[row] = bytes.size;
    }
    if (!ends || !texts || bytes.failed)
        return NULL;
    for (uint32_t row = 0; row < rows; row++) {
        size_t begin = row ? ends[row - 1] : 0;
        texts[row] = (pr_text){bytes.bytes + begin, ends[row] - begin};
    }
    return texts;
}

static pr_status keep(const prt_similar *similar, prt_shop *shop, pr_error *error) {
    uint64_t links = similar->offsets[similar->rows];
    shop->similar_starts = pr_arena_array(&shop->arena, similar->rows + (size_t)1, sizeof *shop->similar_starts);
    shop->similar_items = pr_arena_array(&shop->arena, links + 1, sizeof *shop->similar_items);
    shop->similar_scores = pr_arena_array(&shop->arena, links + 1, sizeof *shop->similar_scores);
    if (!shop->similar_starts || !shop->similar_items || !shop->similar_scores)
        return prt_fail_memory(error, "looking for similar products");
    memcpy(shop->similar_starts, similar->offsets, (similar->rows + (size_t)1) * sizeof *shop->similar_starts);
    memcpy(shop->similar_items, similar->item, links * sizeof *shop->similar_items);
    memcpy(shop->similar_scores, similar->score, links * sizeof *shop->similar_scores);
    return PR_OK;
}

pr_status prt_shop_similar(const prt_config *config, const prt_dataset *dataset, int threads, prt_shop *shop,
                           pr_error *error) {
    const prt_column *columns[MOST_COLUMNS + 1];
    uint32_t count = columns_of(config, dataset, columns);
    prt_tfidf_settings settings = {prt_is_english_stop_word, true, threads};
    prt_vectors vectors = {0};
    prt_similar similar = {0};
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    if (config->shop.similar.top == 0)
        return PR_OK;
    pr_text *texts = make_texts(columns, count, shop->items, &arena);
    pr_status status = texts ? prt_tfidf_make(texts, shop->items, &settings, &vectors, error)
                             : prt_fail_memory(error, "looking for similar products");
    pr_arena_free(&arena);
    if (status != PR_OK)
        return status;
    status = prt_similar_make(&vectors, config->shop.similar.top, 0, threads, NULL, &similar, error);
    prt_vectors_free(&vectors);
    if (status == PR_OK)
        status = keep(&similar, shop, error);
    prt_similar_free(&similar);
    return status;
}
